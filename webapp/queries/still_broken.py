"""What is still broken where a person can put it right, who has put reminders of it off, and the person's zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.people import Member, Role, Workspace
from webapp.models.trouble import Incident, Snooze
from webapp.platforms.diagnosis import Remedy
from webapp.queries.mail_off import does_without

MERCHANT = (Remedy.RECONNECT, Remedy.FIX_AT_PLATFORM)
# Whose zone nobody knows yet: a workspace without a connection.
UTC = ZoneInfo("UTC")


def still_broken(session: Session, person_id: str) -> list[Incident]:
    """Open problems that need this person, in every workspace they may act for and hear from; longest open first.

    Where somebody else is responsible they hear of it only once they were told (lifecycle/escalate.py).
    """
    was_told = select(Notice.id).where(
        Notice.incident_id == Incident.id,
        Notice.person_id == person_id,
        col(Notice.kind).in_([*TOLD, NoticeKind.ESCALATED]),
        col(Notice.dropped_at).is_(None),
    )
    return list(
        session.exec(
            select(Incident)
            .join(Integration, col(Integration.id) == col(Incident.integration_id))
            .join(Member, col(Member.workspace_id) == col(Incident.workspace_id))
            .where(
                Member.person_id == person_id,
                col(Member.role).in_([Role.OWNER, Role.ADMIN]),
                col(Incident.closed_at).is_(None),
                col(Incident.remedy).in_(MERCHANT),
                col(Integration.paused_at).is_(None),
                col(Integration.disconnected_at).is_(None),
                ~does_without(person_id, col(Incident.workspace_id), NoticeKind.REMINDER),
                or_(
                    col(Integration.responsible_id).is_(None),
                    col(Integration.responsible_id) == person_id,
                    was_told.exists(),
                ),
            )
            .order_by(col(Incident.opened_at), col(Incident.id))
        )
    )


def being_told(session: Session, person_id: str) -> set[str]:
    """Incidents whose first mail to this person is still on its way: a reminder must not overtake it."""
    return {
        incident_id
        for incident_id in session.exec(
            select(Notice.incident_id).where(
                Notice.person_id == person_id,
                col(Notice.kind).in_(TOLD),
                col(Notice.sent_at).is_(None),
                col(Notice.dropped_at).is_(None),
                col(Notice.refused_at).is_(None),
            )
        )
        if incident_id is not None
    }


def snoozes_of(session: Session, incident_ids: Iterable[str], now: datetime) -> dict[str, Snooze]:
    """The snoozes that still hold, by incident."""
    wanted = select(Snooze).where(col(Snooze.incident_id).in_(list(incident_ids)), col(Snooze.until) > now)
    return {one.incident_id: one for one in session.exec(wanted)}


def zone_of_person(session: Session, person_id: str) -> ZoneInfo:
    """Where nine in the morning is for somebody: the zone of what was connected first in their first workspace."""
    return _zone(
        session.exec(
            select(Integration.timezone)
            .join(Member, col(Member.workspace_id) == col(Integration.workspace_id))
            .join(Workspace, col(Workspace.id) == col(Integration.workspace_id))
            .where(Member.person_id == person_id)
            .order_by(col(Workspace.created_at), col(Integration.created_at), col(Integration.id))
            .limit(1)
        ).first()
    )


def zone_of_workspace(session: Session, workspace_id: str) -> ZoneInfo:
    """The zone of what was connected first."""
    return _zone(
        session.exec(
            select(Integration.timezone)
            .where(Integration.workspace_id == workspace_id)
            .order_by(col(Integration.created_at), col(Integration.id))
            .limit(1)
        ).first()
    )


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name) if name else UTC
