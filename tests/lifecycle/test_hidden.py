"""A campaign that a permission no longer shows, and the platform's total still counts, stays in the figures."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import func, select
from werkzeug.wrappers import Response

from tests.acts import Acts
from webapp.lifecycle.hidden import Doubt, still_counted
from webapp.models.data import SpendRow, Tombstone
from webapp.platforms.streams import Total

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("total", "stays"),
    [
        (Total(amount_micros=30_000_000), True),
        (Total(amount_micros=29_990_000), True),
        (Total(amount_micros=90_000_000), True),
        (Total(amount_micros=20_000_000), False),
        (Total(amount_micros=25_000_000), False),
        (Total(amount_micros=0), False),
        (Total(amount_micros=None), False),
        (Total(amount_micros=30_000_000, currency="EUR"), False),
        (None, True),
    ],
)
def test_it_stays_where_the_total_has_room_for_it(total, stays):
    doubts = {DAY: Doubt(seen_micros=20_000_000, rows=2, missing_micros=10_000_000)}
    totals = {} if total is None else {DAY: total}
    assert (DAY in still_counted(doubts, totals, currency="USD")) is stays


def test_what_cost_nothing_is_in_no_total():
    doubts = {DAY: Doubt(seen_micros=20_000_000, rows=2, missing_micros=0)}
    assert still_counted(doubts, {DAY: Total(amount_micros=20_000_000)}, currency="USD") == frozenset()


def stored(acts: Acts) -> int:
    with acts.runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(SpendRow)).one()


def graves(acts: Acts) -> int:
    with acts.runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(Tombstone)).one()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("slug", ["meta_ads", "google_ads", "amazon_ads"])
def test_a_look_back_that_no_longer_sees_a_campaign_keeps_its_days(acts, slug):
    one = acts.connects(slug)
    acts.syncs(one)
    before = stored(acts)
    acts.sandbox.switch(slug, "hidden_rows")
    acts.sandbox.advance(days=1)
    acts.syncs(one)
    assert graves(acts) == 0
    assert stored(acts) >= before
    acts.sandbox.switch(slug, "hidden_rows", on=False)
    acts.sandbox.advance(days=1)
    acts.syncs(one)
    assert acts.is_complete(one) > before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_asked_about_is_not_given_up(acts):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    acts.sandbox.switch("meta_ads", "deleted_rows")
    acts.sandbox.advance(hours=7)
    acts.sandbox.instead = lambda asked: Response("busy", 503) if "level=account" in asked else None
    acts.syncs(one)
    assert graves(acts) == 0
    acts.sandbox.instead = lambda _asked: None
    acts.sandbox.advance(hours=7)
    acts.syncs(one)
    assert graves(acts) > 0
