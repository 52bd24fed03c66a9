"""What a merchant says a store costs beside its goods, and what goods without a cost of their own probably cost."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS, Word


class CostKind(StrEnum):
    """GOODS is a guess at what a thing costs that has no cost of its own: a share of what it sold for."""

    GOODS = "goods"
    FEES = "fees"
    POSTAGE = "postage"
    FIXED = "fixed"

    @property
    def parts(self) -> tuple[str, ...]:
        """What may be said of it: a share, an amount for each order, an amount for each month."""
        return _PARTS[self]


_PARTS = {
    CostKind.GOODS: ("share",),
    CostKind.FEES: ("share", "order"),
    CostKind.POSTAGE: ("share", "order", "month"),
    CostKind.FIXED: ("month",),
}


class CostRule(SQLModel, table=True):
    """In effect from a day on, until the next one of its kind and name; amounts in the store's currency.

    `share_ppm` is in millionths: of what the goods sold for, or of what customers were charged. Only fixed costs have
    names, because there are several at once.
    """

    __tablename__ = "cost_rule"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    kind: CostKind = Field(primary_key=True, sa_type=Word(CostKind))
    name: str = Field(primary_key=True)
    from_day: date = Field(primary_key=True)
    share_ppm: int = 0
    order_micros: int = Field(default=0, sa_type=MICROS)
    month_micros: int = Field(default=0, sa_type=MICROS)
    currency: str
    noted_at: datetime
