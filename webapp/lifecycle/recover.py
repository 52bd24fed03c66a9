"""Trouble is over: close the incident, open a receipt for what is owed, and say when all of it is back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.lifecycle.comparison_due import compare_now
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.write_receipt import came_in, figures_before, write_days
from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.plan import local_day
from webapp.models.sync import Coverage
from webapp.models.trouble import Closing, Incident, Receipt
from webapp.queries.coverage import data_through

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)


def begin_recovery(
    runtime: Runtime,
    session: Session,
    integration: Integration,
    *,
    closing: Closing,
    person_id: str | None,
    through_link: bool = False,
    now: datetime,
) -> None:
    """Close the open incident, if any; where data was missed, open the receipt that the catch-up will fill.

    `person_id` put it right, or with `through_link` whoever they had sent a link to.
    """
    incident = open_incident(session, integration.id)
    was_away = incident is not None or integration.disconnected_at is not None
    if incident is not None:
        close_incident(session, incident, closing=closing, person_id=person_id, through_link=through_link, now=now)
    bump(session, integration.workspace_id)
    if not was_away or integration.imported_at is None:
        return
    receipt = open_receipt(session, integration.id)
    if receipt is not None:
        # The catch-up broke off: it is one absence, only longer.
        receipt.away_to, receipt.owed_days = now, _owed_days(integration, receipt.away_from, now)
        if person_id is not None:
            receipt.person_id, receipt.through_link = person_id, through_link
        return
    platform = runtime.platform(integration.platform)
    began = incident.began_at if incident else (integration.disconnected_at or now)
    away_from = min(data_through(session, platform, integration) or began, now)
    session.add(
        Receipt(
            integration_id=integration.id,
            incident_id=incident.id if incident else None,
            away_from=away_from,
            away_to=now,
            person_id=person_id,
            through_link=through_link,
            owed_days=_owed_days(integration, away_from, now),
            currency=integration.currency,
            before=figures_before(session, platform, integration, away_from=away_from),
        )
    )


def close_incident(
    session: Session,
    incident: Incident,
    *,
    closing: Closing,
    person_id: str | None,
    through_link: bool = False,
    now: datetime,
) -> None:
    """Closed, and whatever mail about it was still waiting is no longer true."""
    incident.closed_at, incident.closing, incident.closed_by = now, closing, person_id
    incident.through_link = through_link
    open_for = round((now - incident.opened_at).total_seconds())
    integration = session.get_one(Integration, incident.integration_id)
    log.info("incident closed", extra={
        "integration": integration.id, "platform": integration.platform, "cause": str(incident.cause),
        "closing": str(closing), "seconds": open_for,
    })  # fmt: skip
    session.execute(
        update(Notice)
        .where(
            col(Notice.incident_id) == incident.id,
            col(Notice.kind).in_([*TOLD, NoticeKind.DELAYED, NoticeKind.ESCALATED]),
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
            or_(col(Coverage.complete), col(Coverage.fetched_at) >= receipt.away_to),
        )
    ).scalar_one()
    receipt.done_days = min(done, receipt.owed_days)
    platform = runtime.platform(integration.platform)
    receipt.found, receipt.amount_micros = came_in(session, platform, integration, receipt)
    if finished:
        receipt.done_days, receipt.complete_at = receipt.owed_days, now
        write_days(session, platform, integration, receipt, now)
        compare_now(session, integration.id, now)
        _tell_recovered(runtime, session, receipt, now)


def open_incident(session: Session, integration_id: str) -> Incident | None:
    return session.exec(
        select_row(Incident).where(Incident.integration_id == integration_id, col(Incident.closed_at).is_(None))
    ).one_or_none()


def open_receipt(session: Session, integration_id: str) -> Receipt | None:
    return session.exec(
        select_row(Receipt).where(Receipt.integration_id == integration_id, col(Receipt.complete_at).is_(None))
    ).first()


def _owed_days(integration: Integration, away_from: datetime, now: datetime) -> int:
    zone = ZoneInfo(integration.timezone)
    today = local_day(now, zone)
    return (today - max(local_day(away_from, zone), integration.readable_from(today))).days + 1


def _tell_recovered(runtime: Runtime, session: Session, receipt: Receipt, now: datetime) -> None:
    """One recovery mail to whoever was really told of the trouble, and to nobody else.

    What breaks again and again has one mail that says so, and one when it has held for a day.
    """
    if receipt.incident_id is None:
        return
    hold = timedelta(seconds=runtime.settings.notice_hold)
    for notice in _told(session, receipt, now):
        session.add(
            Notice(
                kind=NoticeKind.RECOVERED,
                person_id=notice.person_id,
                channel_id=notice.channel_id,
                workspace_id=notice.workspace_id,
                incident_id=receipt.incident_id,
                receipt_id=receipt.id,
                created_at=now,
                due_at=now + (A_DAY if notice.kind is NoticeKind.FLAPPING else hold),
            )
        )


def _told(session: Session, receipt: Receipt, now: datetime) -> list[Notice]:
    """The mails that were sent of this trouble; where it only flapped on, those that said it does."""
    told = [*TOLD, NoticeKind.ESCALATED]
    sent = select_row(Notice).where(col(Notice.kind).in_(told), col(Notice.sent_at).is_not(None))
    found = session.exec(sent.where(Notice.incident_id == receipt.incident_id).order_by(col(Notice.id))).all()
    if found:
        return list({(notice.person_id, notice.channel_id): notice for notice in found}.values())
    of_it = select_row(Incident.id).where(
        Incident.integration_id == receipt.integration_id, col(Incident.opened_at) > now - 2 * A_DAY
    )
    flapped = sent.where(Notice.kind == NoticeKind.FLAPPING, col(Notice.incident_id).in_(of_it))
    latest = {(one.person_id, one.channel_id): one for one in session.exec(flapped.order_by(col(Notice.id)))}
    return list(latest.values())
