"""The merchant has seen what came back."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.pause import of_workspace
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.trouble import Receipt


def dismiss_receipt(runtime: Runtime, *, integration_id: str, receipt_id: str, workspace_id: str) -> bool:
    """Take the line off the page; the receipt itself stays in the history. False when there is no such receipt."""
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        receipt = session.exec(
            select(Receipt).where(Receipt.id == receipt_id, Receipt.integration_id == integration_id)
        ).one_or_none()
        if integration is None or receipt is None:
            return False
        receipt.dismissed_at = receipt.dismissed_at or runtime.now()
        bump(session, workspace_id)
        return True
