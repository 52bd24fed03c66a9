"""A mail server says that an address takes no mail: it is marked, shown on the page, and somebody else is told."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.tell import who_is_told
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Member, Person, Role
from webapp.queries.still_broken import still_broken


def mark_address(session: Session, person_id: str, now: datetime) -> None:
    """From now on nothing about connections is sent there; in each workspace the next who can act is told, once."""
    person = session.get_one(Person, person_id)
    if person.mail_refused_at is not None:
        return
    person.mail_refused_at = now
    session.flush()
    places = session.exec(
        select(Member.workspace_id)
        .where(Member.person_id == person_id, col(Member.role).in_([Role.OWNER, Role.ADMIN]))
        .order_by(col(Member.workspace_id))
    ).all()
    for workspace_id in places:
        told = _next_in_line(session, workspace_id)
        if told is not None:
            session.add(
                Notice(
                    kind=NoticeKind.MAIL_RETURNED,
                    person_id=told,
                    workspace_id=workspace_id,
                    created_at=now,
                    due_at=now,
                )
            )


def try_again(runtime: Runtime, *, person_id: str) -> None:
    """The person says that their address works: it is trusted again, and what they were not told is on its way."""
    now = runtime.now()
    with runtime.database.writing() as session:
        session.get_one(Person, person_id).mail_refused_at = None
        if still_broken(session, person_id):
            session.add(Notice(kind=NoticeKind.REMINDER, person_id=person_id, created_at=now, due_at=now))


def _next_in_line(session: Session, workspace_id: str) -> str | None:
    """An owner, else an admin, whose own address takes mail; the one who has been here longest."""
    left = who_is_told(session, workspace_id)
    members = session.exec(
        select(Member)
        .where(Member.workspace_id == workspace_id, col(Member.person_id).in_(left))
        .order_by(col(Member.created_at), col(Member.id))
    ).all()
    return next((one.person_id for one in sorted(members, key=lambda one: one.role is not Role.OWNER)), None)
