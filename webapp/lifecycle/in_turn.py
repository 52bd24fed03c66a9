"""Permissions for one platform in one workspace go live one after the other, however many come back at once."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from webapp.models.integration import Integration


def in_turn(session: Session, *, workspace_id: str, platform: str) -> None:
    """Until this transaction ends nobody else admits anybody here; SQLite has one writer anyway.

    Whoever waited sees what the one before made live, and ends it in favour of theirs. The integrations' rows are taken
    first, as every sync does: else it holds one, we the permission, and each waits for the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(func.hashtext(f"admit {workspace_id} {platform}"))))
    session.exec(
        select(Integration.id)
        .where(Integration.workspace_id == workspace_id, Integration.platform == platform)
        .order_by(col(Integration.id))
        .with_for_update()
    ).all()
