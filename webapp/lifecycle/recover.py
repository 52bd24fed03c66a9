"""Trouble is over: close the incident, open a receipt for what is owed, and say when all of it is back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.data import OrderRow, SpendRow
from webapp.models.integration import Integration
from webapp.models.notice import Notice, NoticeKind
from webapp.models.plan import local_day
from webapp.models.sync import Coverage
from webapp.models.trouble import Closing, Incident, Receipt
from webapp.platforms.base import Reading
from webapp.queries.coverage import data_through


def begin_recovery(
    runtime: Runtime,
    session: Session,
    integration: Integration,
    *,
    closing: Closing,
    person_id: str | None,
    now: datetime,
) -> None:
    """Close the open incident, if any; where data was missed, open the receipt that the catch-up will fill."""
    incident = open_incident(session, integration.id)
    was_away = incident is not None or integration.disconnected_at is not None
    if incident is not None:
        close_incident(session, incident, closing=closing, person_id=person_id, now=now)
    bump(session, integration.workspace_id)
    if not was_away or integration.imported_at is None or open_receipt(session, integration.id) is not None:
        return
    began = incident.began_at if incident else (integration.disconnected_at or now)
    away_from = min(data_through(session, runtime.platform(integration.platform), integration) or began, now)
    zone = ZoneInfo(integration.timezone)
    today = local_day(now, zone)
    first = max(local_day(away_from, zone), integration.readable_from(today))
    session.add(
        Receipt(
            integration_id=integration.id,
            incident_id=incident.id if incident else None,
            away_from=away_from,
            away_to=now,
            person_id=person_id,
            owed_days=(today - first).days + 1,
            currency=integration.currency,
        )
    )


def close_incident(
    session: Session, incident: Incident, *, closing: Closing, person_id: str | None, now: datetime
) -> None:
    """Closed, and whatever mail about it was still waiting is no longer true."""
    incident.closed_at, incident.closing, incident.closed_by = now, closing, person_id
    session.execute(
        update(Notice)
        .where(
            col(Notice.incident_id) == incident.id,
            col(Notice.kind) == NoticeKind.BROKEN,
            col(Notice.sent_at).is_(None),
        )
        .values(dropped_at=now)
    )


def advance_recovery(runtime: Runtime, session: Session, integration: Integration, *, finished: bool) -> None:
    """Count what came back so far; with `finished` (every stream read to now) the receipt is complete."""
    receipt = open_receipt(session, integration.id)
    if receipt is None:
        return
    now, zone = runtime.now(), ZoneInfo(integration.timezone)
    first = local_day(receipt.away_from, zone)
    done = session.execute(
        select(func.count(func.distinct(col(Coverage.day)))).where(
            col(Coverage.workspace_id) == integration.workspace_id,
            col(Coverage.platform) == integration.platform,
            col(Coverage.account_id) == integration.account_id,
            col(Coverage.day) >= first,
            col(Coverage.fetched_at) >= receipt.away_to,
        )
    ).scalar_one()
    receipt.done_days = min(done, receipt.owed_days)
    receipt.found, receipt.amount_micros = _found(runtime, session, integration, receipt)
    if finished:
        receipt.done_days, receipt.complete_at = receipt.owed_days, now
        _tell_recovered(runtime, session, receipt, now)


def open_incident(session: Session, integration_id: str) -> Incident | None:
    return session.exec(
        select_row(Incident).where(Incident.integration_id == integration_id, col(Incident.closed_at).is_(None))
    ).one_or_none()


def open_receipt(session: Session, integration_id: str) -> Receipt | None:
    return session.exec(
        select_row(Receipt).where(Receipt.integration_id == integration_id, col(Receipt.complete_at).is_(None))
    ).first()


def _found(
    runtime: Runtime, session: Session, integration: Integration, receipt: Receipt
) -> tuple[dict[str, int], int]:
    """Rows per stream that belong to the time away, and what they are worth."""
    zone = ZoneInfo(integration.timezone)
    found: dict[str, int] = {}
    amount = 0
    for stream in runtime.platform(integration.platform).streams:
        table: type[OrderRow] | type[SpendRow]
        if stream.reading is Reading.CHANGES:
            table, worth = OrderRow, col(OrderRow.total_micros)
            inside = col(OrderRow.created_at).between(receipt.away_from, receipt.away_to)
        elif stream.reading is Reading.DAYS:
            table, worth = SpendRow, col(SpendRow.spend_micros)
            days = local_day(receipt.away_from, zone), local_day(receipt.away_to, zone)
            inside = col(SpendRow.day).between(*days)
        else:
            continue
        count, total = session.execute(
            select(func.count(), func.coalesce(func.sum(worth), 0)).where(
                col(table.workspace_id) == integration.workspace_id,
                col(table.platform) == integration.platform,
                col(table.account_id) == integration.account_id,
                inside,
            )
        ).one()
        found[stream.name] = count
        amount += int(total)
    return found, amount


def _tell_recovered(runtime: Runtime, session: Session, receipt: Receipt, now: datetime) -> None:
    """One recovery mail to whoever was really told of the trouble, and to nobody else."""
    if receipt.incident_id is None:
        return
    told = session.exec(
        select_row(Notice).where(
            Notice.incident_id == receipt.incident_id,
            Notice.kind == NoticeKind.BROKEN,
            col(Notice.sent_at).is_not(None),
        )
    ).all()
    for notice in told:
        session.add(
            Notice(
                kind=NoticeKind.RECOVERED,
                person_id=notice.person_id,
                workspace_id=notice.workspace_id,
                incident_id=receipt.incident_id,
                receipt_id=receipt.id,
                created_at=now,
                due_at=now + timedelta(seconds=runtime.settings.notice_hold),
            )
        )
