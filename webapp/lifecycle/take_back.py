"""A link that was handed out is taken back: from that moment it opens nothing."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.hand_out import take_back
from webapp.lifecycle.note_link import note_taken_back
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.link import Link, LinkKind


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
        note_taken_back(session, link, now, by=person_id)
        bump(session, workspace_id)
        return link
