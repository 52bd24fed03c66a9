"""Whoever changes several integrations takes them in one order, so that no two wait for each other.

Permissions for one platform in one workspace go live one after the other, however many come back at once.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.models.integration import Integration


def in_turn(session: Session, *, workspace_id: str, platform: str) -> None:
    """Until this transaction ends nobody else admits anybody here; SQLite has one writer anyway.

    Whoever waited sees what the one before made live, and ends it in favour of theirs. The integrations' rows are taken
    first, as every sync does: else it holds one, we the permission, and each waits for the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(func.hashtext(f"admit {workspace_id} {platform}"))))
    session.exec(in_order(col(Integration.workspace_id) == workspace_id, col(Integration.platform) == platform)).all()


def in_order(*which: ColumnElement[bool]) -> SelectOfScalar[str]:
    """The ids of these, each row taken for the caller before the next; within an UPDATE as well as by itself."""
    return select(Integration.id).where(*which).order_by(col(Integration.id)).with_for_update()
