"""Which mails are owed before permissions end: the rule itself."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.models.ahead import Owed, owed
from webapp.models.notice import NoticeKind

NOW = datetime(2026, 12, 30, 9, tzinfo=UTC)
WEEKLY, LAST = NoticeKind.ENDS_SOON, NoticeKind.LAST_DAY
DAY = timedelta(days=1)


def kinds(*days: float, weekly: float | None = None) -> list[NoticeKind]:
    weekly_at = None if weekly is None else NOW - weekly * DAY
    return [one.kind for one in owed([NOW + number * DAY for number in days], NOW, weekly_at=weekly_at)]


@pytest.mark.parametrize(
    ("days", "weekly", "expected"),
    [
        ((14.01,), None, []),
        ((14,), None, [WEEKLY]),
        ((13, 12, 3), None, [WEEKLY]),
        ((7,), 6.99, []),
        ((7,), 7, [WEEKLY]),
        ((7,), -300, [WEEKLY]),
        ((1.01,), 7, [WEEKLY]),
        ((1,), 7, [LAST]),
        ((0.1,), 0, [LAST]),
        ((0.1, 5), 7, [LAST, WEEKLY]),
        ((0, -3), None, []),
        ((), None, []),
    ],
)
def test_what_is_owed(days, weekly, expected):
    assert kinds(*days, weekly=weekly) == expected


def test_what_ends_on_one_day_is_one_mail_and_the_day_names_it():
    both = [NOW + timedelta(hours=3), NOW + timedelta(hours=9)]
    assert owed(both, NOW, weekly_at=NOW) == [Owed(LAST, "2026-12-30")]
    apart = [NOW + timedelta(hours=3), NOW + timedelta(hours=20)]
    assert owed(apart, NOW, weekly_at=NOW) == [Owed(LAST, "2026-12-30"), Owed(LAST, "2026-12-31")]


def test_two_weekly_mails_are_never_of_one_week():
    ends, weekly_at, periods = [NOW + 400 * DAY], None, []
    for hours in range(0, 120 * 24, 7):
        now = NOW + timedelta(hours=hours)
        for one in owed([now + 10 * DAY, *ends], now, weekly_at=weekly_at):
            weekly_at = now
            periods.append(one.period)
    assert len(periods) == len(set(periods)) > 15
