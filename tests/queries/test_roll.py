"""A store's own list held against ours: which orders are missing, and why each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.languages import bare, made_up
from webapp import words
from webapp.platforms.roll import Called, Roll
from webapp.queries.help_checks import roll
from webapp.queries.help_checks.roll import roll_facts
from webapp.views.samples import GOOD

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
EMPTY = roll_facts(
    Roll(called=(), counted=0, older=0, variants=None), ours={}, read_through=NOW, first_day=NOW.date(), our_variants=0
)


def order(number: int, *, ago: int = 60, **more: bool) -> Called:
    base = {"is_test": False, "is_cancelled": False}
    return Called(id=str(number), name=f"#{number}", placed_at=NOW - timedelta(minutes=ago), **(base | more))


def held(*called: Called, ours: tuple[int, ...], counted: int | None = None):
    return roll_facts(
        Roll(called=called, counted=counted, older=0, variants=None), ours={str(one): f"#{one}" for one in ours},
        read_through=NOW - timedelta(minutes=30), first_day=NOW.date(), our_variants=0,
    )  # fmt: skip


def test_each_order_that_is_missing_has_its_reason():
    found = held(
        order(1),
        order(2, is_test=True),
        order(3, is_cancelled=True),
        order(4),
        order(5, ago=10),
        ours=(1, 3, 6),
        counted=4,
    )
    assert (found.listed, found.lost, found.unread) == (4, ("#4",), ("#5",))
    assert (found.tests, found.cancelled, found.gone, found.hidden) == (("#2",), ("#3",), ("#6",), 0)


def test_what_is_counted_and_not_shown_is_hidden_and_then_nothing_is_called_deleted():
    found = held(order(1), ours=(1, 2), counted=2)
    assert (found.hidden, found.gone) == (1, ())
    assert held(order(1), ours=(1,), counted=None).hidden == 0


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        ({"listed": 412}, "good",
         "Counted at Shopify just now: all 412 orders of the last 7 days are here, whatever their location."),
        ({"lost": ("#1", "#2")}, "attention",
         "Shopify lists 2 orders of the last 7 days that are not here: #1 and #2. Sync now reads them."),
        ({"hidden": 5}, "attention",
         "Shopify counts 5 orders of the last 7 days that it does not show us: the permission sees only part of the "
         "store."),
        ({"unread": ("#9",)}, "unknown", "1 order was placed since we last read, and comes with the next sync: #9."),
        ({"gone": ("#9",)}, "unknown",
         "1 order here is no longer listed at Shopify, and leaves with the next sync: #9."),
        ({"tests": tuple(f"#{one}" for one in range(8))}, "good",
         "Left out on purpose: 8 test orders, #0, #1, #2, #3, #4 and 3 more."),
        ({"cancelled": ("#3",)}, "good",
         "1 cancelled order is here and counts only with what was charged and given back: #3."),
        ({"older": 1204, "first_day": date(2026, 8, 26)}, "good",
         "1,204 older orders are from before 26 Aug 2026, where your data begins here."),
        ({"variants": 50, "our_variants": 48}, "attention",
         "Shopify counts 50 product variants; 48 are here. They are read every six hours, or by Sync now."),
        ({"variants": 50, "our_variants": 50}, "good", "Shopify counts 50 product variants, and all of them are here."),
    ],
)  # fmt: skip
def test_it_is_said_in_words_with_the_way_on(facts, state, said):
    found = {one.sentence: one for one in roll.counted(GOOD, replace(EMPTY, **facts))}
    assert said in found, list(found)
    assert found[said].state == state
    assert bool(found[said].href) == (state == "attention")
    with words.speaking(made_up()):
        names = replace(GOOD, company="1", platform_name="2", account_name="3")
        told = [*roll.counted(names, replace(EMPTY, **facts)), roll.not_counted(names)]
        assert [one.sentence for one in told if bare(one.sentence.replace("#", ""))] == []
