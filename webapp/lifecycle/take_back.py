"""A link that was handed out is taken back: from that moment it opens nothing."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.hand_out import take_back
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Event, EventKind
from webapp.models.link import Link, LinkKind
from webapp.models.people import TeamEvent, TeamEventKind


def take_back_link(
    runtime: Runtime, *, workspace_id: str, link_id: str, person_id: str, may_invite: bool
) -> Link | None:
    """The link, over from now on; None when the workspace has no such, or it is not this person's to take back.

    Only who may invite takes invitations back.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        link = session.exec(
            select(Link).where(Link.id == link_id, Link.workspace_id == workspace_id).with_for_update()
        ).one_or_none()
        if link is None or (link.kind is LinkKind.INVITATION and not may_invite):
            return None
        if not link.is_open(now):
            return link
        take_back(session, link, now)
        if link.kind is LinkKind.INVITATION:
            session.add(
                TeamEvent(workspace_id=workspace_id, kind=TeamEventKind.TAKEN_BACK, at=now, person_id=person_id,
                          about=link.email or "")
            )  # fmt: skip
        elif link.integration_id is not None:
            about: dict[str, object] = {"link": str(link.kind)}
            session.add(
                Event(integration_id=link.integration_id, kind=EventKind.LINK_TAKEN_BACK, at=now, person_id=person_id,
                      details=about)
            )  # fmt: skip
        bump(session, workspace_id)
        return link
