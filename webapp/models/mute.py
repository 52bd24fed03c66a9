"""Alerts put off for a while, because somebody is about to change a password and knows what will drop."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import ROW_ID

LENGTH = timedelta(hours=1)
OPEN = "ended_at IS NULL"


class Mute(SQLModel, table=True):
    """Who muted a workspace, and until when. Over since `ended_at`; at most one open per workspace."""

    __table_args__ = (
        Index("one_open_mute", "workspace_id", unique=True, sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    workspace_id: str = Field(foreign_key="workspace.id")
    person_id: str = Field(foreign_key="person.id")
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
