"""Days 1, 3 and 7, then weekly, at nine on the wall, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.models.notice import MOST_TRIES, retry_at
from webapp.models.reminder import remind_at, tomorrow_at_nine

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("hour", [0, 8, 9, 23])
def test_the_days_it_comes_on(hour):
    since = datetime(2026, 10, 28, hour, 30, tzinfo=NEW_YORK)
    at, days = since, []
    for _ in range(6):
        at = remind_at(since, after=at, zone=NEW_YORK)
        local = at.astimezone(NEW_YORK)
        assert (local.hour, local.minute) == (9, 0), "the clocks went back on 1 Nov"
        days.append((local.date() - since.date()).days)
    assert days == [1, 3, 7, 14, 21, 28]


def test_what_was_missed_is_not_made_up_for():
    since = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert remind_at(since, after=since + timedelta(days=30), zone=NEW_YORK).day == 6
    assert remind_at(since, after=since + timedelta(days=300), zone=NEW_YORK) <= since + timedelta(days=308)


def test_tomorrow_is_the_next_day_there():
    late = datetime(2026, 11, 12, 3, tzinfo=UTC)
    assert tomorrow_at_nine(late, NEW_YORK) == datetime(2026, 11, 12, 9, tzinfo=NEW_YORK)


def test_a_server_that_says_later_is_asked_for_three_days():
    began = now = datetime(2026, 11, 12, tzinfo=UTC)
    for tries in range(1, MOST_TRIES + 1):
        again = retry_at(now, tries=tries)
        assert again is not None
        assert timedelta(seconds=30) <= again - now <= timedelta(hours=2)
        now = again
    assert timedelta(hours=72) <= now - began < timedelta(hours=74)
    assert retry_at(now, tries=MOST_TRIES + 1) is None
