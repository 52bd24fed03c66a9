"""A day of silence: nobody has mended a problem, tried to, or put it off. Then the owners hear who were not told yet.

Only where somebody is responsible are there any: without, every owner is told at once. Channels hear it too, once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.tell import Who, channels_told, who_is_told
from webapp.models.access import Authorization
from webapp.models.integration import Integration
from webapp.models.link import Link
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.people import Member, Role
from webapp.models.trouble import Incident, Snooze
from webapp.queries.still_broken import MERCHANT

SILENCE = timedelta(days=1)


def escalate(runtime: Runtime) -> int:
    """Owe what is due; how many notices that is."""
    now = runtime.now()
    with runtime.database.reading() as session:
        owed = [(incident, who) for incident in _silent(session, now) for who in _not_told(session, incident)]
    if not owed:
        return 0
    with runtime.database.writing() as session:
        return sum(_owe(session, incident, who, now) for incident, who in owed)


def _silent(session: Session, now: datetime) -> list[Incident]:
    """Open for a day, and for a day nobody has done anything about it."""
    tried, asked = (
        select(func.max(one.created_at))
        .where(col(one.integration_id) == col(Incident.integration_id))
        .scalar_subquery()
        for one in (Authorization, Link)
    )
    rows = session.exec(
        select(Incident, Snooze.until, tried, asked)
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .join(Snooze, col(Snooze.incident_id) == col(Incident.id), isouter=True)
        .where(
            col(Incident.closed_at).is_(None),
            col(Incident.remedy).in_(MERCHANT),
            col(Incident.opened_at) <= now - SILENCE,
            col(Integration.responsible_id).is_not(None),
            col(Integration.paused_at).is_(None),
            col(Integration.disconnected_at).is_(None),
        )
    ).all()
    return [
        incident
        for incident, *acts in rows
        if max(incident.opened_at, *(at for at in acts if at is not None)) <= now - SILENCE
    ]


def _not_told(session: Session, incident: Incident) -> list[Who]:
    """Owners who do not know of the problem at all, and channels where nobody has said yet how long it has been."""
    notices = select(Notice.person_id, Notice.channel_id).where(
        Notice.incident_id == incident.id, col(Notice.dropped_at).is_(None)
    )
    know = {Who(*one) for one in session.exec(notices.where(col(Notice.kind).in_([*TOLD, NoticeKind.ESCALATED])))}
    escalated = {Who(*one) for one in session.exec(notices.where(Notice.kind == NoticeKind.ESCALATED))}
    owners = set(
        session.exec(
            select(Member.person_id).where(Member.workspace_id == incident.workspace_id, Member.role == Role.OWNER)
        )
    )
    people = [Who(person_id=one) for one in who_is_told(session, incident.workspace_id) if one in owners]
    channels = channels_told(session, incident.workspace_id)
    return [one for one in people if one not in know] + [one for one in channels if one not in escalated]


def _owe(session: Session, incident: Incident, who: Who, now: datetime) -> int:
    """Two that look at once write it once."""
    once = "person_id" if who.person_id is not None else "channel_id"
    made = session.execute(
        insert_of(session)(table_of(Notice))
        .values(
            kind=NoticeKind.ESCALATED, person_id=who.person_id, channel_id=who.channel_id,
            workspace_id=incident.workspace_id, incident_id=incident.id, created_at=now, due_at=now, tries=0, fence=0,
        )
        .on_conflict_do_nothing(index_elements=["incident_id", once, "kind"])
        .returning(col(Notice.id))
    )  # fmt: skip
    return len(made.all())
