"""How we may enter a platform: the round trip of consent, the login that consented, and what it gave us."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, ROW_ID, Word, opaque_id

AUTHORIZATION_LIFE = timedelta(minutes=10)
CHOICE_LIFE = timedelta(hours=1)


class Ending(StrEnum):
    """How a round trip to a platform ended."""

    CONNECTED = "connected"
    CHOOSE = "choose"
    WRONG_ACCOUNT = "wrong_account"
    LOST_ACCOUNT = "lost_account"
    NO_ACCOUNTS = "no_accounts"
    FEWER_SCOPES = "fewer_scopes"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FORGED = "forged"
    FAILED = "failed"


class Authorization(SQLModel, table=True):
    """One round trip to a consent page; single use. `found` is what came back: who consented, which accounts.

    `guide_id` is the walk through several (models/guide.py) that it is a step of, and leads back to.
    `replaces_id` is the integration whose account is to have a successor; the choice of it is where the way back leads.
    `link_id`: begun by somebody who was handed a link, in the name of the person who made it.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    state_hash: str = Field(unique=True, index=True)
    person_id: str = Field(foreign_key="person.id")
    browser_hash: str
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    platform: str
    tenant: str | None = None
    integration_id: str | None = Field(default=None, foreign_key="integration.id")
    link_id: str | None = Field(default=None, index=True)
    expected_account: str | None = None
    verifier_sealed: str | None = None
    created_at: datetime
    expires_at: datetime
    consumed_at: datetime | None = None
    ending: Ending | None = Field(default=None, sa_type=Word(Ending))
    ended_at: datetime | None = None
    grant_id: str | None = None
    guide_id: str | None = None
    replaces_id: str | None = None
    found: dict[str, object] = Field(default_factory=dict, sa_type=JSON_TYPE)


class Login(SQLModel, table=True):
    """Who consented at the platform; one per workspace, platform and subject."""

    __table_args__ = (UniqueConstraint("workspace_id", "platform", "subject"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    platform: str
    subject: str
    name: str
    email: str | None = None
    tenant: str | None = None
    created_at: datetime


class Grant(SQLModel, table=True):
    """What the platform gave us for a Login. Pending until `live_at`; over since `ended_at`; never overwritten.

    `generation` counts renewals and guards them (compare-and-swap); `intent_at` is when the first renewal began whose
    answer we have not got, so that a crash between the platform's answer and our commit leaves a visible trace.
    `person_id` approved it (kept as a plain id: they may be gone by now), or with `through_link` whoever they had sent
    a link to; `consent_ends_at` is until when the consent
    lets us read, where no renewal moves that.
    `renew_at` is when the clock renews it by itself; after `failed_tries` nobody else tries before it either.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        Index(
            "one_live_grant",
            "login_id",
            unique=True,
            sqlite_where=text("live_at IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=text("live_at IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    login_id: int = Field(foreign_key="login.id", index=True, sa_type=ROW_ID)
    access_sealed: str
    refresh_sealed: str | None = None
    scopes: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    issued_at: datetime
    person_id: str | None = None
    through_link: bool = False
    consent_ends_at: datetime | None = None
    renewed_at: datetime | None = Field(default=None, index=True)
    live_at: datetime | None = None
    ended_at: datetime | None = None
    refused_at: datetime | None = Field(default=None, index=True)
    refusal: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
    generation: int = 0
    intent_at: datetime | None = None
    lease_until: datetime | None = None
    fence: int = 0
    renew_at: datetime | None = Field(default=None, index=True)
    failed_tries: int = 0

    @property
    def is_live(self) -> bool:
        return self.live_at is not None and self.ended_at is None


def place(grant_id: str, field: str) -> str:
    """Where a sealed token belongs; a value moved to another grant or field does not open."""
    return f"grant:{grant_id}:{field}"


def verifier_place(authorization_id: str) -> str:
    """Where a sealed PKCE verifier belongs."""
    return f"authorization:{authorization_id}:verifier"
