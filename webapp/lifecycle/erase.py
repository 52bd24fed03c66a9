"""What was imported from one account into one workspace goes: rows, sums, coverage, receipts. What happened stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import bump
from webapp.models.comparison import Comparison
from webapp.models.cost_rule import CostRule
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, Tombstone, VariantRow
from webapp.models.day_note import DayNote
from webapp.models.day_sum import AdDay, ProductDay, StaleDay, StoreDay, UnitCost
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.kept_roll import KeptRoll
from webapp.models.lease import Lease
from webapp.models.notice import Notice
from webapp.models.restated import Restated
from webapp.models.stand_in import StandIn
from webapp.models.sync import Coverage, Cursor
from webapp.models.trouble import Receipt

DATA = (
    OrderRow, LineRow, RefundRow, VariantRow, SpendRow, Tombstone, DayNote, Coverage, Cursor,
    StaleDay, StoreDay, ProductDay, AdDay, UnitCost, CostRule, StandIn,
    Restated, KeptRoll,
)  # fmt: skip


def erase(session: Session, integration: Integration, now: datetime, *, person_id: str | None) -> None:
    """`person_id` is who asked for it; None: the platform did."""
    for table in DATA:
        session.execute(
            delete(table).where(
                col(table.workspace_id) == integration.workspace_id,
                col(table.platform) == integration.platform,
                col(table.account_id) == integration.account_id,
            )
        )
    receipts = select(Receipt.id).where(Receipt.integration_id == integration.id)
    session.execute(delete(Notice).where(col(Notice.receipt_id).in_(receipts)))
    session.execute(delete(Receipt).where(col(Receipt.integration_id) == integration.id))
    session.execute(
        update(Comparison)
        .where(col(Comparison.integration_id) == integration.id)
        .values(compared_at=None, first_day=None, last_day=None)
    )
    # Whoever is reading it right now must not store another page.
    session.execute(delete(Lease).where(col(Lease.integration_id) == integration.id))
    integration.imported_at = integration.last_success_at = None
    integration.erased_at = now
    session.add(Event(integration_id=integration.id, kind=EventKind.ERASED, at=now, person_id=person_id))
    bump(session, integration.workspace_id)
