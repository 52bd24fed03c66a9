"""What stands in for the ad spend of a day that is not here: entered by a person, or an estimate that one accepted."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS, Word


class StandInKind(StrEnum):
    HAND = "hand"
    ESTIMATE = "estimate"


class StandIn(SQLModel, table=True):
    """Counts while its day lacks the platform's own rows, and is kept afterwards, to say by how much it was off.

    Micros of the account's currency.
    """

    __tablename__ = "stand_in"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    kind: StandInKind = Field(sa_type=Word(StandInKind))
    spend_micros: int = Field(sa_type=MICROS)
    currency: str
    person_id: str
    noted_at: datetime
