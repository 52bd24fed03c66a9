"""An account has a successor: the old one keeps its history and is asked no more, the new one goes on."""

from __future__ import annotations

from sqlmodel import Session

from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.pause import of_workspace
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration


class CannotReplace(Exception):
    """Why this account cannot take the other's place; the text is for the merchant."""


def replace_account(
    runtime: Runtime, *, integration_id: str, successor_id: str, workspace_id: str, person_id: str
) -> bool:
    """Put the successor in its place. False when this workspace has no such integration. Raises CannotReplace."""
    with runtime.database.reading() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        _check(session, integration, successor_id)
    return disconnect(
        runtime, integration_id=integration_id, workspace_id=workspace_id, person_id=person_id,
        successor_id=successor_id,
    )  # fmt: skip


def _check(session: Session, integration: Integration, successor_id: str) -> None:
    successor = of_workspace(session, successor_id, integration.workspace_id)
    if successor is None or successor.platform != integration.platform or successor.id == integration.id:
        raise CannotReplace("Choose one of the accounts listed.")
    if successor.disconnected_at is not None:
        raise CannotReplace(f"{successor.account_name} is disconnected. Connect it first.")
