"""Rows of one page into our tables, by natural key: storing the same page twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session, SQLModel, col

from webapp.database import insert_of
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, VariantRow
from webapp.models.integration import Integration
from webapp.platforms.base import Reading, Stream
from webapp.platforms.records import Order, Record, Spend, Variant

Row = dict[str, object]


def store_page(
    session: Session, integration: Integration, records: Sequence[Record], *, read_at: datetime
) -> set[date]:
    """Upsert the records; the days whose figures they touched come back."""
    orders = [record for record in records if isinstance(record, Order)]
    spend = [record for record in records if isinstance(record, Spend)]
    variants = [record for record in records if isinstance(record, Variant)]
    owner: Row = {
        "workspace_id": integration.workspace_id,
        "platform": integration.platform,
        "account_id": integration.account_id,
    }
    _store_orders(session, owner, orders)
    _upsert(session, SpendRow, [owner | asdict(row) | {"read_at": read_at} for row in spend])
    _upsert(
        session, VariantRow, [owner | _renamed(asdict(row), "variant_id") | {"seen_at": read_at} for row in variants]
    )
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
            col(table.day).between(min(wanted), max(wanted)),
        )
        .group_by(col(table.day))
    )
    return {day: (count, int(total or 0)) for day, count, total in rows}


def _store_orders(session: Session, owner: Row, orders: Sequence[Order]) -> None:
    if not orders:
        return
    session.execute(
        delete(LineRow).where(
            col(LineRow.workspace_id) == owner["workspace_id"],
            col(LineRow.platform) == owner["platform"],
            col(LineRow.account_id) == owner["account_id"],
            col(LineRow.order_id).in_([order.id for order in orders]),
        )
    )
    _upsert(session, OrderRow, [owner | _order_row(order) for order in orders])
    _upsert(
        session,
        LineRow,
        [
            owner | _renamed(asdict(line), "line_id") | {"order_id": order.id}
            for order in orders
            for line in order.lines
        ],
    )
    _upsert(
        session,
        RefundRow,
        [owner | _renamed(asdict(refund), "refund_id") for order in orders for refund in order.refunds],
    )


def _order_row(order: Order) -> Row:
    return {
        "order_id": order.id,
        "name": order.name,
        "day": order.day,
        "created_at": order.created_at,
        "changed_at": order.changed_at,
        "cancelled_at": order.cancelled_at,
        "currency": order.currency,
        "total_micros": order.total_micros,
        "subtotal_micros": order.subtotal_micros,
        "discount_micros": order.discount_micros,
        "shipping_micros": order.shipping_micros,
        "tax_micros": order.tax_micros,
        "refunded_micros": order.refunded_micros,
    }


def _renamed(row: Row, key: str) -> Row:
    return {key: row.pop("id"), **row}


def _upsert(session: Session, model: type[SQLModel], rows: list[Row]) -> None:
    if not rows:
        return
    table = model.__table__  # type: ignore[attr-defined]
    statement = insert_of(session)(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    # Two records of one page with the same key would be refused by PostgreSQL; the later one is the newer word.
    unique = {tuple(row[key] for key in keys): row for row in rows}
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(unique.values()))
