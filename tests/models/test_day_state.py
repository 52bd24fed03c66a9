"""What a square of the coverage calendar says about its day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from webapp.models.day_state import DayState, day_state, worst
from webapp.models.integration import Integration
from webapp.models.plan import CoveredDay
from webapp.platforms.streams import Reading, Stream

TODAY = date(2026, 11, 24)
FIRST = TODAY - timedelta(days=40)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPEND = Stream(name="s", label="s", unit=("row", "rows"), reading=Reading.DAYS, look_back=28)
ORDERS = Stream(name="o", label="o", unit=("row", "rows"), reading=Reading.CHANGES)
WHOLE = CoveredDay(complete=True, read_through=NOON, fetched_at=NOON)
HALF = CoveredDay(complete=False, read_through=NOON, fetched_at=NOON)
# Nobody has read it since ten days ago.
LEFT = CoveredDay(complete=True, read_through=NOON, fetched_at=NOON - timedelta(days=10))
ACCOUNT = Integration(
    workspace_id="w", platform="p", account_id="1", account_name="A", currency="EUR", timezone="UTC", created_at=NOON,
    granted_at=NOON, first_day=FIRST, reach_days=36,
)  # fmt: skip


@pytest.mark.parametrize(
    ("stream", "back", "found", "expected"),
    [
        (ORDERS, 1, WHOLE, DayState.COMPLETE),
        (SPEND, 28, WHOLE, DayState.CHANGING),
        (SPEND, 29, WHOLE, DayState.COMPLETE),
        (SPEND, 35, LEFT, DayState.CHANGING),
        (SPEND, 36, LEFT, DayState.COMPLETE),
        (SPEND, 39, LEFT, DayState.COMPLETE),
        (ORDERS, 35, LEFT, DayState.COMPLETE),
        (ORDERS, 1, HALF, DayState.PARTIAL),
        (SPEND, 1, HALF, DayState.PARTIAL),
        (ORDERS, 1, None, DayState.MISSING),
        (ORDERS, 41, WHOLE, DayState.BEFORE),
        (ORDERS, 0, HALF, DayState.CHANGING),
    ],
)
def test_a_day_says_what_is_here_of_it(stream, back, found, expected):
    day = TODAY - timedelta(days=back)
    assert day_state(ACCOUNT, stream, {day: found} if found else {}, day, today=TODAY) is expected


def test_today_is_missing_only_when_yesterday_is_not_whole():
    yesterday = TODAY - timedelta(days=1)
    begun = day_state(ACCOUNT, ORDERS, {yesterday: WHOLE}, TODAY, today=TODAY)
    broken = day_state(ACCOUNT, ORDERS, {yesterday: HALF}, TODAY, today=TODAY)
    assert (begun, broken) == (DayState.CHANGING, DayState.MISSING)


def test_a_day_is_as_good_as_its_worst_stream():
    assert worst([DayState.COMPLETE, DayState.MISSING, DayState.CHANGING]) is DayState.MISSING
    assert worst([DayState.BEFORE, DayState.COMPLETE]) is DayState.COMPLETE
