"""Stretches of trouble, what began together, and what a recovery brought back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, MICROS, Word, opaque_id
from webapp.platforms.diagnosis import Cause, Certainty, Closed, Fault, Remedy


class Closing(StrEnum):
    RECONNECTED = "reconnected"
    REPAIRED = "repaired"
    RECOVERED = "recovered"
    DISCONNECTED = "disconnected"
    WITHDRAWN = "withdrawn"


class Outbreak(SQLModel, table=True):
    """Several incidents of one workspace that began together and probably share a cause."""

    id: str = Field(default_factory=opaque_id, primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    began_at: datetime


class Incident(SQLModel, table=True):
    """Opened when somebody has to act or patience is over; over since `closed_at`. One open per integration.

    One that was waited out and then needs somebody is the same, opened anew at that moment: `began_at` stays.
    `through_link`: somebody else signed in, through a link that `closed_by` had handed out.
    `account_closed` is about the account at the platform: in which way it is out of reach. `guide_id` is the walk
    through several (models/guide.py) that it belongs to.
    """

    __table_args__ = (
        Index(
            "one_open_incident",
            "integration_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    integration_id: str = Field(foreign_key="integration.id", index=True)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    outbreak_id: str | None = Field(default=None, foreign_key="outbreak.id", index=True)
    guide_id: str | None = Field(default=None, index=True)
    opened_at: datetime
    began_at: datetime
    data_through: datetime | None = None
    cause: Cause = Field(sa_type=Word(Cause))
    remedy: Remedy = Field(sa_type=Word(Remedy))
    fault: Fault = Field(sa_type=Word(Fault))
    certainty: Certainty = Field(sa_type=Word(Certainty))
    candidates: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    evidence: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    stage: str
    http_status: int
    code: str
    message: str
    account_closed: Closed | None = Field(default=None, sa_type=Word(Closed))
    closed_at: datetime | None = Field(default=None, index=True)
    closing: Closing | None = Field(default=None, sa_type=Word(Closing))
    closed_by: str | None = Field(default=None, foreign_key="person.id")
    through_link: bool = False


class Snooze(SQLModel, table=True):
    """Somebody knows of this problem, and nobody is reminded of it before `until`."""

    incident_id: str = Field(primary_key=True, foreign_key="incident.id")
    person_id: str = Field(foreign_key="person.id")
    at: datetime
    until: datetime


class Receipt(SQLModel, table=True):
    """What a recovery brought back. Open until every owed day is read; `found` counts new rows per stream.

    `before` is what the days were when it began, `days` what became of each (models/receipt_day.py). `checked_at`: when
    that was held against the platform's own totals; `matches` what came of it, None while no day could be compared.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    integration_id: str = Field(foreign_key="integration.id", index=True)
    incident_id: str | None = Field(default=None, foreign_key="incident.id")
    away_from: datetime
    away_to: datetime
    person_id: str | None = Field(default=None, foreign_key="person.id")
    through_link: bool = False
    owed_days: int
    done_days: int = 0
    found: dict[str, int] = Field(default_factory=dict, sa_type=JSON_TYPE)
    amount_micros: int = Field(default=0, sa_type=MICROS)
    currency: str
    before: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
    days: list[dict[str, object]] | None = Field(default=None, sa_type=JSON_TYPE)
    checked_at: datetime | None = None
    matches: bool | None = None
    complete_at: datetime | None = None
    dismissed_at: datetime | None = None
