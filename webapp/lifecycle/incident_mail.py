"""The two letters about connections: what broke, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import render_template
from sqlmodel import Session, col, select

from webapp.lifecycle.letter import Letter
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Person, Workspace
from webapp.models.trouble import Incident, Receipt
from webapp.queries import sentences, wording
from webapp.queries.board import Situation, board_of, integrations_of
from webapp.queries.facts import IntegrationFacts
from webapp.queries.receipts import receipt_of
from webapp.words import say, say_number


def broken_letter(runtime: Runtime, person: Person, incidents: Sequence[Incident]) -> Letter:
    """What is broken, since when, why as far as we know, and one button that leads straight to it."""
    workspace_id = incidents[0].workspace_id
    with runtime.database.reading() as session:
        workspace = session.get_one(Workspace, workspace_id)
        items = integrations_of(
            session, situation(runtime), workspace_id=workspace_id, ids=[one.integration_id for one in incidents]
        )
        rows = board_of(session, situation(runtime), workspace_id=workspace_id, can_change=False, platforms=()).rows
        others = _others_told(session, incidents, person)
    items = [one for one in items if one.incident is not None]
    outbreaks = {one.outbreak_id for one in incidents}
    title, likely = _heading(items, rows, together=len(outbreaks) == 1 and None not in outbreaks)
    link = f"{runtime.settings.public_url}/integrations/{items[0].id}"
    context = {
        "workspace_name": workspace.name,
        "items": items,
        "title": title,
        "likely": likely,
        "link": link,
        "others": others,
    }
    return Letter(
        subject=_one_line(f"{title if len(items) > 1 else _in_one(items[0])} · {workspace.name}"),
        text=render_template("emails/broken.txt", **context),
        html=render_template("emails/broken.html", **context),
    )


def recovered_letter(runtime: Runtime, notices: Sequence[Notice]) -> Letter | None:
    """How long it was down and what came back; None when a receipt is gone."""
    items: list[IntegrationFacts] = []
    with runtime.database.reading() as session:
        for notice in notices:
            receipt = session.get(Receipt, notice.receipt_id) if notice.receipt_id else None
            if receipt is None or notice.workspace_id is None:
                continue
            integration = session.get_one(Integration, receipt.integration_id)
            items += _with_receipt(runtime, session, integration, receipt, notice.workspace_id)
        workspace = session.get(Workspace, notices[0].workspace_id) if notices[0].workspace_id else None
    if not items or workspace is None:
        return None
    link = f"{runtime.settings.public_url}/integrations/{items[0].id}"
    context = {"workspace_name": workspace.name, "items": items, "link": link}
    names = wording.listed([one.platform_name for one in items])
    return Letter(
        subject=_one_line(f"Back: {names} {'is' if len(items) == 1 else 'are'} connected again · {workspace.name}"),
        text=render_template("emails/recovered.txt", **context),
        html=render_template("emails/recovered.html", **context),
    )


def situation(runtime: Runtime) -> Situation:
    """What facts depend on, as it is now."""
    return Situation(
        now=runtime.now(),
        started_at=runtime.started_at,
        sync_interval=runtime.sync_interval,
        platform=runtime.platform,
    )


def _with_receipt(
    runtime: Runtime, session: Session, integration: Integration, receipt: Receipt, workspace_id: str
) -> list[IntegrationFacts]:
    found = integrations_of(session, situation(runtime), workspace_id=workspace_id, ids=[integration.id])
    person = session.get(Person, receipt.person_id) if receipt.person_id else None
    names = {person.id: person.name} if person else {}
    facts = receipt_of(receipt, integration, runtime.platform(integration.platform), names)
    return [replace(one, receipt=facts) for one in found]


def _others_told(session: Session, incidents: Sequence[Incident], person: Person) -> list[str]:
    return list(
        session.exec(
            select(Person.email)
            .join(Notice, col(Notice.person_id) == col(Person.id))
            .where(
                col(Notice.incident_id).in_([one.id for one in incidents]),
                Notice.kind == NoticeKind.BROKEN,
                col(Person.id) != person.id,
            )
            .distinct()
        )
    )


def _heading(
    items: Sequence[IntegrationFacts], rows: Sequence[IntegrationFacts], *, together: bool
) -> tuple[str, str | None]:
    """The letter's title and, where all of it began together, the cause they probably share."""
    if len(items) == 1:
        return say("{name} needs you", name=items[0].platform_name), None
    if together:
        return sentences.outbreak_words(items, rows)
    return say_number("{count} connection needs you", "{count} connections need you", len(items)), None


def _in_one(item: IntegrationFacts) -> str:
    return f"{item.label}: {item.platform_name}"


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:180]
