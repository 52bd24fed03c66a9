"""What each day came to, kept beside the rows so that a page need not read them: never a truth of its own.

A day that has a `StaleDay` is summed anew from its rows by whoever wants to know, until its sums are written again.
`settled`: the day had been read to its end when it was summed.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, false
from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS, Word


class Because(StrEnum):
    """Why a day has to be summed again."""

    ROWS = "rows"
    DELETED = "deleted"
    COSTS = "costs"


class StaleDay(SQLModel, table=True):
    """Rows of this day changed since it was last summed; written in the transaction that changes them."""

    __tablename__ = "stale_day"
    __table_args__ = (Index("stale_day_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    because: Because = Field(sa_type=Word(Because))


class StoreDay(SQLModel, table=True):
    """A store's day on the store's own calendar. Refunds are those given on it, whenever the order was placed.

    `goods_micros` is the cost of what was sold, as far as a cost is known; `uncosted_micros` what the rest sold for.
    """

    __tablename__ = "store_day"
    __table_args__ = (Index("store_day_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    currency: str
    orders: int
    units: int = Field(sa_type=MICROS)
    sales_micros: int = Field(sa_type=MICROS)
    discount_micros: int = Field(sa_type=MICROS)
    shipping_micros: int = Field(sa_type=MICROS)
    tax_micros: int = Field(sa_type=MICROS)
    refund_micros: int = Field(sa_type=MICROS)
    goods_micros: int = Field(sa_type=MICROS)
    uncosted_micros: int = Field(sa_type=MICROS)
    settled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class ProductDay(SQLModel, table=True):
    """One variant's day. `variant_id` is empty for what was sold without being a product; no cost known: None."""

    __tablename__ = "product_day"
    __table_args__ = (Index("product_day_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    variant_id: str = Field(primary_key=True)
    title: str
    units: int = Field(sa_type=MICROS)
    sales_micros: int = Field(sa_type=MICROS)
    goods_micros: int | None = Field(default=None, sa_type=MICROS)


class AdDay(SQLModel, table=True):
    """An ad account's day on its own calendar, all campaigns together."""

    __tablename__ = "ad_day"
    __table_args__ = (Index("ad_day_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    currency: str
    spend_micros: int = Field(sa_type=MICROS)
    impressions: int = Field(sa_type=MICROS)
    clicks: int = Field(sa_type=MICROS)
    conversions_micros: int = Field(sa_type=MICROS)
    value_micros: int = Field(sa_type=MICROS)
    settled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class CostSource(StrEnum):
    """Who says what a thing costs. In this order the first word counts."""

    HAND = "hand"
    STORE = "store"


class UnitCost(SQLModel, table=True):
    """What a variant costs from a day on; a store keeps only the present cost, so each one seen is written down.

    The first cost ever seen counts for all days before it. None: from then on the store has no cost on record.
    `market` is empty for all of them; a cost for the order's own market goes before that.
    """

    __tablename__ = "unit_cost"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    variant_id: str = Field(primary_key=True)
    source: CostSource = Field(primary_key=True, sa_type=Word(CostSource))
    market: str = Field(default="", primary_key=True)
    from_day: date = Field(primary_key=True)
    cost_micros: int | None = Field(default=None, sa_type=MICROS)
    currency: str | None = None
    noted_at: datetime
