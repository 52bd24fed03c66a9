"""An address handed to somebody: to join a workspace, to sign in at a platform for it, or to read about one problem."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, SQLModel

from webapp.models.columns import Word, opaque_id
from webapp.models.people import Role

LINK_LIFE = timedelta(days=7)


class LinkKind(StrEnum):
    INVITATION = "invitation"
    FIX = "fix"
    CONNECT = "connect"
    PROBLEM = "problem"


class Link(SQLModel, table=True):
    """Good until it is used, taken back or a week old; a problem's may be read until then.

    `person_id` made it, and whatever is done through it is done in their name. Its secret is kept as a hash only.
    `email` is whom it was mailed to: the only one who may take up an invitation.
    """

    __tablename__ = "handed_link"

    id: str = Field(default_factory=opaque_id, primary_key=True)
    kind: LinkKind = Field(sa_type=Word(LinkKind))
    secret_hash: str
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    email: str | None = None
    role: Role | None = Field(default=None, sa_type=Word(Role))
    platform: str | None = None
    integration_id: str | None = Field(default=None, foreign_key="integration.id")
    incident_id: str | None = Field(default=None, foreign_key="incident.id")
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at
