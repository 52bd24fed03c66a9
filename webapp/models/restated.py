"""A past day that came to something else later: what it was, what it is, why, and since when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS, ROW_ID, Word
from webapp.models.day_sum import Because

KEPT = timedelta(days=120)


class DayFigure(StrEnum):
    SALES = "sales"
    REFUNDS = "refunds"
    GOODS = "goods"
    SPEND = "spend"


class Restated(SQLModel, table=True):
    """One figure of one account's day that was known whole and changed; kept for `KEPT`."""

    __table_args__ = (Index("restated_by_time", "workspace_id", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    workspace_id: str
    platform: str
    account_id: str
    day: date
    figure: DayFigure = Field(sa_type=Word(DayFigure))
    old_micros: int = Field(sa_type=MICROS)
    new_micros: int = Field(sa_type=MICROS)
    currency: str
    because: Because = Field(sa_type=Word(Because))
    at: datetime


class Look(SQLModel, table=True):
    """When a person last said that they had seen what changed in a workspace."""

    workspace_id: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    at: datetime
