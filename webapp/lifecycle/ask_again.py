"""The platform says that a record was deleted: its day is asked for once more, and what is not listed any more goes.

The record is not believed to be gone because of what we were told; the ordinary sync finds out (bury.py), only sooner.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.lifecycle.note_days import read_again
from webapp.lifecycle.runtime import Runtime
from webapp.models.data import OrderRow, VariantRow
from webapp.models.integration import Integration
from webapp.models.signal import HeardSignal, SignalOutcome
from webapp.models.sync import Cursor
from webapp.platforms.streams import Reading, Stream


def ask_again(runtime: Runtime, signal: HeardSignal, about: Iterable[Integration]) -> SignalOutcome:
    """Make owed what the record belongs to, wherever it is held, and the integration due; committed."""
    platform, now, held = runtime.platform(signal.platform), runtime.now(), False
    assert signal.stream is not None
    stream = platform.stream(signal.stream)
    with runtime.database.writing() as session:
        for integration in about:
            if _owe(runtime, session, integration, stream, signal.record_id or ""):
                held = True
                session.execute(
                    update(Integration)
                    .where(col(Integration.id) == integration.id, col(Integration.next_sync_at) > now)
                    .values(next_sync_at=now)
                )
    return SignalOutcome.ASKED_AGAIN if held else SignalOutcome.NOTHING_HELD


def _owe(runtime: Runtime, session: Session, integration: Integration, stream: Stream, record: str) -> bool:
    owner = integration.workspace_id, integration.platform, integration.account_id
    if stream.reading is Reading.SNAPSHOT:
        held = session.exec(
            select(VariantRow.variant_id)
            .where(
                VariantRow.workspace_id == owner[0], VariantRow.platform == owner[1],
                VariantRow.account_id == owner[2], VariantRow.product_id == record,
            )
            .limit(1)
        ).first()  # fmt: skip
        cursor = session.get(Cursor, (*owner, stream.name)) if held is not None else None
        if cursor is not None:
            cursor.read_at = None
        return held is not None
    order = session.get(OrderRow, (*owner, record))
    if order is None:
        return False
    read_again(session, integration, stream, [order.day], runtime.now())
    return True
