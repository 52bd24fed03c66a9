"""Whether a round trip may still change anything: who began it, or the link it was begun with, may be out by now."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from webapp.lifecycle.hand_out import end_round_trips
from webapp.lifecycle.members import member_of
from webapp.lifecycle.note_link import note_link
from webapp.models.access import Authorization
from webapp.models.integration import EventKind
from webapp.models.link import Link
from webapp.models.notice import Notice, NoticeKind


def may_finish(session: Session, flow: Authorization, now: datetime) -> bool:
    """Asked in the transaction that changes something; what it says stays so until the commit."""
    member = member_of(session, flow.workspace_id, flow.person_id)
    if member is None or not member.role.may_change:
        return False
    if flow.link_id is None:
        return True
    link = session.get(Link, flow.link_id, with_for_update=True, populate_existing=True)
    return link is not None and link.is_open(now)


def use_up_link(session: Session, flow: Authorization, integration_ids: list[str], now: datetime) -> None:
    """A round trip begun with a link ended well: the link is over, and who handed it out is told."""
    if flow.link_id is None:
        return
    link = session.get_one(Link, flow.link_id)
    link.used_at = now
    end_round_trips(session, now, link_id=link.id)
    note_link(session, link, EventKind.LINK_USED, now, through=integration_ids)
    session.add(
        Notice(
            kind=NoticeKind.LINK_USED, person_id=link.person_id, workspace_id=link.workspace_id, link_id=link.id,
            created_at=now, due_at=now,
        )
    )  # fmt: skip
