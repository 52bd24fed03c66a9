"""Every night the platform's own totals are held against ours: quiet when equal, told when something stays hidden."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from tests.lifecycle.cases import each
from webapp.lifecycle.compare import compare_due
from webapp.lifecycle.note_days import note_days
from webapp.models.comparison import Comparison, Figures
from webapp.models.day_note import Evidence, Reason
from webapp.models.health import Health
from webapp.models.sync import Coverage, Outcome
from webapp.platforms import registry
from webapp.platforms.streams import Total

DAY, UNIT = date(2026, 11, 9), 1_000_000
ADS = [slug for slug, platform in registry().items() if platform.kind == "ads"]


def connected(acts, slug):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    return integration


def comparison(acts, integration):
    with acts.runtime.database.reading() as session:
        return session.get_one(Comparison, integration)


@each
def test_equal_is_quiet(acts, slug):
    integration = connected(acts, slug)
    assert acts.compares(integration) == 1
    assert acts.notes(integration) == {}
    found = comparison(acts, integration)
    assert (found.last_day - found.first_day).days == 6
    assert timedelta(0) < found.due_at - acts.runtime.now() < timedelta(hours=31), "the next night"
    assert compare_due(acts.runtime) == 0, "once a night"


@each
def test_what_a_healthy_permission_hides_is_warned_of_on_the_second_night(acts, slug, send_mail):
    acts.sandbox.switch(slug, "hidden_rows")
    integration = connected(acts, slug)
    acts.compares(integration)
    assert acts.notes(integration), "the first look finds it"
    assert {note.nights for note in acts.notes(integration).values()} == {0}, "and has the days read once more first"
    assert acts.syncs(integration) is Outcome.DONE
    acts.compares(integration)
    assert {note.nights for note in acts.notes(integration).values()} == {1}
    assert acts.row(integration).warning is None, "one night is no warning"

    acts.night_passes(integration)
    row = acts.row(integration)
    assert row.health is Health.CONNECTED, "the permission is fine, and nothing is red"
    assert row.warning is not None
    assert "Check" in row.warning.advice
    assert acts.open_incidents() == []
    assert send_mail() == 0


def differs_on(acts, integration, *, hour, minute=0, by):
    """One night's two looks at yesterday: Meta's total is higher by so many dollars than what we have, read again."""
    found = acts.integration(integration)
    at = datetime(2026, 11, hour // 24, hour % 24, minute, tzinfo=ZoneInfo(found.timezone))
    ours = Figures(4, 1_000 * UNIT)
    theirs = Total(amount_micros=ours.micros + by * UNIT, currency=found.currency)
    for _ in range(2):
        with acts.runtime.database.writing() as session:
            note_days(
                session, found, acts.runtime.platform("meta_ads").dated_streams[0], ours={DAY: ours},
                theirs={DAY: theirs}, evidence=Evidence(timezone=found.timezone, currency=found.currency), now=at,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("nights", "warned"),
    [
        (((10, 100), (11, 100)), True),
        (((10, 6), (11, 100)), False),
        (((10, 6), (11, 100), (12, 100)), True),
        (((10, 100), (11, 6), (12, 100)), False),
        (((10, 100), (12, 100)), False),
        (((10, 100), (11, 100), (12, 6)), False),
    ],
)
def test_only_what_is_material_two_nights_running_is_warned_of(acts, nights, warned):
    integration = connected(acts, "meta_ads")
    for day, by in nights:
        differs_on(acts, integration, hour=24 * day + 3, by=by)
    assert acts.notes(integration)[str(DAY)].nights == len(nights)
    assert acts.notes(integration)[str(DAY)].is_warned_of is warned


def test_a_late_evening_and_its_small_hours_are_one_night(acts):
    integration = connected(acts, "meta_ads")
    differs_on(acts, integration, hour=24 * 10 + 23, minute=50, by=100)
    differs_on(acts, integration, hour=24 * 11 + 2, minute=10, by=100)
    note = acts.notes(integration)[str(DAY)]
    assert (note.nights, note.is_warned_of) == (1, False)


@each
def test_when_it_is_gone_the_note_says_so_and_the_warning_ends(acts, slug):
    acts.sandbox.switch(slug, "hidden_rows")
    integration = connected(acts, slug)
    for _ in range(3):
        acts.night_passes(integration)
    assert acts.row(integration).warning is not None
    acts.sandbox.switch(slug, "hidden_rows", on=False)
    for _ in range(3):
        acts.night_passes(integration)
    assert acts.row(integration).warning is None
    notes = acts.notes(integration)
    assert {note.settled_at is not None for note in notes.values()} == {True}
    assert not acts.days_lacking(integration) & notes.keys(), "every day that was noted is whole now"


@each
def test_a_correction_is_read_again_and_noted_as_one(acts, slug):
    integration = connected(acts, slug)
    acts.sandbox.advance(days=1)
    acts.syncs(integration)
    acts.sandbox.switch(slug, "late_data")
    acts.compares(integration)
    acts.sandbox.advance(minutes=15)
    acts.syncs(integration)
    acts.compares(integration)
    notes = acts.notes(integration)
    if slug == "shopify":
        assert notes == {}, "a corrected amount is no missing order"
        return
    assert {note.reason for note in notes.values()} == {Reason.RESTATED}
    assert {note.nights for note in notes.values()} == {0}
    assert {note.settled_at is not None for note in notes.values()} == {True}


@pytest.mark.parametrize("slug", ADS)
def test_a_campaign_that_was_reported_and_is_no_more_is_named(acts, slug):
    integration = connected(acts, slug)
    acts.sandbox.switch(slug, "hidden_rows")
    for _ in range(3):
        acts.night_passes(integration)
    notes = acts.notes(integration)
    assert {note.reason for note in notes.values()} == {Reason.DELETED}
    assert all("Prospecting" in note.subject for note in notes.values())


def test_a_permission_that_was_taken_away_without_an_error_is_named(acts):
    integration = connected(acts, "shopify")
    acts.sandbox.switch("shopify", "hidden_rows")
    with acts.sandbox.world.changing() as data:
        for grant in data["grants"].values():
            grant["scopes"] = [one for one in grant["scopes"] if one != "read_all_orders"]
    for _ in range(4):
        acts.night_passes(integration)
    assert {note.reason for note in acts.notes(integration).values()} == {Reason.SCOPE_MISSING}
    warning = acts.row(integration).warning
    assert warning.offers_reconnect
    assert "read_all_orders" in warning.advice


def test_orders_that_are_hidden_are_not_taken_for_deleted(acts):
    integration = connected(acts, "shopify")
    acts.sandbox.advance(days=1)
    acts.syncs(integration)
    before = acts.is_complete(integration)
    acts.sandbox.switch("shopify", "hidden_rows")
    acts.compares(integration)
    with acts.runtime.database.writing() as session:
        for day in session.exec(select(Coverage).where(Coverage.complete)):
            day.again_at = acts.runtime.now()
    acts.sandbox.advance(minutes=1)
    acts.syncs(integration)
    assert acts.compared(integration).rows >= before
    assert not {day for day in acts.days_lacking(integration) if day < str(acts.runtime.now().date())}


@each
def test_run_twice_in_one_night_it_counts_once(acts, slug):
    acts.sandbox.switch(slug, "hidden_rows")
    integration = connected(acts, slug)
    for _ in range(4):
        acts.compares(integration)
        acts.syncs(integration)
    assert {note.nights for note in acts.notes(integration).values()} == {1}


@each
@pytest.mark.parametrize("switch", ["outage", "rate_limited", "garbled"])
def test_a_platform_that_is_busy_is_asked_later_and_nothing_is_said(acts, slug, switch):
    integration = connected(acts, slug)
    acts.sandbox.switch(slug, switch)
    assert acts.compares(integration) == 0
    asked = acts.sandbox.world.counted(slug)
    assert compare_due(acts.runtime) == 0
    assert acts.sandbox.world.counted(slug) == asked, "not before its time"
    assert comparison(acts, integration).due_at > acts.runtime.now()
    assert acts.integration(integration).failing_since is None
    assert acts.open_incidents() == []
    assert acts.row(integration).health is Health.CONNECTED
    acts.sandbox.switch(slug, switch, on=False)
    assert acts.compares(integration) == 1
    assert acts.notes(integration) == {}


def test_what_is_broken_or_still_catching_up_is_not_compared(acts):
    integration = connected(acts, "meta_ads")
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    assert acts.compares(integration) == 0
    acts.sandbox.advance(days=2)
    acts.reconnects(integration)
    asked = acts.sandbox.world.counted("meta_ads")
    assert acts.compares(integration) == 0, "the days of a catch-up are told of by its receipt"
    assert acts.sandbox.world.counted("meta_ads") == asked
    acts.syncs(integration)
    assert acts.compares(integration) == 1


def test_reading_again_takes_nothing_back(acts):
    """While a day is owed once more it stays complete, and the badge stays green."""
    acts.sandbox.switch("meta_ads", "hidden_rows")
    integration = connected(acts, "meta_ads")
    before = acts.row(integration).complete_through
    acts.compares(integration)
    with acts.runtime.database.reading() as session:
        again = session.exec(select(Coverage).where(Coverage.again_at.is_not(None))).all()
    assert len(again) == 7
    assert all(day.complete for day in again)
    assert acts.row(integration).health is Health.CONNECTED
    acts.syncs(integration)
    assert acts.row(integration).complete_through >= before


@pytest.mark.parametrize("slug", ["meta_ads"])
def test_days_cut_at_another_hour_are_the_time_zone_and_no_warning(acts, slug):
    integration = connected(acts, slug)
    with acts.runtime.database.writing() as session:
        row = session.get_one(type(acts.integration(integration)), integration)
        row.timezone = "Europe/Berlin"
        for day in session.exec(select(Coverage).where(Coverage.account_id == row.account_id)):
            day.amount_micros += 40_000_000
    acts.compares(integration)
    notes = acts.notes(integration)
    assert {note.reason for note in notes.values()} == {Reason.TIME_ZONE}
    assert {note.subject for note in notes.values()} == {"America/New_York"}
