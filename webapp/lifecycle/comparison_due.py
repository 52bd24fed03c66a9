"""When an integration is next held against the platform's own totals, and making that yours for a while."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from webapp.lifecycle.runtime import Runtime
from webapp.models.comparison import Comparison, next_night
from webapp.models.integration import Integration

# Longer than a comparison takes. Where the wire is at its worst somebody else begins it anew, and one of them writes.
LEASE = timedelta(minutes=6)


@dataclass(frozen=True, slots=True)
class ComparisonClaim:
    """`fence` is what the writes of this comparison must still find on the row."""

    integration_id: str
    platform: str
    fence: int


def first_comparison(integration: Integration, now: datetime) -> Comparison:
    """The row that a new integration is compared by, from its first night on."""
    first = next_night(integration.id, ZoneInfo(integration.timezone), now)
    return Comparison(integration_id=integration.id, due_at=first)


def compare_now(session: Session, integration_id: str, now: datetime) -> None:
    """As soon as the clock comes to it: a recovery is complete, and its receipt wants the platform's word."""
    session.execute(
        update(Comparison)
        .where(col(Comparison.integration_id) == integration_id, col(Comparison.due_at) > now)
        .values(due_at=now)
    )


def claim_comparison(runtime: Runtime, platforms: Collection[str]) -> ComparisonClaim | None:
    """The one that has been due longest, of these platforms; None when none is free. A cheap look comes first."""
    now = runtime.now()
    # Not a join: SQLite would begin with all integrations of these platforms, and what is due is a handful of them.
    platform = select(col(Integration.platform)).where(col(Integration.id) == col(Comparison.integration_id))
    due = (
        select(col(Comparison.integration_id))
        .where(
            col(Comparison.due_at) <= now,
            or_(col(Comparison.lease_until).is_(None), col(Comparison.lease_until) < now),
            platform.scalar_subquery().in_(list(platforms)),
        )
        .order_by(col(Comparison.due_at))
        .limit(1)
    )
    with runtime.database.reading() as session:
        if session.execute(due).first() is None:
            return None
    if not runtime.database.is_sqlite:
        due = due.with_for_update(skip_locked=True, of=Comparison)
    with runtime.database.writing() as session:
        row = session.execute(
            update(Comparison)
            .where(col(Comparison.integration_id).in_(due.scalar_subquery()))
            .values(lease_until=now + LEASE, fence=col(Comparison.fence) + 1)
            .returning(col(Comparison.integration_id), col(Comparison.fence))
        ).one_or_none()
        if row is None:
            return None
        return ComparisonClaim(row[0], session.get_one(Integration, row[0]).platform, row[1])


def hold_comparison(session: Session, claim: ComparisonClaim) -> Comparison | None:
    """The row, while it is still ours to write; None when the lease ran out and somebody else took it."""
    mine = session.execute(
        update(Comparison)
        .where(col(Comparison.integration_id) == claim.integration_id, col(Comparison.fence) == claim.fence)
        .values(lease_until=None)
        .returning(col(Comparison.integration_id))
    ).scalar_one_or_none()
    return session.get_one(Comparison, claim.integration_id, populate_existing=True) if mine is not None else None


def put_off(runtime: Runtime, claim: ComparisonClaim, wait: timedelta) -> None:
    """Not now: let it go, to be due again after a while."""
    with runtime.database.writing() as session:
        comparison = hold_comparison(session, claim)
        if comparison is not None:
            comparison.due_at = runtime.now() + wait
