"""Before permissions end: which end counts, and the mails that are owed for it, weekly and on the last day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from webapp.models.health import QUIET_NOTE
from webapp.models.notice import NoticeKind
from webapp.platforms.ends import End

WEEK = timedelta(days=7)
LAST_DAY = timedelta(days=1)


def end_that_counts(ends: Iterable[End], now: datetime) -> datetime | None:
    """When a permission ends unless somebody reconnects; None where no such day is known.

    The earliest fixed one. One that renewing moves counts, too, once it is near: it is renewed so long ahead that this
    has then failed for weeks.
    """
    return min((end.at for end in ends if not end.moves or end.at - now <= QUIET_NOTE), default=None)


class Owed(NamedTuple):
    """A mail to one person; a second one of the same kind and period is never written."""

    kind: NoticeKind
    period: str


def owed(ends: Iterable[datetime], now: datetime, *, weekly_at: datetime | None) -> list[Owed]:
    """What a person is owed whose permissions end at `ends`; `weekly_at` is when the last weekly mail was written.

    Two weekly mails are never less than seven days apart, so that they are never of one week either.
    """
    near = sorted(at for at in ends if is_near(at, now))
    found = [Owed(NoticeKind.LAST_DAY, day_of(at)) for at in near if at - now <= LAST_DAY]
    # One from the future was written by a clock that ran ahead, and told nobody anything about this week.
    is_told = weekly_at is not None and timedelta(0) <= now - weekly_at < WEEK
    if not is_told and any(at - now > LAST_DAY for at in near):
        year, week, _ = now.isocalendar()
        found.append(Owed(NoticeKind.ENDS_SOON, f"{year}-W{week:02}"))
    return list(dict.fromkeys(found))


def is_near(at: datetime, now: datetime) -> bool:
    """Whether an end lies ahead, but no further than it is worth a mail."""
    return timedelta(0) < at - now <= QUIET_NOTE


def day_of(at: datetime) -> str:
    """The period of a last day: what ends on one day is one mail."""
    return f"{at:%Y-%m-%d}"
