"""When so many merchants lose one platform at once that the fault is not theirs: the breaker, and what trips it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, opaque_id

WITHIN = timedelta(minutes=10)
# How often each of them asks while nobody is believed: a platform in trouble is not asked by all of them all the time.
SLOWLY = timedelta(minutes=10)
WORKSPACES = 20
PERCENT = 10


class Breaker(SQLModel, table=True):
    """One time it tripped: no verdict of that platform is believed until `released_at`. One open per platform.

    `since` is where the burst begins that it counted: `workspaces` of them, `dead` of `active` integrations.
    `released_by` is the operator who did it by hand; None while open, and where the platform came back by itself.
    `answer` is what tripped it, without secrets (webapp/redact.py).
    """

    __table_args__ = (
        Index(
            "one_open_breaker",
            "platform",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    platform: str = Field(index=True)
    since: datetime
    tripped_at: datetime
    workspaces: int
    dead: int
    active: int
    answer: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
    released_at: datetime | None = None
    released_by: str | None = Field(default=None, foreign_key="person.id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What died at one platform within the window: in how many workspaces, how many integrations, out of how many."""

    workspaces: int
    dead: int
    active: int


def trips(burst: Burst) -> bool:
    """Whether this many cannot be so many merchants' own doing. Both limits: a small installation never gets there."""
    return burst.workspaces >= WORKSPACES and burst.dead * 100 >= burst.active * PERCENT


def window_start(now: datetime, *, released_at: datetime | None) -> datetime:
    """From when on deaths count: what was there when somebody released it by hand is known, and counts as real."""
    start = now - WITHIN
    return start if released_at is None else max(start, released_at)


def is_over(*, still_dead: int, back: int) -> bool:
    """Whether the platform is believed again: as many answer again, with the permission they had, as do not."""
    return back >= still_dead
