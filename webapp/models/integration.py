"""A workspace's lasting tie to one account on one platform, and what happened to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, ROW_ID, Word, opaque_id
from webapp.platforms.consent import Account


class Integration(SQLModel, table=True):
    """Survives every reconnect. Facts with their times; what the badge says is derived, never stored.

    `reach_days` is how many days back, today included, the permission lets us read; None: as far as we like.
    `paced_seconds` is how often it is read where that is less often than set. `erased_at`: what had been imported was
    deleted, because the platform asked for it.
    `died_at` is when the platform first said that its permission is over, since it last worked. `replaced_by` is the
    integration of the account that took this one's place; it keeps its history and is not read any more.
    `responsible_id` is who is told first when it breaks; None: every owner and admin.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "account_id"),
        Index("integration_due", "next_sync_at"),
        # The fleet claims by platform: what is due at one must not be searched for among what is due at another.
        Index("integration_due_by_platform", "platform", "next_sync_at"),
        Index("integration_died", "platform", "died_at"),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    platform: str
    account_id: str
    account_name: str
    currency: str
    timezone: str
    route: str | None = None
    login_id: int | None = Field(default=None, foreign_key="login.id", index=True, sa_type=ROW_ID)
    created_at: datetime
    first_day: date
    reach_days: int | None = None
    imported_at: datetime | None = None
    paused_at: datetime | None = None
    disconnected_at: datetime | None = None
    granted_at: datetime
    next_sync_at: datetime | None = None
    paced_seconds: int | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    proved_at: datetime | None = None
    failing_since: datetime | None = None
    failed_tries: int = 0
    failing_cause: str | None = None
    erased_at: datetime | None = None
    died_at: datetime | None = None
    replaced_by: str | None = None
    responsible_id: str | None = None

    @property
    def account(self) -> Account:
        """The account as the platform's own module takes it."""
        return Account(
            id=self.account_id,
            name=self.account_name,
            currency=self.currency,
            timezone=self.timezone,
            route=self.route,
        )

    @property
    def is_active(self) -> bool:
        """Neither paused nor disconnected by the merchant."""
        return self.paused_at is None and self.disconnected_at is None

    @property
    def is_erased(self) -> bool:
        """Whether nothing is left of what had been imported, and nobody has connected it again since."""
        return self.erased_at is not None and self.erased_at > self.granted_at

    @property
    def is_dead(self) -> bool:
        """Whether the platform has said that it is over, and nothing has worked or been granted since."""
        latest = max(self.last_success_at or self.granted_at, self.granted_at)
        return self.died_at is not None and self.died_at >= latest

    @property
    def died_paused_at(self) -> datetime | None:
        """Since when one that nobody reads is over, which the platform may tell us by itself, without an incident."""
        return self.died_at if self.paused_at is not None and self.is_dead else None

    def readable_from(self, today: date) -> date:
        """The first day that can still be asked for; what is missing before it cannot come any more."""
        if self.reach_days is None:
            return self.first_day
        return max(self.first_day, today - timedelta(days=self.reach_days - 1))


class EventKind(StrEnum):
    CONNECTED = "connected"
    RECONNECTED = "reconnected"
    REPAIRED = "repaired"
    PAUSED = "paused"
    RESUMED = "resumed"
    DISCONNECTED = "disconnected"
    ERASED = "erased"
    REPLACED = "replaced"
    SNOOZED = "snoozed"
    RESPONSIBLE = "responsible"
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    LINK_TAKEN_BACK = "link_taken_back"


class Event(SQLModel, table=True):
    """Something a person did to an integration; the history is these, its incidents, receipts, mails and syncs."""

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    integration_id: str = Field(foreign_key="integration.id", index=True)
    kind: EventKind = Field(sa_type=Word(EventKind))
    at: datetime
    person_id: str | None = Field(default=None, foreign_key="person.id")
    details: dict[str, object] = Field(default_factory=dict, sa_type=JSON_TYPE)
