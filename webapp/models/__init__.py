"""The nouns. Importing this package makes every table known to SQLModel's metadata (Alembic and tests need that)."""

from webapp.models import (
    access,
    breaker,
    channel,
    comparison,
    cost_rule,
    data,
    day_note,
    day_sum,
    guide,
    integration,
    kept_roll,
    lease,
    link,
    mute,
    notice,
    our_fault,
    people,
    rate,
    restated,
    signal,
    stand_in,
    sync,
    tick,
    trouble,
)

__all__ = [
    "access", "breaker", "channel", "comparison", "cost_rule", "data", "day_note", "day_sum", "guide", "integration",
    "kept_roll", "lease", "link", "mute", "notice", "our_fault", "people", "rate", "restated", "signal", "stand_in",
    "sync", "tick", "trouble",
]  # fmt: skip
