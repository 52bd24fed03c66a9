"""Somebody may act for a workspace no longer: what they had begun or handed out there ends with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.lifecycle.hand_out import end_round_trips, take_back
from webapp.lifecycle.in_turn import in_order
from webapp.lifecycle.note_link import note_taken_back
from webapp.models.integration import Integration
from webapp.models.link import Link
from webapp.models.notice import Notice
from webapp.queries.handed import is_open_at


def end_access(session: Session, *, workspace_id: str, person_id: str, by: str, now: datetime) -> None:
    """Round trips, links and unsent mail end, and nothing is theirs to look after; commits with the caller."""
    end_round_trips(session, now, workspace_id=workspace_id, person_id=person_id)
    for link in session.exec(
        select(Link).where(Link.workspace_id == workspace_id, Link.person_id == person_id, *is_open_at(now))
    ):
        take_back(session, link, now)
        note_taken_back(session, link, now, by=by)
    session.execute(
        update(Integration)
        .where(
            col(Integration.id).in_(
                in_order(col(Integration.workspace_id) == workspace_id, col(Integration.responsible_id) == person_id)
            )
        )
        .values(responsible_id=None)
    )
    session.execute(
        update(Notice)
        .where(
            col(Notice.workspace_id) == workspace_id, col(Notice.person_id) == person_id,
            col(Notice.sent_at).is_(None), col(Notice.dropped_at).is_(None), col(Notice.refused_at).is_(None),
        )
        .values(dropped_at=now)
    )  # fmt: skip
