"""Make a due integration yours for a while: one conditional UPDATE, correct on every database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlmodel import Session, col

from webapp.database import table_of
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Integration

# Longer than one page may take at the wire's worst; every stored page renews it.
LEASE = timedelta(seconds=180)


@dataclass(frozen=True, slots=True)
class Claim:
    """`fence` is what every write of this attempt must still find on the row."""

    integration_id: str
    workspace_id: str
    platform: str
    fence: int
    due_at: datetime


_integration = table_of(Integration)
# Made once: it runs for every page, and making it costs more than running it.
_HOLD = (
    select(Integration)
    .from_statement(
        update(_integration)
        .where(_integration.c.id == bindparam("which"), _integration.c.fence == bindparam("held"))
        .values(lease_until=bindparam("until"))
        .returning(_integration)
    )
    .execution_options(populate_existing=True)
)


class LostClaim(Exception):
    """Somebody else holds the integration now; whatever we were about to write must not be written."""


def claim_due(
    runtime: Runtime,
    *,
    limit: int,
    platform: str | None = None,
    except_platforms: Collection[str] = (),
    only: str | None = None,
    due_by: datetime | None = None,
    holder: int | None = None,
) -> list[Claim]:
    """Claim up to `limit` integrations whose time has come (by `due_by`), longest due first; empty when none is free.

    `holder` says on whose behalf, so that `release` can give back what the dead still hold.
    """
    now = runtime.now()
    wanted = select(col(Integration.id)).where(*_is_free(now))
    if due_by is not None:
        wanted = wanted.where(col(Integration.next_sync_at) <= due_by)
    if platform is not None:
        wanted = wanted.where(col(Integration.platform) == platform)
    if except_platforms:
        wanted = wanted.where(col(Integration.platform).not_in(list(except_platforms)))
    if only is not None:
        wanted = wanted.where(col(Integration.id) == only)
    wanted = wanted.order_by(col(Integration.next_sync_at)).limit(limit)
    if not runtime.database.is_sqlite:
        wanted = wanted.with_for_update(skip_locked=True)
    # As a CTE it runs once; as a plain subquery PostgreSQL may run it for every row, and lock more than `limit`.
    due = wanted.cte("due")
    with runtime.database.writing() as session:
        rows = session.execute(
            update(Integration)
            .where(col(Integration.id).in_(select(due.c.id)))
            .values(lease_until=now + LEASE, lease_holder=holder, fence=col(Integration.fence) + 1, last_attempt_at=now)
            .returning(
                col(Integration.id), col(Integration.workspace_id), col(Integration.platform), col(Integration.fence),
                col(Integration.next_sync_at),
            )
            # Nothing of it is in this session yet.
            .execution_options(synchronize_session=False)
        ).all()  # fmt: skip
        if rows:
            bump(session, *{row[1] for row in rows})
    return [Claim(*row) for row in rows]


def anything_due(runtime: Runtime) -> bool:
    """One cheap look without the write lock, so that an idle clock costs nothing."""
    with runtime.database.reading() as session:
        return session.execute(select(col(Integration.id)).where(*_is_free(runtime.now())).limit(1)).first() is not None


def count_due(runtime: Runtime, platform: str, *, most: int) -> int:
    """How many of a platform could be claimed now; counting stops at `most`."""
    free = select(col(Integration.id)).where(*_is_free(runtime.now()), col(Integration.platform) == platform)
    with runtime.database.reading() as session:
        found: int = session.execute(select(func.count()).select_from(free.limit(most).subquery())).scalar_one()
        return found


def give_back(runtime: Runtime, claim: Claim) -> None:
    """Let go of a claim that came to nothing by our own fault; it can be claimed again at once."""
    with runtime.database.writing() as session:
        session.execute(
            update(Integration)
            .where(col(Integration.id) == claim.integration_id, col(Integration.fence) == claim.fence)
            .values(lease_until=None)
        )


def release(runtime: Runtime, holders: Collection[int], *, silent_for: timedelta) -> int:
    """Give back what these holders claimed and have not touched for a while; how many were given back.

    The fence stays: a holder that was only thought dead goes on, until somebody else claims.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        given = session.execute(
            update(Integration)
            .where(
                col(Integration.next_sync_at) <= now,
                col(Integration.lease_until).between(now, now + LEASE - silent_for),
                col(Integration.lease_holder).in_(list(holders)),
            )
            .values(lease_until=None)
            .returning(col(Integration.id))
        ).all()
        return len(given)


def _is_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    unclaimed = or_(col(Integration.lease_until).is_(None), col(Integration.lease_until) < now)
    return col(Integration.next_sync_at) <= now, unclaimed


def hold(runtime: Runtime, session: Session, claim: Claim) -> Integration:
    """Renew the lease inside the caller's transaction and give the row. Raises LostClaim."""
    given = {"which": claim.integration_id, "held": claim.fence, "until": runtime.now() + LEASE}
    integration: Integration | None = session.scalars(_HOLD, given).one_or_none()
    if integration is None or not integration.is_active:
        raise LostClaim(claim.integration_id)
    return integration
