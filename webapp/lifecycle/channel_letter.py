"""What a chat is told: what is wrong, since when, why and where to mend it, or what is back; few words, one link."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from sqlmodel import Session, col, select

from webapp.lifecycle.incident_mail import situation, stamp_now, with_receipt
from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Workspace
from webapp.models.trouble import Incident, Receipt
from webapp.queries import wording
from webapp.queries.board import integrations_of
from webapp.queries.facts import IntegrationFacts
from webapp.words import say, say_number

SHOWN = 10


def channel_letter(runtime: Runtime, notices: Sequence[Notice]) -> Letter | None:
    """As things stand now; None when nothing of it is still so. There is no designed part."""
    kind, workspace_id = notices[0].kind, notices[0].workspace_id
    assert workspace_id is not None
    with runtime.database.reading() as session:
        place = session.get_one(Workspace, workspace_id).name
        find = _back if kind is NoticeKind.RECOVERED else _broken
        found = find(runtime, session, workspace_id, notices)
        stamp = stamp_now(runtime, session, workspace_id) if found and kind is NoticeKind.RECOVERED else None
    home = runtime.settings.public_url
    return message(kind, found, workspace_name=place, home=home, stamp=stamp) if found else None


def message(
    kind: NoticeKind, found: Sequence[IntegrationFacts], *, workspace_name: str, home: str, stamp: str | None
) -> Letter:
    """`stamp` is what the overview still leaves out, beside what came back."""
    names = wording.listed(list(dict.fromkeys(one.platform_name for one in found)))
    body = render_template(
        "channels/message.txt", items=found[:SHOWN], stamp=stamp, left=len(found) - len(found[:SHOWN]),
        link=f"{home}/integrations/{found[0].id}{'/guide' if _walks(found) else ''}",
    )  # fmt: skip
    return Letter(subject=one_line(_title(kind, names, len(found)), workspace_name), text=body, html="")


def _walks(found: Sequence[IntegrationFacts]) -> bool:
    """Whether there is more than one to reconnect, and so a walk through them."""
    return sum(one.badge.offer == "reconnect" for one in found) > 1


def _broken(runtime: Runtime, session: Session, workspace_id: str, notices: Sequence[Notice]) -> list[IntegrationFacts]:
    ids = session.exec(
        select(Incident.integration_id)
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(
            col(Incident.id).in_([one.incident_id for one in notices]), col(Incident.closed_at).is_(None),
            col(Integration.paused_at).is_(None), col(Integration.disconnected_at).is_(None),
        )
        .order_by(col(Incident.opened_at), col(Incident.id))
    ).all()  # fmt: skip
    found = integrations_of(session, situation(runtime), workspace_id=workspace_id, ids=ids)
    return sorted((one for one in found if one.incident is not None), key=lambda one: ids.index(one.id))


def _back(runtime: Runtime, session: Session, workspace_id: str, notices: Sequence[Notice]) -> list[IntegrationFacts]:
    found: list[IntegrationFacts] = []
    for one in notices:
        receipt = session.get(Receipt, one.receipt_id) if one.receipt_id else None
        if receipt is not None:
            integration = session.get_one(Integration, receipt.integration_id)
            found += with_receipt(runtime, session, integration, receipt, workspace_id)
    return [one for one in found if one.incident is None]


def _title(kind: NoticeKind, names: str, many: int) -> str:
    if kind is NoticeKind.RECOVERED:
        return say_number("Back: {names} is connected again", "Back: {names} are connected again", many, names=names)
    if kind is NoticeKind.DELAYED:
        return say("Delayed, nothing to do: {name}", name=names)
    if kind is NoticeKind.ESCALATED:
        return say("Nobody has seen to {name} for a day", name=names)
    if kind is NoticeKind.FLAPPING:
        return say("Breaks again and again: {name}", name=names)
    return say_number("{count} connection needs you: {names}", "{count} connections need you: {names}", many,
                      names=names)  # fmt: skip
