"""Where a platform does not reach back for ever: said beforehand with a date, and afterwards each lost day by name."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.lifecycle.pause import pause
from webapp.models.access import Ending
from webapp.models.day_state import DayState
from webapp.models.health import Health
from webapp.models.plan import local_day
from webapp.models.sync import Outcome
from webapp.queries import wording
from webapp.queries.calendar import account_coverage

CEDAR = "cedar.myshopify.com"


@pytest.fixture
def recent_only(acts):
    """A store whose orders Shopify gives us for sixty days only, imported and then cut off."""
    acts.sandbox.switch("shopify", "recent_only")
    store = acts.connects("shopify", shop=CEDAR)
    assert acts.syncs(store) is Outcome.DONE
    acts.sandbox.switch("shopify", "access_revoked")
    acts.sandbox.advance(hours=2)
    assert acts.syncs(store) is Outcome.TROUBLE
    return store


def today_at(acts, store):
    integration = acts.integration(store)
    return local_day(acts.runtime.now(), ZoneInfo(integration.timezone))


def test_the_first_import_is_as_deep_as_the_platform_gives(acts):
    acts.sandbox.switch("shopify", "recent_only")
    store = acts.connects("shopify", shop=CEDAR)
    assert acts.syncs(store) is Outcome.DONE
    assert (today_at(acts, store) - acts.integration(store).first_day).days == 59
    # A refund of these days for an older order is out of reach with its order.
    found = acts.compared(store, only="orders")
    assert found.is_equal
    assert found.rows > 300


def test_the_warning_names_the_day_before_it_is_too_late(acts, recent_only, send_mail):
    told = acts.row(recent_only).incident.explanation
    assert told.deadline is not None
    assert told.deadline.startswith("If Shopimize was removed there: Reconnect before ")
    acts.sandbox.advance(days=3)
    told = acts.row(recent_only).incident.explanation
    first_owed = local_day(told.since, ZoneInfo(acts.integration(recent_only).timezone))
    last_call = wording.day(first_owed + timedelta(days=60))
    assert told.deadline == f"Reconnect before {last_call}, or Shopify only gives us the last 60 days."
    assert send_mail() == 1
    letter = acts.sandbox.letters()[0]
    assert told.deadline in letter["text"]
    assert told.deadline in letter["html"]


def test_a_pause_says_until_when_it_loses_nothing(acts):
    acts.sandbox.switch("shopify", "recent_only")
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    first_owed = today_at(acts, store)
    who = {"workspace_id": acts.workspace_id, "person_id": acts.person_id}
    pause(acts.runtime, integration_id=store, **who)
    last_call = wording.day(first_owed + timedelta(days=60))
    rest = "Paused by you. Nothing new comes in until you resume."
    assert acts.row(store).sentence == f"{rest} Resume before {last_call}, or Shopify only gives us the last 60 days."
    acts.sandbox.advance(days=61)
    assert acts.row(store).sentence.endswith("last 60 days. Every day you wait, one more cannot come back.")
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    pause(acts.runtime, integration_id=meta, **who)
    assert acts.row(meta).sentence == rest, "three years away is no date to decide by"


def test_exactly_the_days_out_of_reach_are_named_and_the_rest_comes_back(acts, recent_only, ana):
    since = acts.row(recent_only).incident.explanation.since
    acts.sandbox.advance(days=70)
    assert "Every day you wait" in acts.row(recent_only).incident.explanation.deadline
    assert acts.reconnects(recent_only).ending is Ending.CONNECTED
    assert acts.syncs(recent_only) is Outcome.DONE
    row = acts.row(recent_only)
    assert row.health is Health.CONNECTED
    zone = ZoneInfo(acts.integration(recent_only).timezone)
    first_lost, last_lost = local_day(since, zone), today_at(acts, recent_only) - timedelta(days=60)
    number = (last_lost - first_lost).days + 1
    assert row.lost_note == (
        f"Shopify only gives us the last 60 days, so {number} days cannot come back: "
        f"{wording.short_day(first_lost)} to {wording.short_day(last_lost)}."
    )
    assert row.receipt.days == 60
    page = html.unescape(ana.client.get(f"/coverage?to={last_lost}").text)
    assert f"{wording.day(first_lost)}: partly here." in page
    squares = [one for one in re.findall(r"<title>([^<]+)</title>", page) if "so it cannot come any more" in one]
    assert len(squares) == number, "the day it broke, which is here in part, among them"
    found = acts.compared(recent_only)
    assert found.doubled == 0
    # What changed meanwhile of an order that is out of reach is out of reach with it.
    assert all(day <= str(last_lost) for day in acts.days_otherwise(recent_only))
    assert 0 < found.lost < 12 * (number + 1)


def test_days_that_were_not_final_are_read_once_more_as_far_as_they_are_given(acts):
    amazon = acts.connects("amazon_ads")
    assert acts.syncs(amazon) is Outcome.DONE
    acts.sandbox.switch("amazon_ads", "access_revoked")
    acts.sandbox.advance(days=40)
    assert acts.syncs(amazon) is Outcome.TROUBLE
    ago = {number: today_at(acts, amazon) - timedelta(days=number) for number in (50, 65, 85)}
    assert [squares_of(acts, amazon)[ago[number]].state for number in ago] == [
        DayState.CHANGING, DayState.COMPLETE, DayState.COMPLETE,
    ]  # fmt: skip
    acts.reconnects(amazon)
    assert acts.syncs(amazon) is Outcome.DONE
    squares = squares_of(acts, amazon)
    assert squares[ago[50]].state is DayState.COMPLETE
    assert "a later correction" not in squares[ago[50]].says
    assert "Amazon only gives us the last 60 days, so a later correction cannot" in squares[ago[65]].says
    assert "a later correction" not in squares[ago[85]].says, "it was final when it was read"


def squares_of(acts, integration):
    with acts.runtime.database.reading() as session:
        shown = account_coverage(
            session, acts.runtime.platform, integration_id=integration, now=acts.runtime.now()
        ).together  # fmt: skip
    return {square.day: square for square in shown.days}


def test_with_the_wider_permission_nothing_is_lost_however_long_it_took(acts):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    acts.sandbox.switch("shopify", "access_revoked")
    acts.sandbox.advance(days=100)
    assert acts.syncs(store) is Outcome.TROUBLE
    assert acts.row(store).incident.explanation.deadline is None
    acts.reconnects(store)
    assert acts.syncs(store) is Outcome.DONE
    assert acts.row(store).lost_note is None
    assert acts.is_complete(store) > 1000
