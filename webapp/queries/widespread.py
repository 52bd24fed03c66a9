"""Where a platform fails for many stores at once, so that nobody need look for the fault at home."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, case, distinct, func
from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.platforms.diagnosis import Cause
from webapp.queries.breaker import is_active

# "Many" is said of no fewer, and only where it is a good part of all: a handful of large customers is not the platform.
STORES, PERCENT = 5, 20
# Who was not asked for longer may be fine by now.
FRESH = timedelta(hours=1)


def is_widespread(*, failing: int, of: int) -> bool:
    """Whether `failing` workspaces out of `of` may be called many stores."""
    return failing >= STORES and failing * 100 >= of * PERCENT


def failing_for_many(session: Session, platforms: Collection[str], now: datetime) -> frozenset[str]:
    """Which of these platforms did not answer many workspaces within the last hour."""
    if not platforms:
        return frozenset()
    fails = and_(
        col(Integration.failing_since).is_not(None),
        col(Integration.failing_cause) == Cause.PLATFORM_DOWN,
        col(Integration.last_attempt_at) > now - FRESH,
    )
    found = session.exec(
        select(
            Integration.platform,
            func.count(distinct(case((fails, col(Integration.workspace_id))))),
            func.count(distinct(col(Integration.workspace_id))),
        )
        .where(col(Integration.platform).in_(sorted(platforms)), is_active())
        .group_by(col(Integration.platform))
    )
    return frozenset(platform for platform, failing, of in found if is_widespread(failing=failing, of=of))
