"""Who reads an integration right now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Lease(SQLModel, table=True):
    """There while somebody reads the integration, for as long as `until`; every write of theirs must find `fence`.

    A table of its own, as small as what is being read now: claiming costs the same among a hundred integrations and
    among a million. `holder` says on whose behalf, so that what the dead still hold can be given back. Without a
    foreign key: a lease is taken on rows just read, and looking each up again was a third of what a claim cost.
    """

    __table_args__ = {"sqlite_with_rowid": False}

    integration_id: str = Field(primary_key=True)
    until: datetime
    holder: int | None = Field(default=None, sa_type=BigInteger())
    fence: int = Field(sa_type=BigInteger())
