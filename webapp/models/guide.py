"""One walk through everything that needs Reconnect: from *Reconnect all* to *what came back*."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from webapp.models.columns import opaque_id


class Guide(SQLModel, table=True):
    """What belongs to it says so itself (`Incident.guide_id`); it is over when none of those is open.

    `person_id` began it (kept as a plain id: they may be gone by now); whoever is in the workspace may go on with it.
    """

    id: str = Field(default_factory=opaque_id, primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id", index=True)
    person_id: str
    began_at: datetime
