"""Rows of one page into our tables, by natural key: storing the same page twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.lifecycle.bulk import Bulk, Row, bulk
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, VariantRow
from webapp.models.integration import Integration
from webapp.platforms.records import Line, Order, Record, Refund, Spend, Variant
from webapp.platforms.streams import Reading, Stream


def store_page(
    session: Session, integration: Integration, records: Sequence[Record], *, read_at: datetime, all_new: bool = False
) -> set[date]:
    """Upsert the records; the days whose figures they touched come back. `all_new`: none is expected to be here yet."""
    kinds: defaultdict[type[Record], list[Any]] = defaultdict(list)
    for record in records:
        kinds[type(record)].append(record)
    spend: list[Spend] = kinds[Spend]
    variants: list[Variant] = kinds[Variant]
    # Of two records of one page with the same key the later one is the newer word.
    orders: list[Order] = list({order.id: order for order in kinds[Order]}.values())
    owner: Row = (integration.workspace_id, integration.platform, integration.account_id)
    write = bulk(session)
    _store_orders(write, owner, orders, all_new=all_new)
    at = write.instant(read_at)
    write.upsert(SpendRow, lambda: (_spend_row(owner, row, at) for row in spend), all_new=all_new)
    write.upsert(VariantRow, lambda: (_variant_row(owner, row, at) for row in variants))
    refund_days = {refund.day for order in orders for refund in order.refunds}
    return {order.day for order in orders} | {row.day for row in spend} | refund_days


def day_sums(
    session: Session, integration: Integration, stream: Stream, days: Iterable[date]
) -> dict[date, tuple[int, int]]:
    """Rows and micros stored for each of these days; days without rows are absent."""
    wanted = list(days)
    if stream.reading is Reading.SNAPSHOT or not wanted:
        return {}
    table, amount = (
        (OrderRow, col(OrderRow.total_micros)) if stream.reading is Reading.CHANGES
        else (SpendRow, col(SpendRow.spend_micros))
    )  # fmt: skip
    rows = session.execute(
        select(col(table.day), func.count(), func.sum(amount))
        .where(
            col(table.workspace_id) == integration.workspace_id,
            col(table.platform) == integration.platform,
            col(table.account_id) == integration.account_id,
            col(table.day).in_(wanted),
        )
        .group_by(col(table.day))
    )
    return {day: (count, int(total or 0)) for day, count, total in rows}


def _store_orders(write: Bulk, owner: Row, orders: Sequence[Order], *, all_new: bool) -> None:
    if not orders:
        return
    all_new = write.upsert(OrderRow, lambda: (_order_row(owner, order, write) for order in orders), all_new=all_new)
    if not all_new:
        # What was taken off an order since is not in it any more.
        write.delete(LineRow, owner, "order_id", [order.id for order in orders])
    write.upsert(
        LineRow, lambda: (_line_row(owner, order.id, line) for order in orders for line in order.lines), all_new=True
    )
    write.upsert(
        RefundRow,
        lambda: (_refund_row(owner, refund, write) for order in orders for refund in order.refunds),
        all_new=all_new,
    )


def _order_row(owner: Row, one: Order, write: Bulk) -> Row:
    return (
        *owner, one.id, one.name, one.day.isoformat(), write.instant(one.created_at), write.instant(one.changed_at),
        write.instant(one.cancelled_at) if one.cancelled_at else None, one.currency, one.total_micros,
        one.subtotal_micros, one.discount_micros, one.shipping_micros, one.tax_micros, one.refunded_micros,
        one.market,
    )  # fmt: skip


def _line_row(owner: Row, order_id: str, one: Line) -> Row:
    return (
        *owner, order_id, one.id, one.product_id, one.variant_id, one.title, one.sku, one.quantity, one.total_micros,
    )  # fmt: skip


def _refund_row(owner: Row, one: Refund, write: Bulk) -> Row:
    return (
        *owner, one.id, one.order_id, one.day.isoformat(), write.instant(one.created_at), one.amount_micros,
        one.currency,
    )  # fmt: skip


def _spend_row(owner: Row, one: Spend, at: str) -> Row:
    return (
        *owner, one.day.isoformat(), one.campaign_id, one.campaign_name, one.spend_micros, one.currency,
        one.impressions, one.clicks, one.conversions_micros, one.value_micros, at,
    )  # fmt: skip


def _variant_row(owner: Row, one: Variant, at: str) -> Row:
    return (
        *owner, one.id, one.product_id, one.title, one.sku, one.price_micros, one.unit_cost_micros, one.currency, at,
    )  # fmt: skip
