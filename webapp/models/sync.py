"""How far each stream has been read: attempts, cursors, and one coverage row per day."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, MICROS, ROW_ID, Word


class Outcome(StrEnum):
    DONE = "done"
    TROUBLE = "trouble"
    INTERRUPTED = "interrupted"


class SyncRun(SQLModel, table=True):
    """One attempt to read one integration's streams. `ended_at` empty: under way, or killed."""

    __tablename__ = "sync_run"

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    integration_id: str = Field(foreign_key="integration.id", index=True)
    started_at: datetime = Field(index=True)
    ended_at: datetime | None = Field(default=None, index=True)
    outcome: Outcome | None = Field(default=None, sa_type=Word(Outcome))
    cause: str | None = None
    stream: str | None = None
    rows: int = 0
    pages: int = 0
    days: int = 0


class Cursor(SQLModel, table=True):
    """`through`: everything before this instant has been read. `hint`: the window and page a stopped run was at.

    `said`: digests of the running day's pages as they are stored.
    """

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    through: datetime | None = None
    hint: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
    said: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
    read_at: datetime | None = None


class OperationsSpent(SQLModel, table=True):
    """Questions asked on a UTC day at a platform that counts them for all our merchants together."""

    __tablename__ = "operations_spent"

    platform: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    number: int = 0


class Coverage(SQLModel, table=True):
    """One day of one stream. No row: missing. `read_through` before the day's end: partial.

    `again_at`: somebody wants the day read once more, although it is complete; done once it is fetched after that.
    """

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    complete: bool
    read_through: datetime
    fetched_at: datetime
    again_at: datetime | None = None
    rows: int = 0
    amount_micros: int = Field(default=0, sa_type=MICROS)
