"""The dearest first, by what a day was worth and how many wait; what nobody knows the worth of is not worth nothing."""

from __future__ import annotations

import pytest

from webapp.queries.stakes import Stake, dearest_first, stake_words
from webapp.views.samples import GOOD, GOOGLE, META, TIKTOK


def stake(a_day: int, days: int, *, known: bool = True, currency: str = "USD") -> Stake:
    micros = a_day * 1_000_000
    return Stake(a_day=micros, currency=currency, days=days, waits=micros * days if known else None)


@pytest.mark.parametrize(
    ("stakes", "order"),
    [
        ({"meta": stake(100, 1), "google": stake(900, 1)}, "google meta tiktok"),
        ({"meta": stake(100, 10), "google": stake(900, 1)}, "meta google tiktok"),
        ({"meta": stake(0, 5), "google": stake(1, 1)}, "google meta tiktok"),
        ({"meta": stake(9_000, 1, known=False), "tiktok": stake(1, 1)}, "tiktok google meta"),
        ({}, "google meta tiktok"),
    ],
)
def test_the_order(stakes, order):
    assert [one.id for one in dearest_first([TIKTOK, META, GOOGLE], stakes)] == order.split()


def test_what_is_said_of_it():
    said = "About $730 a day was spent here before it dropped; 2 days waiting."
    assert stake_words(META, stake(730, 2)) == said
    assert stake_words(GOOD, stake(2184, 1)) == "About $2,184 a day was sold here before it dropped; 1 day waiting."
    assert stake_words(META, stake(730, 2, known=False, currency="EUR")) == said.replace("$", "€")
    assert stake_words(META, stake(0, 2)) is None, "nothing was spent, so nothing is said"
