"""When a person is reminded of what is still broken: days 1, 3 and 7, then weekly, always at nine. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.models.plan import local_day

AT = time(9)
FIRST_DAYS = (1, 3, 7)
WEEK = 7


def remind_at(since: datetime, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The first reminder of a problem open `since` that is later than `after`, on the calendar of `zone`."""
    passed = (local_day(after, zone) - local_day(since, zone)).days
    weeks = range(FIRST_DAYS[-1] + WEEK, max(passed, FIRST_DAYS[-1]) + 2 * WEEK + 1, WEEK)
    return next(at for days in (*FIRST_DAYS, *weeks) if (at := _nine(since, days, zone)) > after)


def tomorrow_at_nine(now: datetime, zone: ZoneInfo) -> datetime:
    return _nine(now, 1, zone)


def nine_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """Nine in the morning of its day."""
    return _nine(instant, 0, zone)


def _nine(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(local_day(instant, zone) + timedelta(days=days), AT, tzinfo=zone)
