"""Reconnect all: whatever needs Reconnect in a workspace becomes one walk, and stays one however often it is begun."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from webapp.models.guide import Guide
from webapp.models.integration import Integration
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Remedy
from webapp.queries.breaker import is_active


def join_guide(session: Session, *, workspace_id: str, person_id: str, now: datetime) -> str | None:
    """The walk through what is open now: the one under way, joined by what broke since, or a new one.

    None where nothing needs Reconnect any more. Two who begin at once walk together: the second waits for the first's
    rows, and finds them taken.
    """
    broken = session.exec(
        select(Incident)
        .where(
            Incident.workspace_id == workspace_id,
            col(Incident.closed_at).is_(None),
            Incident.remedy == Remedy.RECONNECT,
            # What is paused nags nobody, and waits for nobody here either.
            col(Incident.integration_id).in_(select(Integration.id).where(is_active())),
        )
        .order_by(col(Incident.id))
        .with_for_update()
    ).all()
    if not broken:
        return None
    guide_id = max((one.guide_id for one in broken if one.guide_id), default=None)
    if guide_id is None:
        guide = Guide(workspace_id=workspace_id, person_id=person_id, began_at=now)
        session.add(guide)
        session.flush()
        guide_id = guide.id
    for one in broken:
        one.guide_id = guide_id
    return guide_id
