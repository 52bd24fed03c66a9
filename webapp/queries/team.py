"""Who did what about the members of a workspace and the links it handed out, newest first."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session, col, select

from webapp.models.link import LinkKind
from webapp.models.people import Person, Role, TeamEvent, TeamEventKind
from webapp.platforms.answer import dig_text
from webapp.platforms.base import Platform
from webapp.queries.facts import HistoryEntry
from webapp.words import marked, say

SHOWN = 100
ROLES = {Role.OWNER: marked("owner"), Role.ADMIN: marked("admin"), Role.VIEWER: marked("viewer")}
_SAID = {
    TeamEventKind.INVITED: ("mail", marked("{by} invited {about} as {role}")),
    TeamEventKind.TAKEN_BACK: ("x", marked("{by} took back the invitation of {about}")),
    TeamEventKind.JOINED: ("check", marked("{about} joined as {role}")),
    TeamEventKind.ROLE: ("users", marked("{by} made {about} {role}")),
    TeamEventKind.HANDED_OVER: ("users", marked("{by} handed the workspace over to {about}")),
    TeamEventKind.REMOVED: ("x", marked("{by} removed {about}")),
    TeamEventKind.LEFT: ("log-out", marked("{about} left")),
}
_OF_LINKS = {
    (TeamEventKind.LINK_MADE, LinkKind.FIX): marked("{by} handed out a link to reconnect {account}"),
    (TeamEventKind.LINK_MADE, LinkKind.CONNECT): marked("{by} handed out a link to connect {platform}"),
    (TeamEventKind.LINK_MADE, LinkKind.PROBLEM): marked("{by} shared the problem of {account} as a page to read"),
    (TeamEventKind.LINK_USED, LinkKind.FIX): marked("{account} was reconnected through the link {by} sent"),
    (TeamEventKind.LINK_USED, LinkKind.CONNECT): marked("{platform} was connected through the link {by} sent"),
    (TeamEventKind.LINK_TAKEN_BACK, LinkKind.FIX): marked("{by} took back the link to reconnect {account}"),
    (TeamEventKind.LINK_TAKEN_BACK, LinkKind.CONNECT): marked("{by} took back the link to connect {platform}"),
    (TeamEventKind.LINK_TAKEN_BACK, LinkKind.PROBLEM): marked("{by} took back the page about the problem of {account}"),
}
_ICONS = {
    TeamEventKind.LINK_MADE: "external-link", TeamEventKind.LINK_USED: "plug", TeamEventKind.LINK_TAKEN_BACK: "x",
}  # fmt: skip


def team_history(session: Session, platform_of: Callable[[str], Platform], workspace_id: str) -> list[HistoryEntry]:
    rows = session.exec(
        select(TeamEvent, Person.name)
        .join(Person, col(Person.id) == col(TeamEvent.person_id), isouter=True)
        .where(TeamEvent.workspace_id == workspace_id)
        .order_by(col(TeamEvent.at).desc(), col(TeamEvent.id).desc())
        .limit(SHOWN)
    ).all()
    return [_said(event, name or say("a colleague"), platform_of) for event, name in rows]


def _said(event: TeamEvent, by: str, platform_of: Callable[[str], Platform]) -> HistoryEntry:
    if event.kind in _ICONS:
        return _of_a_link(event, by, platform_of)
    icon, title = _SAID[event.kind]
    role = say(ROLES[event.role]) if event.role is not None else ""
    return HistoryEntry(at=event.at, icon=icon, tone="grey", title=say(title, by=by, about=event.about, role=role))


def _of_a_link(event: TeamEvent, by: str, platform_of: Callable[[str], Platform]) -> HistoryEntry:
    platform = platform_of(dig_text(event.details, "platform")).name
    title = say(
        _OF_LINKS[event.kind, LinkKind(dig_text(event.details, "link"))],
        by=by, platform=platform, account=f"{platform} · {event.about}",
    )  # fmt: skip
    to = dig_text(event.details, "to")
    return HistoryEntry(
        at=event.at, icon=_ICONS[event.kind], tone="green" if event.kind is TeamEventKind.LINK_USED else "grey",
        title=title, text=say("Mailed to {email}.", email=to) if to else "",
    )  # fmt: skip
