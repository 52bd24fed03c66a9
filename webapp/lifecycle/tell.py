"""Owe a mail to everyone who can put a problem right, and a word in each channel, in the same commit as the problem.

needs somebody             held until nothing more has failed for a while, so that what breaks together is one mail;
                           whoever is responsible first, the owners after a day of silence (escalate.py)
breaks again and again     one mail that says so, then nothing more of each time for a day
passes by itself           nothing for a day, then once that it is delayed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.lifecycle.mute import is_told, last_mute
from webapp.lifecycle.remind import owe_reminder
from webapp.lifecycle.runtime import Runtime
from webapp.models.channel import Channel
from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind, hold_until
from webapp.models.people import Member, Person, Role
from webapp.models.trouble import Closing, Incident
from webapp.queries.mail_off import chosen_by
from webapp.queries.still_broken import MERCHANT

FLIPS = 3
A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


class Who(NamedTuple):
    """To whom it is said: one of the two."""

    person_id: str | None = None
    channel_id: str | None = None


def owe_notices(runtime: Runtime, session: Session, incident: Incident, now: datetime) -> None:
    """One notice each, all of somebody's unsent ones held together until nothing more has failed a while."""
    kind = NoticeKind.FLAPPING if _flips(session, incident, now) >= FLIPS else NoticeKind.BROKEN
    told = _told_of(session, incident, kind, now)
    everybody = _everybody(session, incident)
    for who in everybody:
        if who not in told:
            _owe(session, kind, incident, who, now=now, due_at=now)
    session.flush()
    hold = timedelta(seconds=runtime.settings.notice_hold)
    for who in everybody:
        if who not in told:
            _hold_together(session, incident.workspace_id, who, now=now, hold=hold)
        elif who.person_id is not None:
            # Nothing more is said of each time it breaks, but if it stays broken they are reminded.
            owe_reminder(session, who.person_id, now)


def owe_delayed(session: Session, incident: Incident, *, failing_since: datetime, now: datetime) -> None:
    """One notice each that it takes long and needs nobody; dropped when it is over before it is due."""
    # On the full hour: what hangs on one platform is then one mail.
    due = (failing_since + A_DAY + AN_HOUR).replace(minute=0, second=0, microsecond=0)
    for who in _everybody(session, incident):
        _owe(session, NoticeKind.DELAYED, incident, who, now=now, due_at=max(due, now))


def _everybody(session: Session, incident: Incident) -> list[Who]:
    people = [Who(person_id=one) for one in _told_first(session, incident)]
    return people + channels_told(session, incident.workspace_id)


def channels_told(session: Session, workspace_id: str) -> list[Who]:
    """Where else it is said, whoever may have been told by mail."""
    channels = session.exec(
        select_row(Channel.id)
        .where(Channel.workspace_id == workspace_id, col(Channel.ended_at).is_(None))
        .order_by(col(Channel.id))
    )
    return [Who(channel_id=one) for one in channels]


def who_is_told(session: Session, workspace_id: str) -> Sequence[str]:
    """Owners and admins whose address is confirmed and takes our mail. In one order everywhere: each is locked."""
    return session.exec(
        select_row(Person.id)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(
            Member.workspace_id == workspace_id,
            col(Member.role).in_([Role.OWNER, Role.ADMIN]),
            col(Person.confirmed_at).is_not(None),
            col(Person.mail_refused_at).is_(None),
        )
        .order_by(col(Person.id))
    ).all()


def _told_first(session: Session, incident: Incident) -> Sequence[str]:
    """Whoever is responsible for the connection; everybody where nobody is, or mail does not reach them."""
    people = who_is_told(session, incident.workspace_id)
    responsible = session.exec(
        select_row(Integration.responsible_id).where(Integration.id == incident.integration_id)
    ).one()
    if responsible is None or responsible not in people:
        return people
    reached = chosen_by(session, responsible).wants(incident.workspace_id, NoticeKind.BROKEN)
    return [responsible] if reached else people


def _flips(session: Session, incident: Incident, now: datetime) -> int:
    """How often this integration broke or was mended within a day, this time included."""
    times = session.exec(
        select_row(Incident.opened_at, Incident.closed_at).where(
            Incident.integration_id == incident.integration_id,
            col(Incident.remedy).in_(MERCHANT),
            # One that a breaker took back was never told, and nothing had been mended.
            or_(col(Incident.closing).is_(None), col(Incident.closing) != Closing.WITHDRAWN),
        )
    ).all()
    return sum(at is not None and at > now - A_DAY for both in times for at in both)


def _told_of(session: Session, incident: Incident, kind: NoticeKind, now: datetime) -> set[Who]:
    """Who has been told of this already: of this incident, or within a day that it breaks again and again."""
    notices = select_row(Notice.person_id, Notice.channel_id)
    told = set(session.exec(notices.where(Notice.incident_id == incident.id, col(Notice.kind).in_(TOLD))))
    if kind is NoticeKind.FLAPPING:
        of_it = select_row(Incident.id).where(Incident.integration_id == incident.integration_id)
        told |= set(
            session.exec(
                notices.where(
                    col(Notice.incident_id).in_(of_it),
                    Notice.kind == kind,
                    col(Notice.dropped_at).is_(None),
                    col(Notice.created_at) > now - A_DAY,
                )
            )
        )
    return {Who(person_id, channel_id) for person_id, channel_id in told}


def _owe(
    session: Session, kind: NoticeKind, incident: Incident, who: Who, *, now: datetime, due_at: datetime
) -> None:  # fmt: skip
    session.add(
        Notice(
            kind=kind,
            person_id=who.person_id,
            channel_id=who.channel_id,
            workspace_id=incident.workspace_id,
            incident_id=incident.id,
            created_at=now,
            due_at=due_at,
        )
    )


def _hold_together(session: Session, workspace_id: str, who: Who, *, now: datetime, hold: timedelta) -> None:
    """Put off everything this one was not told yet, in whichever workspace it broke, but not for ever."""
    waiting = (
        col(Notice.person_id) == who.person_id if who.person_id else col(Notice.channel_id) == who.channel_id,
        col(Notice.kind).in_(TOLD),
        col(Notice.sent_at).is_(None),
        col(Notice.dropped_at).is_(None),
        col(Notice.message_id).is_(None),
    )
    muted = last_mute(session, workspace_id)
    if muted is not None and muted.ended_at is None:
        # Kept back until then, and then sent with what the check after it finds; what broke elsewhere does not wait.
        here = col(Notice.workspace_id) == workspace_id
        session.execute(update(Notice).where(*waiting, here).values(due_at=muted.until))
        return
    told = (*waiting, is_told())
    first = session.execute(select(func.min(col(Notice.created_at))).where(*told)).scalar_one_or_none() or now
    if muted is not None and muted.ended_at is not None:
        first = max(first, muted.ended_at)
    due = hold_until(now, first=first, hold=hold)
    session.execute(update(Notice).where(*told).values(due_at=due))
