"""Sync now, and Check all: the same thing as waiting for the clock, only at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from webapp.lifecycle.pause import of_workspace
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Integration
from webapp.models.people import Workspace


def ask_now(runtime: Runtime, *, integration_id: str, workspace_id: str) -> bool:
    """Make one integration due now. False when there is no such integration; a paused one stays paused."""
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        if integration.is_active:
            integration.next_sync_at = runtime.now()
            bump(session, workspace_id)
        return True


def ask_all_now(runtime: Runtime, *, workspace_id: str) -> int:
    """Make every active integration of a workspace due now; how many there are comes back."""
    with runtime.database.writing() as session:
        return make_all_due(session, workspace_id, runtime.now())


def make_all_due(session: Session, workspace_id: str, now: datetime) -> int:
    """Inside the caller's transaction: ask everything, and remember since when the answers count."""
    asked = session.execute(
        update(Integration)
        .where(
            col(Integration.workspace_id) == workspace_id,
            col(Integration.paused_at).is_(None),
            col(Integration.disconnected_at).is_(None),
        )
        .values(next_sync_at=now)
        .returning(col(Integration.id))
    ).all()
    session.execute(update(Workspace).where(col(Workspace.id) == workspace_id).values(check_asked_at=now))
    bump(session, workspace_id)
    return len(asked)
