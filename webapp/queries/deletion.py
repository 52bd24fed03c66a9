"""How a deletion that somebody asked for at a platform goes by, for whoever has its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from webapp.models.signal import HeardSignal, SignalOutcome
from webapp.platforms import registry


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionFacts:
    """`still_used`: we hold a permission that works, so nothing was deleted; `unknown`: there was nothing to delete."""

    code: str
    company: str
    asked_at: datetime
    done_at: datetime | None
    still_used: bool
    unknown: bool


def deletion_of(session: Session, code: str) -> DeletionFacts | None:
    """None when there is no such code."""
    found = session.exec(select(HeardSignal).where(HeardSignal.code == code)).one_or_none()
    if found is None:
        return None
    return DeletionFacts(
        code=code,
        company=registry()[found.platform].company,
        asked_at=found.received_at,
        done_at=found.done_at,
        still_used=found.outcome is SignalOutcome.NOT_SO,
        unknown=found.outcome is SignalOutcome.NOTHING_HELD,
    )
