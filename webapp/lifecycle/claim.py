"""Make a due integration yours for a while: one conditional UPDATE, correct on every database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

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


class LostClaim(Exception):
    """Somebody else holds the integration now; whatever we were about to write must not be written."""


def claim_due(
    runtime: Runtime, *, limit: int, except_platforms: Collection[str] = (), only: str | None = None
) -> list[Claim]:
    """Claim up to `limit` integrations whose time has come, longest due first; empty when none is free."""
    now = runtime.now()
    due = (
        select(col(Integration.id))
        .where(
            col(Integration.next_sync_at) <= now,
            or_(col(Integration.lease_until).is_(None), col(Integration.lease_until) < now),
        )
        .order_by(col(Integration.next_sync_at))
        .limit(limit)
    )
    if except_platforms:
        due = due.where(col(Integration.platform).not_in(list(except_platforms)))
    if only is not None:
        due = due.where(col(Integration.id) == only)
    if not runtime.database.is_sqlite:
        due = due.with_for_update(skip_locked=True)
    with runtime.database.writing() as session:
        rows = session.execute(
            update(Integration)
            .where(col(Integration.id).in_(due.scalar_subquery()))
            .values(lease_until=now + LEASE, fence=col(Integration.fence) + 1, last_attempt_at=now)
            .returning(
                col(Integration.id), col(Integration.workspace_id), col(Integration.platform), col(Integration.fence)
            )
        ).all()
        for workspace_id in {row[1] for row in rows}:
            bump(session, workspace_id)
    return [Claim(*row) for row in rows]


def anything_due(runtime: Runtime) -> bool:
    """One cheap look without the write lock, so that an idle clock costs nothing."""
    now = runtime.now()
    with runtime.database.reading() as session:
        due = select(col(Integration.id)).where(
            col(Integration.next_sync_at) <= now,
            or_(col(Integration.lease_until).is_(None), col(Integration.lease_until) < now),
        )
        return session.execute(due.limit(1)).first() is not None


def hold(runtime: Runtime, session: Session, claim: Claim) -> Integration:
    """Renew the lease inside the caller's transaction and give the row. Raises LostClaim."""
    held = session.execute(
        update(Integration)
        .where(col(Integration.id) == claim.integration_id, col(Integration.fence) == claim.fence)
        .values(lease_until=runtime.now() + LEASE)
        .returning(col(Integration.id))
    ).scalar_one_or_none()
    if held is None:
        raise LostClaim(claim.integration_id)
    integration = session.get_one(Integration, claim.integration_id, populate_existing=True)
    if not integration.is_active:
        raise LostClaim(claim.integration_id)
    return integration
