"""Put the reminders of a workspace's open problems off until tomorrow at nine; everybody on the page sees who did."""

from __future__ import annotations

from sqlmodel import Session, col, select

from webapp.lifecycle.remind import owe_reminder
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Event, EventKind
from webapp.models.people import Member, Role
from webapp.models.reminder import tomorrow_at_nine
from webapp.models.trouble import Incident, Snooze
from webapp.queries.still_broken import MERCHANT, snoozes_of, zone_of_workspace


def snooze(runtime: Runtime, *, workspace_id: str, person_id: str) -> int:
    """Committed when it returns; how many problems are quiet now. Pressed twice it is the same."""
    now = runtime.now()
    with runtime.database.writing() as session:
        broken = session.exec(
            select(Incident).where(
                Incident.workspace_id == workspace_id,
                col(Incident.closed_at).is_(None),
                col(Incident.remedy).in_(MERCHANT),
            )
        ).all()
        if not broken:
            return 0
        until = tomorrow_at_nine(now, zone_of_workspace(session, workspace_id))
        already = snoozes_of(session, [one.id for one in broken], now)
        for incident in broken:
            session.merge(Snooze(incident_id=incident.id, person_id=person_id, at=now, until=until))
            if incident.id not in already:
                about = incident.integration_id
                session.add(Event(integration_id=about, kind=EventKind.SNOOZED, at=now, person_id=person_id))
        session.flush()
        for one in _who_is_reminded(session, workspace_id):
            owe_reminder(session, one, now)
        bump(session, workspace_id)
        return len(broken)


def _who_is_reminded(session: Session, workspace_id: str) -> list[str]:
    # In one order everywhere: each person is locked in turn.
    return list(
        session.exec(
            select(Member.person_id)
            .where(Member.workspace_id == workspace_id, col(Member.role).in_([Role.OWNER, Role.ADMIN]))
            .order_by(col(Member.person_id))
        )
    )
