"""The clock's trace in the database, so that whoever watches from outside notices one that has stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel

TICK = timedelta(seconds=5)
# Several ticks: one may be late while a worker that was killed is found out.
STOPPED_AFTER = timedelta(seconds=45)
CLOCK = "clock"


class Tick(SQLModel, table=True):
    """When it last ran, on whichever machine."""

    name: str = Field(primary_key=True)
    at: datetime


def has_stopped(last: datetime | None, *, started_at: datetime, now: datetime) -> bool:
    """Whether the clock is silent for too long; a process that has only just started gives it time to speak.

    What lies ahead of now was noted before the machine's time was set back, and says nothing.
    """
    heard = [at for at in (last, started_at) if at is not None and at <= now]
    return not heard or now - max(heard) > STOPPED_AFTER
