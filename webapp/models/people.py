"""People, the workspaces they share, and their tries to sign in."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, ROW_ID, Word, opaque_id


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def may_change(self) -> bool:
        return self is not Role.VIEWER


class Person(SQLModel, table=True):
    """Somebody who signs in. `session_epoch` is in every cookie of theirs; a new one ends all sessions.

    `operator_since` is given and taken on the command line only (`flask --app app operator`), never through the web.
    `digest_since`: they want one mail a morning over all their workspaces, in place of reminders.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    email: str = Field(unique=True, index=True)
    name: str
    password_hash: str
    confirmed_at: datetime | None = None
    session_epoch: str = Field(default_factory=lambda: secrets.token_hex(8))
    mail_refused_at: datetime | None = None
    operator_since: datetime | None = None
    digest_since: datetime | None = None
    created_at: datetime


class Workspace(SQLModel, table=True):
    """One merchant business. `revision` counts every change a page could show.

    `check_asked_at` is when somebody last asked for everything to be checked at once.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    name: str
    revision: int = 0
    check_asked_at: datetime | None = None
    created_at: datetime


class Member(SQLModel, table=True):
    """A person's role in a workspace."""

    __table_args__ = (UniqueConstraint("workspace_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    role: Role = Field(sa_type=Word(Role))
    created_at: datetime


class TeamEventKind(StrEnum):
    INVITED = "invited"
    TAKEN_BACK = "taken_back"
    JOINED = "joined"
    ROLE = "role"
    HANDED_OVER = "handed_over"
    REMOVED = "removed"
    LEFT = "left"
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    LINK_TAKEN_BACK = "link_taken_back"


class TeamEvent(SQLModel, table=True):
    """Something a person did about who is in a workspace, or may do something for it.

    `about` is whom it was done to, or the account, as they were called then. Of a link `details` has the kind, the
    platform and to whom it was mailed; `person_id` is who handed it out, also where somebody else used it.
    """

    __tablename__ = "team_event"

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    kind: TeamEventKind = Field(sa_type=Word(TeamEventKind))
    at: datetime
    person_id: str | None = Field(default=None, foreign_key="person.id")
    about: str
    role: Role | None = Field(default=None, sa_type=Word(Role))
    details: dict[str, object] = Field(default_factory=dict, sa_type=JSON_TYPE)


class Attempt(SQLModel, table=True):
    """One try of what must not be tried too often, such as a failed sign-in, by whose try it was: the throttle counts
    these."""

    __tablename__ = "sign_in_attempt"

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    subject: str = Field(index=True)
    at: datetime = Field(index=True)
