"""Where a workspace's problems are said besides in mail."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from webapp.models.columns import opaque_id


class Channel(SQLModel, table=True):
    """A Slack webhook, or any other. Who knows its address can write there, so it is sealed; `host` is what is shown.

    `failing_since` is empty while it takes what we say. `ended_at`: nothing is said there any more, and the address is
    forgotten.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    name: str
    host: str
    address_sealed: str | None = None
    person_id: str = Field(foreign_key="person.id")
    created_at: datetime
    spoken_at: datetime | None = None
    failing_since: datetime | None = None
    ended_at: datetime | None = None


def address_place(channel_id: str) -> str:
    """What a sealed address is bound to."""
    return f"channel:{channel_id}:address"
