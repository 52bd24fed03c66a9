"""What all merchants share at a platform: so many operations a day, spent so that one backfill starves nobody.

Google counts every question asked with our developer token, whoever it is asked for. Older days stop asking when the
last part of the day's operations is reached: that part belongs to today's figures of everybody. Where there are more
integrations than operations, all of them are read less often, evenly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.database import insert_of
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.sync import OperationsSpent
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Fault, Trouble, verdict
from webapp.platforms.streams import Window

FOR_TODAY = 0.3
ROUTINE_SHARE = 0.7
# One question whether the account is well, one for its days.
OPERATIONS_PER_SYNC = 2
DAY = timedelta(days=1)


class Allowance:
    """The operations of one attempt; without a shared limit everything is admitted and nothing is counted."""

    def __init__(self, runtime: Runtime, platform: Platform) -> None:
        self._runtime, self._platform = runtime, platform
        self._limit = limit_of(runtime, platform)
        self._counted = 0

    def admit(self, window: Window, *, today: date) -> None:
        """Raises Trouble, to be tried again tomorrow, when what is left belongs to others' newest days."""
        if self._limit is None:
            return
        newest = window.last >= today - DAY
        if self._spent() >= self._limit * (1 if newest else 1 - FOR_TODAY):
            wait = (_midnight(self._runtime.now()) + DAY - self._runtime.now()).total_seconds()
            waiting = verdict(
                Cause.RATE_LIMITED, transient=True, fault=Fault.PLATFORM, code="shared_allowance", retry_after=wait,
                message="Today's share of questions is used up; the rest is kept for everybody's newest days.",
            )  # fmt: skip
            raise Trouble(waiting, Answer(Stage.API, 0))

    def count(self, calls: int) -> None:
        """Write down the operations made since the last time; `calls` counts from the attempt's beginning."""
        if self._limit is None or calls == self._counted:
            return
        new, self._counted = calls - self._counted, calls
        with self._runtime.database.writing() as session:
            spent = insert_of(session)(OperationsSpent).values(
                platform=self._platform.slug, day=self._runtime.now().date(), number=new
            )
            added = col(OperationsSpent.number) + spent.excluded.number
            session.execute(spent.on_conflict_do_update(index_elements=["platform", "day"], set_={"number": added}))

    def _spent(self) -> int:
        with self._runtime.database.reading() as session:
            found = session.get(OperationsSpent, (self._platform.slug, self._runtime.now().date()))
            return found.number if found else 0


@contextmanager
def counted(runtime: Runtime, platform: Platform, api: Api) -> Iterator[None]:
    """What is asked inside counts against what all share, whatever comes of it; the last thing done with `api`."""
    try:
        yield
    finally:
        Allowance(runtime, platform).count(api.calls)


def limit_of(runtime: Runtime, platform: Platform) -> int | None:
    """Operations a day that all merchants share; None where each account has its own."""
    return runtime.credentials(platform.slug).daily_operations or platform.daily_operations


def interval_of(runtime: Runtime, session: Session, platform: Platform) -> timedelta:
    """How often an integration of this platform is read: as set, or as often as the shared operations last for all."""
    limit = limit_of(runtime, platform)
    if limit is None:
        return runtime.sync_interval
    active = session.execute(
        select(func.count())
        .select_from(Integration)
        .where(col(Integration.platform) == platform.slug, col(Integration.next_sync_at).is_not(None))
    ).scalar_one()
    needed: timedelta = DAY * (active * OPERATIONS_PER_SYNC / (limit * ROUTINE_SHARE))
    return max(runtime.sync_interval, needed)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), tzinfo=UTC)
