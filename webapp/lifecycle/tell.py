"""Owe a mail to everyone who can put a problem right, in the same commit as the problem."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.lifecycle.mute import last_mute
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind, hold_until
from webapp.models.people import Member, Person, Role
from webapp.models.trouble import Incident


def owe_notices(runtime: Runtime, session: Session, incident: Incident, now: datetime) -> None:
    """One notice per person, all of the workspace's unsent ones held together until nothing more has failed a while."""
    told = set(
        session.exec(
            select_row(Notice.person_id).where(Notice.incident_id == incident.id, Notice.kind == NoticeKind.BROKEN)
        )
    )
    people = session.exec(
        select_row(Person)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(
            Member.workspace_id == incident.workspace_id,
            col(Member.role).in_([Role.OWNER, Role.ADMIN]),
            col(Person.confirmed_at).is_not(None),
        )
    ).all()
    for person in people:
        if person.id not in told:
            session.add(
                Notice(
                    kind=NoticeKind.BROKEN,
                    person_id=person.id,
                    workspace_id=incident.workspace_id,
                    incident_id=incident.id,
                    created_at=now,
                    due_at=now,
                )
            )
    session.flush()
    waiting = (
        col(Notice.workspace_id) == incident.workspace_id,
        col(Notice.kind) == NoticeKind.BROKEN,
        col(Notice.sent_at).is_(None),
        col(Notice.dropped_at).is_(None),
        col(Notice.tries) == 0,
    )
    first = session.execute(select(func.min(col(Notice.created_at))).where(*waiting)).scalar_one_or_none() or now
    muted = last_mute(session, incident.workspace_id)
    # What is kept back while alerts are muted goes out with what the check after it finds.
    quiet = first if muted is None else muted.ended_at or muted.until
    hold = timedelta(seconds=runtime.settings.notice_hold)
    due = max(quiet, hold_until(now, first=max(first, quiet), hold=hold))
    session.execute(update(Notice).where(*waiting).values(due_at=due))
