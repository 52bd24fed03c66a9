"""What the platforms told us, kept as what it means and not as it came: a delivery may name a customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import ROW_ID, Word
from webapp.platforms.diagnosis import Cause
from webapp.platforms.signals import Meaning

OPEN = "done_at IS NULL"
# A platform may still take the permission for a moment after it has told us that it is gone.
ASK_AGAIN = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))
# What could not be asked is put off longer and longer, and in the end left to the sync.
PUT_OFF = tuple(timedelta(seconds=number) for number in (1, 2, 5, 30, 120, 600, 3600))
GIVE_UP = timedelta(days=3)
# A clock of theirs that is a little ahead of ours.
CLOCK_SLACK = timedelta(minutes=2)


class SignalOutcome(StrEnum):
    """What came of it. NOT_SO: we asked, and the platform still takes our permission."""

    CONFIRMED = "confirmed"
    NOT_SO = "not_so"
    CHECKED = "checked"
    ASKED_AGAIN = "asked_again"
    ERASED = "erased"
    NOTHING_HELD = "nothing_held"
    NOT_OURS = "not_ours"
    GIVEN_UP = "given_up"


class HeardSignal(SQLModel, table=True):
    """One delivery, verified. Open until `done_at`; `due_at` is when it is next seen to, `tries` how often it was.

    `code` is what somebody who asked for deletion may look up how it went by.
    """

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("platform", "delivery"),
        Index("signal_open", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("signal_of_account", "platform", "account_id"),
        Index("signal_of_subject", "platform", "subject"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    platform: str
    name: str
    delivery: str
    meaning: Meaning = Field(sa_type=Word(Meaning))
    account_id: str | None = None
    tenant: str | None = None
    subject: str | None = None
    stream: str | None = None
    record_id: str | None = None
    cause: Cause | None = Field(default=None, sa_type=Word(Cause))
    words: str = ""
    happened_at: datetime | None = None
    received_at: datetime = Field(index=True)
    due_at: datetime
    tries: int = 0
    lease_until: datetime | None = None
    fence: int = 0
    done_at: datetime | None = None
    outcome: SignalOutcome | None = Field(default=None, sa_type=Word(SignalOutcome))
    code: str | None = Field(default=None, unique=True)

    def happened_between(self, earliest: datetime) -> datetime:
        """When it happened, as far as the platform's own word for it can be true; else when we heard of it."""
        at = self.happened_at
        if at is not None and earliest <= at <= self.received_at + CLOCK_SLACK:
            return min(at, self.received_at)
        return self.received_at


class Subscription(SQLModel, table=True):
    """One per integration whose platform lets us register: when that is next seen to, and when it last was."""

    integration_id: str = Field(foreign_key="integration.id", primary_key=True)
    due_at: datetime = Field(index=True)
    tries: int = 0
    lease_until: datetime | None = None
    fence: int = 0
    registered_at: datetime | None = None
