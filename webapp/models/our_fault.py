"""What only we can mend at a platform: a wrong secret, a version that was switched off, a review of our app."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE, Word, opaque_id
from webapp.platforms.diagnosis import Cause

# A fault nobody has met for so long, and nobody waits for, is over. Not sooner: it would be told again and again.
QUIET = timedelta(hours=1)


class OurFault(SQLModel, table=True):
    """One fault, however many merchants meet it; open until resolved, and told to the operator once.

    `answer` is the last one that said so, without secrets (webapp/redact.py).
    """

    __tablename__ = "our_fault"
    __table_args__ = (
        Index(
            "one_open_fault",
            "platform",
            "cause",
            "code",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: str = Field(default_factory=opaque_id, primary_key=True)
    platform: str
    cause: Cause = Field(sa_type=Word(Cause))
    code: str
    message: str
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None = None
    answer: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
