"""Snapchat's days begin at the account's midnight, whatever the clocks do; a page that is not so is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.platforms.conftest import window_of
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import Cause, Trouble
from webapp.platforms.snapchat_ads import PLATFORM
from webapp.platforms.streams import DeadCursor

STREAM = PLATFORM.stream("daily_spend")
NAMES = {"request_status": "SUCCESS", "campaigns": []}


def account(zone="America/New_York"):
    return Account(id="acc", name="Aurora", currency="USD", timezone=zone)


def measured(*points, account_id="acc", link=None):
    series = {"id": account_id, "breakdown_stats": {"campaign": [{"id": "c-1", "timeseries": list(points)}]}}
    body = {
        "request_status": "SUCCESS",
        "timeseries_stats": [{"sub_request_status": "SUCCESS", "timeseries_stat": series}],
    }
    return body | ({"paging": {"next_link": link}} if link else {})


def point(start, spend=5_000_000):
    return {"start_time": start, "end_time": start, "stats": {"spend": spend, "impressions": 1, "swipes": 1}}


def asked(canned, number):
    return {name: values[0] for name, values in parse_qs(urlsplit(canned.asked[number].path).query).items()}


@pytest.mark.parametrize(
    ("zone", "first", "last", "start", "end"),
    [
        ("America/New_York", (10, 31), (11, 2), "2026-10-31T00:00:00.000-04:00", "2026-11-03T00:00:00.000-05:00"),
        ("Europe/Berlin", (3, 28), (3, 29), "2026-03-28T00:00:00.000+01:00", "2026-03-30T00:00:00.000+02:00"),
        # In Cairo the clocks jump at midnight: that day begins at one o'clock.
        ("Africa/Cairo", (4, 24), (4, 24), "2026-04-24T01:00:00.000+03:00", "2026-04-25T00:00:00.000+03:00"),
    ],
)  # fmt: skip
def test_a_day_is_asked_for_from_midnight_to_midnight_where_the_account_is(canned, zone, first, last, start, end):
    canned.replies = [NAMES, measured(point(start))]
    window = window_of(date(2026, *first), date(2026, *last), zone)
    (page,) = PLATFORM.read(canned.api(PLATFORM), account(zone), STREAM, window, resume=None)
    assert (asked(canned, 1)["start_time"], asked(canned, 1)["end_time"]) == (start, end)
    assert [one.day for one in page.records] == [date(2026, *first)]


def test_no_window_is_longer_than_snapchat_takes_even_when_autumn_gives_an_hour_back(canned):
    last = date(2026, 11, 1)
    window = window_of(last - timedelta(days=STREAM.window_days - 1), last, "America/New_York")
    canned.replies = [NAMES, measured()]
    list(PLATFORM.read(canned.api(PLATFORM), account(), STREAM, window, resume=None))
    start, end = (datetime.fromisoformat(asked(canned, 1)[name]) for name in ("start_time", "end_time"))
    assert end.astimezone(UTC) - start.astimezone(UTC) <= timedelta(days=31)


@pytest.mark.parametrize(
    "body",
    [
        measured(point("2026-11-02T05:00:00.000Z"), account_id="another"),
        measured(point("2026-11-02T00:00:00.000Z")),
        measured(point("2026-12-24T00:00:00.000-05:00")),
        measured(point("2026-11-02T00:00:00.000-05:00", spend=None)),
        measured(point("2026-11-02T00:00:00.000-05:00", spend=-1)),
    ],
    ids=["another account", "UTC midnight", "not asked for", "no spend", "less than nothing"],
)
def test_a_page_that_is_not_what_was_asked_for_is_discarded_whole(canned, week, body):
    canned.replies = [NAMES, body]
    with pytest.raises(Trouble) as trouble:
        list(PLATFORM.read(canned.api(PLATFORM), account(), STREAM, week, resume=None))
    assert trouble.value.diagnosis.cause is Cause.PLATFORM_DOWN


def test_only_the_cursor_of_a_next_link_is_followed(canned, week):
    link = "https://adsapisc.appspot.com/v1/adaccounts/acc/stats?cursor=page-2&limit=500"
    one = point("2026-11-02T00:00:00.000-05:00")
    canned.replies = [NAMES, measured(one, link=link), measured(one)]
    pages = list(PLATFORM.read(canned.api(PLATFORM), account(), STREAM, week, resume=None))
    assert [page.resume for page in pages] == ["page-2", None]
    assert canned.asked[2].path.startswith("/adsapi.snapchat.com/v1/adaccounts/acc/stats?")
    assert asked(canned, 2)["cursor"] == "page-2"


@pytest.mark.parametrize("link", ["https://adsapi.snapchat.com/v1/x?cursor=page-1", "https://adsapi.snapchat.com/v1/x"])
def test_pages_that_lead_nowhere_end_in_trouble(canned, week, link):
    canned.replies = [NAMES, measured(link=link)]
    with pytest.raises(Trouble):
        list(PLATFORM.read(canned.api(PLATFORM), account(), STREAM, week, resume="page-1"))


def test_a_cursor_that_snapchat_forgot_starts_the_window_over(canned, week):
    body = {"request_status": "ERROR", "debug_message": "The cursor is not valid.", "error_code": "E1001"}
    canned.replies = [NAMES, (400, body)]
    with pytest.raises(DeadCursor):
        list(PLATFORM.read(canned.api(PLATFORM), account(), STREAM, week, resume="page-9"))


def test_days_on_which_a_campaign_rested_are_no_rows(canned, week):
    rested = {"start_time": "2026-11-02T00:00:00.000-05:00", "stats": {"spend": 0, "impressions": 0, "swipes": 0}}
    canned.replies = [NAMES, measured(rested, point("2026-11-03T00:00:00.000-05:00"))]
    (page,) = PLATFORM.read(canned.api(PLATFORM), account(), STREAM, week, resume=None)
    assert [(one.day.day, one.spend_micros) for one in page.records] == [(3, 5_000_000)]


@pytest.mark.parametrize(
    ("final", "days"),
    [
        ("2026-11-04T00:00:00.000-05:00", 3),
        ("2026-11-04T04:59:59.000Z", 2),
        ("2026-11-08T09:00:00.000Z", 7),
        ("2026-10-01T00:00:00.000Z", 0),
        (None, 7),
    ],
)
def test_a_day_that_snapchat_does_not_call_final_has_no_total(canned, week, final, days):
    series = {"id": "acc", "timeseries": [point("2026-11-02T00:00:00.000-05:00")], "finalized_data_end_time": final}
    canned.replies = [{"request_status": "SUCCESS", "timeseries_stats": [{"timeseries_stat": series}]}]
    totals = PLATFORM.totals(canned.api(PLATFORM), account(), STREAM, week)
    assert sorted(totals) == list(week.days)[:days]
    if days > 1:
        assert totals[date(2026, 11, 2)].amount_micros == 5_000_000
        assert totals[date(2026, 11, 1)].amount_micros == 0
