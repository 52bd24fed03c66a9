"""The nouns. Importing this package makes every table known to SQLModel's metadata (Alembic and tests need that)."""

from webapp.models import (
    access,
    comparison,
    data,
    day_note,
    integration,
    lease,
    notice,
    people,
    signal,
    sync,
    tick,
    trouble,
)

__all__ = [
    "access",
    "comparison",
    "data",
    "day_note",
    "integration",
    "lease",
    "notice",
    "people",
    "signal",
    "sync",
    "tick",
    "trouble",
]
