"""Alembic's entry: runs on the connection it is handed, so that a migration is one transaction of the app's engine."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel

import webapp.models  # noqa: F401  makes every table known
from webapp.models.columns import Word


def _ours(_object: object, name: str | None, kind: str, _reflected: bool, _compare: object) -> bool:
    # Another engine may keep its own tables beside ours; they are not ours to drop.
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def _plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Our own column kinds as the plain types they are stored as, so that a migration outlives our code."""
    if kind == "type" and isinstance(item, Word):
        return "sa.String()"
    if kind == "type" and isinstance(item, sa.JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_object=_ours,
    compare_type=True,
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
