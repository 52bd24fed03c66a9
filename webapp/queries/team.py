"""Who did what about the members of a workspace, newest first."""

from __future__ import annotations

from sqlmodel import Session, col, select

from webapp.models.people import Person, Role, TeamEvent, TeamEventKind
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


def team_history(session: Session, workspace_id: str) -> list[HistoryEntry]:
    rows = session.exec(
        select(TeamEvent, Person.name)
        .join(Person, col(Person.id) == col(TeamEvent.person_id), isouter=True)
        .where(TeamEvent.workspace_id == workspace_id)
        .order_by(col(TeamEvent.at).desc(), col(TeamEvent.id).desc())
        .limit(SHOWN)
    ).all()
    return [_said(event, name) for event, name in rows]


def _said(event: TeamEvent, name: str | None) -> HistoryEntry:
    icon, title = _SAID[event.kind]
    role = say(ROLES[event.role]) if event.role is not None else ""
    by = name or say("a colleague")
    return HistoryEntry(at=event.at, icon=icon, tone="grey", title=say(title, by=by, about=event.about, role=role))
