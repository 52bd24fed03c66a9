"""The nouns. Importing this package makes every table known to SQLModel's metadata (Alembic and tests need that)."""

from webapp.models import (
    access,
    breaker,
    comparison,
    data,
    day_note,
    integration,
    lease,
    notice,
    our_fault,
    people,
    signal,
    sync,
    tick,
    trouble,
)

__all__ = [
    "access", "breaker", "comparison", "data", "day_note", "integration", "lease", "notice", "our_fault", "people",
    "signal", "sync", "tick", "trouble",
]  # fmt: skip
