"""What a store answered when it was counted, kept for a minute, so that it is asked once however many look."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel

from webapp.models.columns import JSON_TYPE

KEPT = timedelta(minutes=1)
# Who presses "Count again" at once is shown what is there.
AGAIN_AFTER = timedelta(seconds=10)


class KeptRoll(SQLModel, table=True):
    """One store and so many days. Somebody wants to know since `asked_at`, and it is being asked since `begun_at`.
    Answered without `facts`: it could not be counted."""

    __tablename__ = "kept_roll"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    days: int = Field(primary_key=True)
    asked_at: datetime
    begun_at: datetime | None = None
    answered_at: datetime | None = None
    facts: dict[str, object] | None = Field(default=None, sa_type=JSON_TYPE)
