"""Sync now, and Check all: the same thing as waiting for the clock, only at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from webapp.lifecycle.in_turn import in_order
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
    return make_all_due_in(session, [workspace_id], now)


def make_all_due_in(session: Session, workspace_ids: Collection[str], now: datetime) -> int:
    """The same for several workspaces at once; at least one."""
    active = in_order(
        col(Integration.workspace_id).in_(workspace_ids),
        col(Integration.paused_at).is_(None),
        col(Integration.disconnected_at).is_(None),
    )
    asked = session.execute(
        update(Integration)
        .where(col(Integration.id).in_(active))
        .values(next_sync_at=now)
        .returning(col(Integration.id))
    ).all()
    bump(session, *workspace_ids)
    session.execute(update(Workspace).where(col(Workspace.id).in_(workspace_ids)).values(check_asked_at=now))
    return len(asked)
