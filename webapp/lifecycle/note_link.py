"""What the histories say of a link handed out: who made it, that it was used, who took it back.

The team's history has all of them; an integration's own has those about it.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from webapp.models.integration import Event, EventKind, Integration
from webapp.models.link import Link, LinkKind
from webapp.models.people import TeamEvent, TeamEventKind

_OF_THE_TEAM = {
    EventKind.LINK_MADE: TeamEventKind.LINK_MADE,
    EventKind.LINK_USED: TeamEventKind.LINK_USED,
    EventKind.LINK_TAKEN_BACK: TeamEventKind.LINK_TAKEN_BACK,
}


def note_link(
    session: Session,
    link: Link,
    kind: EventKind,
    now: datetime,
    *,
    by: str | None = None,
    through: list[str] | None = None,
) -> None:
    """A line wherever it belongs; commits with the caller. `through`: the integrations that a use of it connected.

    `by` did it; without, whoever made the link.
    """
    ids = through or ([link.integration_id] if link.integration_id is not None else [])
    about = session.get(Integration, link.integration_id) if link.integration_id is not None else None
    details: dict[str, object] = {"link": str(link.kind), "to": link.email or ""}
    by = by or link.person_id
    for integration_id in ids:
        session.add(Event(integration_id=integration_id, kind=kind, at=now, person_id=by, details=details))
    platform = about.platform if about is not None else link.platform or ""
    session.add(
        TeamEvent(
            workspace_id=link.workspace_id, kind=_OF_THE_TEAM[kind], at=now, person_id=by,
            about=about.account_name if about is not None else "", details={**details, "platform": platform},
        )
    )  # fmt: skip


def note_taken_back(session: Session, link: Link, now: datetime, *, by: str) -> None:
    """The same for one that opens nothing any more, an invitation's too."""
    if link.kind is not LinkKind.INVITATION:
        note_link(session, link, EventKind.LINK_TAKEN_BACK, now, by=by)
        return
    session.add(
        TeamEvent(
            workspace_id=link.workspace_id, kind=TeamEventKind.TAKEN_BACK, at=now, person_id=by, about=link.email or ""
        )
    )
