"""One mail a morning over all workspaces of a person, for whoever asked for it; it takes the place of reminders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import render_template
from sqlmodel import Session, col, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.mail_choices import stop_link
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Person
from webapp.models.plan import local_day
from webapp.models.reminder import nine_of
from webapp.queries.affected import affected
from webapp.queries.agency import Agency, PlaceFacts, agency_of
from webapp.queries.board import Situation
from webapp.queries.still_broken import still_broken, zone_of_person
from webapp.words import say, say_number

SHOWN = 40


def choose_digest(runtime: Runtime, *, person_id: str, wanted: bool) -> None:
    """From now on one, or none; committed."""
    with runtime.database.writing() as session:
        person = session.get_one(Person, person_id)
        person.digest_since = (person.digest_since or runtime.now()) if wanted else None


def owe_digests(runtime: Runtime) -> int:
    """Where it is past nine in the morning: one for each who wants it and for whom something was broken at nine."""
    now = runtime.now()
    with runtime.database.reading() as session:
        owed = [(person_id, day) for person_id in _wanting(session) if (day := _due(session, person_id, now))]
    if not owed:
        return 0
    with runtime.database.writing() as session:
        return sum(_owe(session, person_id, day, now) for person_id, day in owed)


def digest_letter(runtime: Runtime, situation: Situation, person: Person) -> Letter | None:
    """How all of it stands now; None when nothing needs them any more, or they do without it."""
    if person.digest_since is None:
        return None
    with runtime.database.reading() as session:
        agency = agency_of(session, situation, person.id)
        needing = [place for place in agency.places if place.needs and place.may_change]
        broken = [one.id for place in needing[:SHOWN] for one in place.broken]
        effects = affected(session, situation.platform, broken, situation.now)
    if not needing:
        return None
    stop = stop_link(runtime, person_id=person.id, kind=NoticeKind.DIGEST, workspace_ids=())
    return digest(agency, needing, effects, home=runtime.settings.public_url, stop=stop)


def digest(
    agency: Agency, needing: list[PlaceFacts], effects: Mapping[str, str], *, home: str, stop: str | None
) -> Letter:
    """`effects` is what each broken integration leaves out of profit, by its id."""
    title = say_number(
        "{count} of {all} workspaces needs you", "{count} of {all} workspaces need you", len(needing), all=agency.count
    )
    context = {
        "title": title,
        "places": [(place.name, place.broken) for place in needing[:SHOWN]],
        "effects": effects,
        "left": max(len(needing) - SHOWN, 0),
        "quiet": agency.count - len(needing),
        "link": f"{home}/workspaces?state=needs",
        "choices": f"{home}/preferences",
    }
    return Letter(
        subject=one_line(title, say("this morning")),
        text=render_template("emails/digest.txt", **context),
        html=render_template("emails/digest.html", **context),
        stop=stop,
    )


def _wanting(session: Session) -> list[str]:
    return list(
        session.exec(
            select(Person.id).where(
                col(Person.digest_since).is_not(None),
                col(Person.confirmed_at).is_not(None),
                col(Person.mail_refused_at).is_(None),
            )
        )
    )


def _due(session: Session, person_id: str, now: datetime) -> str | None:
    """The day whose digest is owed; None before nine, when it is written already, or when all was quiet at nine."""
    zone = zone_of_person(session, person_id)
    day, nine = str(local_day(now, zone)), nine_of(now, zone)
    if now < nine:
        return None
    written = select(Notice.id).where(
        Notice.person_id == person_id, Notice.kind == NoticeKind.DIGEST, Notice.period == day
    )
    if session.exec(written).first() is not None:
        return None
    return day if any(one.opened_at <= nine for one in still_broken(session, person_id)) else None


def _owe(session: Session, person_id: str, day: str, now: datetime) -> int:
    """Two that look at once write it once."""
    made = session.execute(
        insert_of(session)(table_of(Notice))
        .values(kind=NoticeKind.DIGEST, period=day, person_id=person_id, created_at=now, due_at=now, tries=0, fence=0)
        .on_conflict_do_nothing(index_elements=["person_id", "kind", "period"])
        .returning(col(Notice.id))
    )
    return len(made.all())
