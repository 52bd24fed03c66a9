"""The facts of the letters about connections: what is broken, and what came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from flask import render_template
from sqlmodel import Session, col, select

from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.mail_choices import stop_link
from webapp.lifecycle.problem_letter import SHOWN, Problems, letter_of
from webapp.lifecycle.remind import next_reminder
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.notice import TOLD, Notice, NoticeKind
from webapp.models.people import Person, Workspace
from webapp.models.trouble import Incident, Receipt
from webapp.queries import wording
from webapp.queries.board import Situation, board_of, integrations_of
from webapp.queries.facts import IntegrationFacts
from webapp.queries.outbreak import outbreak_facts
from webapp.queries.overview import reckon, stamp_of
from webapp.queries.receipts import receipt_of
from webapp.queries.still_broken import still_broken, zone_of_person
from webapp.words import say_number


def problem_letter(runtime: Runtime, person: Person, kind: NoticeKind, incidents: Sequence[Incident]) -> Letter | None:
    """What is wrong, in one letter however much it is; None when all of it went while we looked."""
    now, by_place = runtime.now(), defaultdict[str, list[str]](list)
    for incident in incidents[:SHOWN]:
        by_place[incident.workspace_id].append(incident.integration_id)
    with runtime.database.reading() as session:
        places = [
            (session.get_one(Workspace, workspace_id).name, _broken(runtime, session, workspace_id, ids))
            for workspace_id, ids in by_place.items()
        ]
        shown = tuple(place for place in places if place[1])
        if not shown:
            return None
        told = Problems(
            kind=kind,
            places=shown,
            count=max(len(incidents), sum(len(items) for _, items in shown)),
            workspaces=len({one.workspace_id for one in incidents}),
            together=_together(runtime, session, kind, incidents),
            others=tuple(_others_told(session, incidents, person)),
            now=now,
            zone=zone_of_person(session, person.id),
            reminder_at=next_reminder(session, person.id, still_broken(session, person.id), now),
            home=runtime.settings.public_url,
            stop=stop_link(
                runtime, person_id=person.id, kind=kind, workspace_ids={one.workspace_id for one in incidents}
            ),
        )
    return letter_of(told)


def recovered_letter(runtime: Runtime, person: Person, notices: Sequence[Notice]) -> Letter | None:
    """How long it was down and what came back; None when a receipt is gone."""
    items: list[IntegrationFacts] = []
    with runtime.database.reading() as session:
        for notice in notices:
            receipt = session.get(Receipt, notice.receipt_id) if notice.receipt_id else None
            if receipt is None or notice.workspace_id is None:
                continue
            integration = session.get_one(Integration, receipt.integration_id)
            items += with_receipt(runtime, session, integration, receipt, notice.workspace_id)
        workspace = session.get(Workspace, notices[0].workspace_id) if notices[0].workspace_id else None
        stamp = stamp_now(runtime, session, workspace.id) if workspace is not None else None
    if not items or workspace is None:
        return None
    stop = stop_link(runtime, person_id=person.id, kind=NoticeKind.RECOVERED, workspace_ids={workspace.id})
    return recovered(
        items, workspace_name=workspace.name, home=runtime.settings.public_url, stop=stop, stamp=stamp
    )  # fmt: skip


def recovered(
    items: Sequence[IntegrationFacts], *, workspace_name: str, home: str, stop: str | None, stamp: str | None = None
) -> Letter:
    """Each item with the receipt of its recovery; `stamp` is what the overview still leaves out, in its own words."""
    context = {
        "stamp": stamp,
        "workspace_name": workspace_name,
        "items": items,
        "link": f"{home}/integrations/{items[0].id}",
        "choices": f"{home}/preferences",
    }
    names = wording.listed(list(dict.fromkeys(one.platform_name for one in items)))
    back = say_number("Back: {names} is connected again", "Back: {names} are connected again", len(items), names=names)
    return Letter(
        subject=one_line(back, workspace_name),
        text=render_template("emails/recovered.txt", **context),
        html=render_template("emails/recovered.html", **context),
        stop=stop,
    )


def situation(runtime: Runtime) -> Situation:
    """What facts depend on, as it is now."""
    return Situation(
        now=runtime.now(),
        started_at=runtime.started_at,
        sync_interval=runtime.sync_interval,
        platform=runtime.platform,
    )


def stamp_now(runtime: Runtime, session: Session, workspace_id: str) -> str | None:
    """What exports of the usual days say of themselves at this moment, as a sentence."""
    found = reckon(session, runtime.platform, workspace_id=workspace_id, asked={}, now=runtime.now())
    return f"{stamp_of(found).removesuffix('.')}." if found is not None else None


def _broken(
    runtime: Runtime, session: Session, workspace_id: str, integration_ids: Sequence[str]
) -> tuple[IntegrationFacts, ...]:
    found = integrations_of(session, situation(runtime), workspace_id=workspace_id, ids=integration_ids)
    order = {one: place for place, one in enumerate(integration_ids)}
    return tuple(sorted((one for one in found if one.incident is not None), key=lambda one: order[one.id]))


def _together(
    runtime: Runtime, session: Session, kind: NoticeKind, incidents: Sequence[Incident]
) -> tuple[str, str] | None:
    """Title and cause of what probably has one; never of what only waits together in one reminder."""
    outbreaks = {one.outbreak_id for one in incidents}
    if kind is not NoticeKind.BROKEN or len(incidents) < 2 or len(outbreaks) > 1 or None in outbreaks:
        return None
    workspace_id = incidents[0].workspace_id
    board = board_of(session, situation(runtime), workspace_id=workspace_id, can_change=False, platforms=())
    about = {one.integration_id for one in incidents}
    members = [one for one in board.rows if one.id in about and one.incident is not None]
    if len(members) < 2:
        return None
    card = outbreak_facts(members, board.rows, id="")
    return card.title, card.likely


def with_receipt(
    runtime: Runtime, session: Session, integration: Integration, receipt: Receipt, workspace_id: str
) -> list[IntegrationFacts]:
    """The integration's facts with this receipt; none when it has left."""
    found = integrations_of(session, situation(runtime), workspace_id=workspace_id, ids=[integration.id])
    person = session.get(Person, receipt.person_id) if receipt.person_id else None
    names = {person.id: person.name} if person else {}
    facts = receipt_of(receipt, integration, runtime.platform(integration.platform), names)
    return [replace(one, receipt=facts) for one in found]


def _others_told(session: Session, incidents: Sequence[Incident], person: Person) -> list[str]:
    """Who else has a mail about one of these, or is about to."""
    return list(
        session.exec(
            select(Person.email)
            .join(Notice, col(Notice.person_id) == col(Person.id))
            .where(
                col(Notice.incident_id).in_([one.id for one in incidents]),
                col(Notice.kind).in_([*TOLD, NoticeKind.DELAYED, NoticeKind.ESCALATED]),
                col(Notice.dropped_at).is_(None),
                col(Notice.refused_at).is_(None),
                col(Person.id) != person.id,
            )
            .distinct()
            .order_by(col(Person.email))
        )
    )
