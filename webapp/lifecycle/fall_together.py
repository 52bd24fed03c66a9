"""One needs Reconnect: what began within minutes of it is an outbreak, and its siblings are asked at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.lifecycle.mute import together_since
from webapp.models.integration import Integration
from webapp.models.trouble import Incident, Outbreak
from webapp.platforms.diagnosis import Remedy

TOGETHER = timedelta(minutes=5)


def fall_together(session: Session, incident: Incident, now: datetime) -> None:
    """The problem needs Reconnect since `now`, whether it is new or was thought to pass; commits with the caller."""
    _join_outbreak(session, incident, now)
    _ask_siblings(session, incident, now)


def _join_outbreak(session: Session, incident: Incident, now: datetime) -> None:
    """What began within minutes of each other in one workspace probably has one cause."""
    others = session.exec(
        select(Incident).where(
            Incident.workspace_id == incident.workspace_id,
            col(Incident.id) != incident.id,
            col(Incident.closed_at).is_(None),
            col(Incident.opened_at) >= together_since(session, incident.workspace_id, now, within=TOGETHER),
            Incident.remedy == Remedy.RECONNECT,
        )
    ).all()
    if not others:
        return
    known = next((one.outbreak_id for one in others if one.outbreak_id), None)
    if known is None:
        outbreak = Outbreak(workspace_id=incident.workspace_id, began_at=min(one.opened_at for one in others))
        session.add(outbreak)
        session.flush()
        known = outbreak.id
    for one in (*others, incident):
        one.outbreak_id = known


def _ask_siblings(session: Session, incident: Incident, now: datetime) -> None:
    """Ask the workspace's other integrations at once, so that what fell together is known together."""
    others = select(Integration.id).where(
        col(Integration.workspace_id) == incident.workspace_id,
        col(Integration.id) != incident.integration_id,
        col(Integration.next_sync_at) > now,
    )
    # Who is held just now is being read or reconnected; waiting for them, they might wait for us (in_turn.py).
    free = others.with_for_update(skip_locked=True)
    session.execute(update(Integration).where(col(Integration.id).in_(free)).values(next_sync_at=now))
