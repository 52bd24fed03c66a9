"""The merchant's own numbers, keyed by workspace, platform account and record, never by our integration row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS

# Rows lie in their key's order, and are found by it alone: on SQLite less to write, and a file a quarter smaller.
KEPT_BY_KEY = {"sqlite_with_rowid": False}


class OrderRow(SQLModel, table=True):
    __tablename__ = "store_order"
    __table_args__ = (Index("store_order_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    name: str
    day: date
    created_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None = None
    currency: str
    total_micros: int = Field(sa_type=MICROS)
    subtotal_micros: int = Field(sa_type=MICROS)
    discount_micros: int = Field(sa_type=MICROS)
    shipping_micros: int = Field(sa_type=MICROS)
    tax_micros: int = Field(sa_type=MICROS)
    refunded_micros: int = Field(sa_type=MICROS)
    market: str = Field(default="", sa_column_kwargs={"server_default": ""})


class LineRow(SQLModel, table=True):
    __tablename__ = "store_order_line"
    __table_args__ = KEPT_BY_KEY

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    line_id: str = Field(primary_key=True)
    product_id: str | None = None
    variant_id: str | None = None
    title: str
    sku: str | None = None
    quantity: int
    total_micros: int = Field(sa_type=MICROS)


class RefundRow(SQLModel, table=True):
    __tablename__ = "store_refund"
    __table_args__ = (Index("store_refund_by_day", "workspace_id", "day"),)

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    refund_id: str = Field(primary_key=True)
    order_id: str
    day: date
    created_at: datetime
    amount_micros: int = Field(sa_type=MICROS)
    currency: str


class VariantRow(SQLModel, table=True):
    __tablename__ = "store_variant"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    variant_id: str = Field(primary_key=True)
    product_id: str
    title: str
    sku: str | None = None
    price_micros: int | None = Field(default=None, sa_type=MICROS)
    unit_cost_micros: int | None = Field(default=None, sa_type=MICROS)
    currency: str | None = None
    seen_at: datetime


class SpendRow(SQLModel, table=True):
    """Keyed by day before campaign: pages arrive by day, and rows land where the last ones did."""

    __tablename__ = "ad_spend"
    __table_args__ = KEPT_BY_KEY

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    campaign_id: str = Field(primary_key=True)
    campaign_name: str
    spend_micros: int = Field(sa_type=MICROS)
    currency: str
    impressions: int = Field(sa_type=MICROS)
    clicks: int = Field(sa_type=MICROS)
    conversions_micros: int = Field(sa_type=MICROS)
    value_micros: int = Field(sa_type=MICROS)
    read_at: datetime


class Tombstone(SQLModel, table=True):
    """A record the platform no longer has: what it was, kept when its row went; gone when the record is back."""

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    day: date
    name: str
    amount_micros: int = Field(sa_type=MICROS)
    currency: str
    gone_at: datetime
