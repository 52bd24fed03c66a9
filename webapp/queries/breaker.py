"""Who is dead at a platform, whether that is a burst, and whether it is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select
from sqlmodel import Session, col

from webapp.models.breaker import Breaker, Burst, is_over
from webapp.models.integration import Integration


def is_tripped(session: Session, platform: str) -> bool:
    """Whether verdicts of this platform are suspended."""
    found = select(col(Breaker.id)).where(col(Breaker.platform) == platform, col(Breaker.released_at).is_(None))
    return session.execute(found).first() is not None


def last_release_by_hand(session: Session, platform: str) -> datetime | None:
    """When the operator last said that what is dead at this platform is really dead."""
    latest = select(func.max(col(Breaker.released_at))).where(
        col(Breaker.platform) == platform, col(Breaker.released_by).is_not(None)
    )
    found: datetime | None = session.execute(latest).scalar_one()
    return found


def burst_of(session: Session, platform: str, *, since: datetime) -> Burst:
    """What died at a platform since then and is dead still."""
    workspaces, dead = session.execute(
        select(func.count(distinct(col(Integration.workspace_id))), func.count()).where(
            col(Integration.platform) == platform, col(Integration.died_at) >= since, is_dead(), is_active()
        )
    ).one()
    active = session.execute(
        select(func.count()).select_from(Integration).where(col(Integration.platform) == platform, is_active())
    ).scalar_one()
    return Burst(workspaces=workspaces, dead=dead, active=active)


def has_passed(session: Session, breaker: Breaker) -> bool:
    """Whether as many of those it counted answer again as do not."""
    back, still_dead = back_and_dead(session, breaker)
    return is_over(still_dead=still_dead, back=back)


def back_and_dead(session: Session, breaker: Breaker) -> tuple[int, int]:
    """Of what died in this burst: how many answer again with the permission they had, and how many are dead still."""
    mine = col(Integration.platform) == breaker.platform, col(Integration.died_at) >= breaker.since
    still_dead = session.execute(
        select(func.count()).select_from(Integration).where(*mine, is_dead(), is_active())
    ).scalar_one()
    # Who consented anew has another permission: that it works says nothing about the old ones.
    back = session.execute(
        select(func.count())
        .select_from(Integration)
        .where(
            *mine,
            col(Integration.last_success_at) > col(Integration.died_at),
            col(Integration.granted_at) < col(Integration.died_at),
        )
    ).scalar_one()
    return back, still_dead


def is_dead() -> ColumnElement[bool]:
    """As `Integration.is_dead`."""
    died = col(Integration.died_at)
    worked = col(Integration.last_success_at)
    return and_(died.is_not(None), died >= col(Integration.granted_at), or_(worked.is_(None), died >= worked))


def is_active() -> ColumnElement[bool]:
    """As `Integration.is_active`."""
    return and_(col(Integration.paused_at).is_(None), col(Integration.disconnected_at).is_(None))
