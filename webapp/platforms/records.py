"""The rows a platform's pages carry, in our words and units: money in micros, days in the account's time zone."""

from __future__ import annotations

from datetime import date, datetime

import msgspec


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    id: str
    product_id: str | None
    variant_id: str | None
    title: str
    sku: str | None
    quantity: int
    total_micros: int


class Refund(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Money given back; it belongs to its own day, not the order's."""

    id: str
    order_id: str
    created_at: datetime
    day: date
    amount_micros: int
    currency: str


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order with its lines and refunds. No name, address or mail of a customer, on purpose.

    `market` is the currency that the customer paid in: where a store sells in several, it stands for the market, and
    says nothing about a person, as a country would.
    """

    id: str
    name: str
    created_at: datetime
    changed_at: datetime
    cancelled_at: datetime | None
    day: date
    currency: str
    total_micros: int
    subtotal_micros: int
    discount_micros: int
    shipping_micros: int
    tax_micros: int
    refunded_micros: int
    lines: tuple[Line, ...]
    refunds: tuple[Refund, ...]
    market: str = ""


class Variant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sellable thing and what it costs the merchant; the cost is None where the merchant never gave one."""

    id: str
    product_id: str
    title: str
    sku: str | None
    price_micros: int | None
    unit_cost_micros: int | None
    currency: str | None


class Spend(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one campaign cost on one day of the ad account's own calendar."""

    campaign_id: str
    campaign_name: str
    day: date
    spend_micros: int
    currency: str
    impressions: int
    clicks: int
    conversions_micros: int
    value_micros: int


Record = Order | Variant | Spend
