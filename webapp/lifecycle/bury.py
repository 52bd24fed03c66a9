"""What the platform no longer has: its row goes, so that no figure counts it, and a tombstone says what it was."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, select
from sqlmodel import Session, col

from webapp.lifecycle.sum_days import mark_stale, owner_of
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, Tombstone, VariantRow
from webapp.models.day_sum import Because
from webapp.models.integration import Integration
from webapp.platforms.streams import Stream


def bury_unseen(
    session: Session,
    integration: Integration,
    stream: Stream,
    *,
    first: date,
    last: date,
    read_since: datetime,
    hidden: frozenset[date],
    now: datetime,
) -> None:
    """After days were read whole since `read_since`: spend that is not reported any more, except on `hidden` days.

    What is reported again loses its tombstone.
    """
    span = col(Tombstone.day).between(first, last)
    for stone in session.scalars(
        select(Tombstone).where(*_mine(Tombstone, integration), col(Tombstone.stream) == stream.name, span)
    ):
        key = (*_owner(integration), stone.day, stone.record_id.partition(":")[0])
        if session.get(SpendRow, key) is not None:
            session.delete(stone)
    gone = session.scalars(
        select(SpendRow).where(
            *_mine(SpendRow, integration), col(SpendRow.day).between(first, last), col(SpendRow.read_at) < read_since,
            col(SpendRow.day).not_in(hidden),
        )
    ).all()  # fmt: skip
    for row in gone:
        stone = _stone(integration, stream, f"{row.campaign_id}:{row.day}", row.day, now)
        stone.name, stone.amount_micros, stone.currency = row.campaign_name, row.spend_micros, row.currency
        session.merge(stone)
        session.delete(row)
    mark_stale(session, owner_of(integration), {row.day for row in gone}, Because.DELETED)


def bury_unlisted(
    session: Session, integration: Integration, stream: Stream, day: date, listed: frozenset[str], now: datetime
) -> int:
    """Orders of `day` that the platform does not list any more, with their lines and refunds; how many.

    What is listed again loses its tombstone.
    """
    session.execute(
        delete(Tombstone).where(
            *_mine(Tombstone, integration), col(Tombstone.stream) == stream.name, col(Tombstone.day) == day,
            col(Tombstone.record_id).in_(listed),
        )
    )  # fmt: skip
    ours = session.scalars(select(OrderRow).where(*_mine(OrderRow, integration), col(OrderRow.day) == day)).all()
    gone = [row for row in ours if row.order_id not in listed]
    for row in gone:
        stone = _stone(integration, stream, row.order_id, row.day, now)
        stone.name, stone.amount_micros, stone.currency = row.name, row.total_micros, row.currency
        session.merge(stone)
    ids = [row.order_id for row in gone]
    given_back = session.scalars(
        select(col(RefundRow.day)).where(*_mine(RefundRow, integration), col(RefundRow.order_id).in_(ids))
    )
    mark_stale(session, owner_of(integration), {day, *given_back} if gone else (), Because.DELETED)
    for table in (LineRow, RefundRow, OrderRow):
        session.execute(delete(table).where(*_mine(table, integration), col(table.order_id).in_(ids)))
    return len(gone)


def mark_unseen(
    session: Session, integration: Integration, stream: Stream, *, read_since: datetime, now: datetime
) -> None:
    """After a catalogue was read whole since `read_since`: a tombstone for what is not in it any more.

    The row itself stays, because what was sold of it still has its cost. What is in it again loses its tombstone.
    """
    gone = {
        row.variant_id: row
        for row in session.scalars(
            select(VariantRow).where(*_mine(VariantRow, integration), col(VariantRow.seen_at) < read_since)
        )
    }
    stones = {
        stone.record_id: stone
        for stone in session.scalars(
            select(Tombstone).where(*_mine(Tombstone, integration), col(Tombstone.stream) == stream.name)
        )
    }
    for record, stone in stones.items():
        if record not in gone:
            session.delete(stone)
    today = now.astimezone(ZoneInfo(integration.timezone)).date()
    for record, row in gone.items():
        if record not in stones:
            stone = _stone(integration, stream, record, today, now)
            stone.name, stone.amount_micros = row.title, row.unit_cost_micros or 0
            stone.currency = row.currency or integration.currency
            session.add(stone)


def _owner(integration: Integration) -> tuple[str, str, str]:
    return integration.workspace_id, integration.platform, integration.account_id


def _stone(integration: Integration, stream: Stream, record_id: str, day: date, now: datetime) -> Tombstone:
    return Tombstone(
        workspace_id=integration.workspace_id, platform=integration.platform, account_id=integration.account_id,
        stream=stream.name, record_id=record_id, day=day, name="", amount_micros=0, currency="", gone_at=now,
    )  # fmt: skip


def _mine(
    table: type[OrderRow | LineRow | RefundRow | SpendRow | VariantRow | Tombstone], integration: Integration
) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.workspace_id) == integration.workspace_id,
        col(table.platform) == integration.platform,
        col(table.account_id) == integration.account_id,
    )
