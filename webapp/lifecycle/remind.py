"""One reminder at a time for each person, of everything that is still broken when its hour comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Person
from webapp.models.reminder import remind_at
from webapp.models.trouble import Incident, Snooze
from webapp.queries.still_broken import being_told, snoozes_of, still_broken, zone_of_person

A_MOMENT = timedelta(microseconds=1)


def owe_reminder(session: Session, person_id: str, now: datetime) -> None:
    """Have one reminder wait for this person as long as anything is broken, due when the first of it is; commits with
    the caller. It says nothing yet: what is still broken is looked up when it is sent."""
    # Two senders of one person's mail in turn, or each would owe a reminder.
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)).one()
    due = next_reminder(session, person_id, still_broken(session, person_id), now)
    if due is None:
        return
    waiting = session.exec(
        select(Notice).where(
            Notice.person_id == person_id,
            Notice.kind == NoticeKind.REMINDER,
            col(Notice.sent_at).is_(None),
            col(Notice.dropped_at).is_(None),
            col(Notice.refused_at).is_(None),
        )
    ).first()
    if waiting is None:
        session.add(Notice(kind=NoticeKind.REMINDER, person_id=person_id, created_at=now, due_at=due))
    elif waiting.message_id is None:
        waiting.due_at = due


def next_reminder(session: Session, person_id: str, broken: list[Incident], now: datetime) -> datetime | None:
    """When the next reminder of these goes out to this person; None when there is nothing to remind of."""
    zone, snoozes = zone_of_person(session, person_id), snoozes_of(session, [one.id for one in broken], now)
    return min((_due(one, snoozes.get(one.id), person_id, now, zone) for one in broken), default=None)


def to_remind_of(session: Session, person_id: str, now: datetime) -> list[Incident]:
    """What a reminder sent now lists: still broken, not put off, and already told of in a mail of its own."""
    broken, on_their_way = still_broken(session, person_id), being_told(session, person_id)
    snoozed = snoozes_of(session, [one.id for one in broken], now)
    return [one for one in broken if one.id not in on_their_way and one.id not in snoozed]


def _due(incident: Incident, snooze: Snooze | None, person_id: str, now: datetime, zone: ZoneInfo) -> datetime:
    if snooze is None:
        return remind_at(incident.opened_at, after=now, zone=zone)
    # Who put it off asked to hear of it then; the others are only spared what would have come before.
    if snooze.person_id == person_id:
        return snooze.until
    return remind_at(incident.opened_at, after=snooze.until - A_MOMENT, zone=zone)
