"""Take from the outbox what is due, whole mails at a time: everything that goes to one person in one letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, text, update
from sqlmodel import Session, col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from webapp.lifecycle.mute import is_told
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.people import Person
from webapp.models.trouble import Incident

# Longer than this many mails take where each of them waits for a server that says nothing.
LEASE = timedelta(seconds=90)
PEOPLE_AT_ONCE = 5
# What goes into one letter of one person, whichever workspace it is about.
TOGETHER = (*TOLD, NoticeKind.ESCALATED, NoticeKind.REMINDER, NoticeKind.DELAYED)


@dataclass(frozen=True, slots=True)
class Mail:
    """The notices that go out together, to one person; to the operator, who is none, by address.

    `platforms` are those whose incidents they are about.
    """

    notices: Sequence[Notice]
    person: Person | None
    address: str
    message_id: str
    platforms: Sequence[str]

    @property
    def kind(self) -> NoticeKind:
        return self.notices[0].kind


def is_due(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Which notices may go out now, and are in nobody's hands."""
    return (
        col(Notice.due_at) <= now,
        col(Notice.sent_at).is_(None),
        col(Notice.dropped_at).is_(None),
        col(Notice.refused_at).is_(None),
        is_told(),
        or_(col(Notice.lease_until).is_(None), col(Notice.lease_until) < now),
    )


# Asked every two seconds, so made once.
_ANY_MAIL, ANY_MESSAGE = (
    select(col(Notice.id)).where(*is_due(bindparam("now", type_=UTCDateTime())), place).limit(1)
    for place in (col(Notice.channel_id).is_(None), col(Notice.channel_id).is_not(None))
)


def claim_mail(runtime: Runtime) -> list[Mail]:
    """The mail of a few people, ours until the lease ends; empty when nothing is due. Committed."""
    now = runtime.now()
    with runtime.database.reading() as session:
        if session.execute(_ANY_MAIL, {"now": now}).first() is None:
            return []
    due = (*is_due(now), col(Notice.channel_id).is_(None))
    with runtime.database.writing() as session:
        if not runtime.database.is_sqlite:
            # One at a time: two that share out one person's notices would make two letters of one.
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('shopimize outbox'))"))
        first = session.exec(
            select(Notice.id, Notice.person_id).where(*due).order_by(col(Notice.due_at)).limit(PEOPLE_AT_ONCE)
        ).all()
        theirs = col(Notice.person_id).in_([person_id for _, person_id in first if person_id is not None])
        of_first = col(Notice.id).in_([notice_id for notice_id, _ in first])
        # Oldest first: a reminder that waited leaves out what has yet to be told, and would repeat it a moment later.
        claimed = session.exec(select(Notice).where(*due, or_(of_first, theirs)).order_by(col(Notice.id))).all()
        session.execute(
            update(Notice)
            .where(col(Notice.id).in_([one.id for one in claimed]))
            .values(lease_until=now + LEASE, fence=col(Notice.fence) + 1)
        )
        return _grouped(session, runtime, claimed)


def _grouped(session: Session, runtime: Runtime, claimed: Sequence[Notice]) -> list[Mail]:
    """What broke together for one person is one mail. A repeat keeps the company it first went out in."""
    groups: dict[tuple[object, ...], list[Notice]] = defaultdict(list)
    for notice in claimed:
        place = None if notice.kind in TOGETHER else notice.workspace_id
        alone = None if notice.kind in (*TOGETHER, NoticeKind.RECOVERED) else notice.id
        groups[(notice.person_id, place, notice.kind, notice.message_id, alone)].append(notice)
    mails = []
    about = _platforms(session, claimed)
    domain = parseaddr(runtime.settings.mail_from)[1].partition("@")[2] or "shopimize.test"
    for notices in groups.values():
        message_id = notices[0].message_id or make_msgid(idstring=f"notice{notices[0].id}", domain=domain)
        for notice in notices:
            notice.message_id = message_id
        person = session.get(Person, notices[0].person_id) if notices[0].person_id is not None else None
        address = person.email if person is not None else notices[0].address or ""
        platforms = sorted({about[one.incident_id] for one in notices if one.incident_id is not None})
        mails.append(Mail(notices, person, address, message_id, platforms))
    return mails


def _platforms(session: Session, claimed: Sequence[Notice]) -> dict[str, str]:
    """At which platform each incident is that these are about, by its id."""
    incidents = {one.incident_id for one in claimed if one.incident_id is not None}
    found = session.exec(
        select(Incident.id, Integration.platform)
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(col(Incident.id).in_(incidents))
    )
    return dict(found.all())
