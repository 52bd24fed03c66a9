"""The platform asks us to delete an account's data: in every workspace that holds it, not before the time we named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from webapp.lifecycle.ask_at_once import is_over
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.comparison import Comparison
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, Tombstone, VariantRow
from webapp.models.day_note import DayNote
from webapp.models.day_sum import AdDay, ProductDay, StaleDay, StoreDay, UnitCost
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.lease import Lease
from webapp.models.notice import Notice
from webapp.models.restated import Restated
from webapp.models.signal import PUT_OFF, HeardSignal
from webapp.models.sync import Coverage, Cursor
from webapp.models.trouble import Receipt
from webapp.platforms.diagnosis import Cause

log = logging.getLogger(__name__)

DATA = (
    OrderRow, LineRow, RefundRow, VariantRow, SpendRow, Tombstone, DayNote, Coverage, Cursor,
    StaleDay, StoreDay, ProductDay, AdDay, UnitCost, Restated,
)  # fmt: skip


def erase_account(runtime: Runtime, signal: HeardSignal, about: Sequence[Integration]) -> datetime | None:
    """Delete everything imported from this account, one workspace a commit. None when it is done, else when to look
    again: a permission for it still works somewhere, or the merchant was told that there is time until then."""
    now = runtime.now()
    if any(not is_over(runtime, integration) for integration in about):
        return now + PUT_OFF[-1]
    with runtime.database.reading() as session:
        promised = max((_promised(runtime, session, one) for one in about), default=now)
    if now < promised:
        return promised
    for integration in about:
        with runtime.database.writing() as session:
            _erase(session, session.get_one(Integration, integration.id), now)
        log.info("erased", extra={"integration": integration.id, "platform": integration.platform})
    return None


def _promised(runtime: Runtime, session: Session, integration: Integration) -> datetime:
    """Until when we have told the merchant that connecting again keeps everything (queries/deadlines.py)."""
    incident, grace = open_incident(session, integration.id), runtime.platform(integration.platform).deletes_after
    if incident is None or grace is None or Cause.ACCESS_REVOKED not in (incident.cause, *incident.candidates):
        return runtime.now()
    return incident.began_at + grace


def _erase(session: Session, integration: Integration, now: datetime) -> None:
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
    session.add(Event(integration_id=integration.id, kind=EventKind.ERASED, at=now))
    bump(session, integration.workspace_id)
