"""Pause and resume: a paused integration reads nothing and never nags."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col, select

from webapp.lifecycle.recover import close_incident, open_incident
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.lease import Lease
from webapp.models.trouble import Closing


def pause(runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str) -> bool:
    """Stop reading until resumed; a sync under way writes nothing more. False when there is no such integration."""
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        if integration.is_active:
            stop(session, integration)
            integration.paused_at = now
            session.add(Event(integration_id=integration.id, kind=EventKind.PAUSED, at=now, person_id=person_id))
            bump(session, workspace_id)
        return True


def resume(runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str) -> bool:
    """Read on where it stopped, now. False when there is no such integration."""
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        if integration.paused_at is not None:
            integration.paused_at = None
            integration.next_sync_at = now
            session.add(Event(integration_id=integration.id, kind=EventKind.RESUMED, at=now, person_id=person_id))
            bump(session, workspace_id)
        return True


def stop(session: Session, integration: Integration) -> None:
    """Nothing is due any more, and whoever is reading it now has lost the claim."""
    integration.next_sync_at = None
    session.execute(delete(Lease).where(col(Lease.integration_id) == integration.id))


def of_workspace(session: Session, integration_id: str, workspace_id: str) -> Integration | None:
    """The integration, if it is this workspace's; a stranger's is as absent as one that never was."""
    return session.exec(
        select(Integration).where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
    ).one_or_none()


def close_quietly(session: Session, integration: Integration, person_id: str, runtime: Runtime) -> None:
    """Trouble ends with the tie itself; nothing is told, because nothing is expected of anyone."""
    incident = open_incident(session, integration.id)
    if incident is not None:
        close_incident(session, incident, closing=Closing.DISCONNECTED, person_id=person_id, now=runtime.now())
