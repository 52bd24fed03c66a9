"""After a clock that ran ahead was put right: nothing is believed that it alone had seen, and nothing waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, SQLModel, col

from webapp.lifecycle.claim import LEASE
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Grant
from webapp.models.comparison import Comparison
from webapp.models.integration import Integration
from webapp.models.lease import Lease
from webapp.models.notice import Notice
from webapp.models.renewing import LONGEST_ASKED
from webapp.models.signal import HeardSignal, Subscription
from webapp.models.sync import Coverage
from webapp.models.trouble import Incident, Receipt

# The clocks of several machines may differ by this much.
SKEW = timedelta(minutes=5)
# Longer than any mail is ever put off, and any renewal by the clock.
LONGEST = timedelta(days=8)


def take_back_the_future(runtime: Runtime) -> None:
    """Undo what was written down under a date that has not come yet.

    A day read "then" was never read: no platform had it. Leases until then are free, and their fences move, so that
    whoever held one writes nothing more. Permissions renewed then are renewed again, since their ends were reckoned
    from it. A problem that began then begins now. Costs one look at the integrations while there is nothing to undo.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        marks = (Integration.last_attempt_at, Integration.failing_since, Integration.died_at, Integration.granted_at)
        ahead = session.scalars(select(Integration).where(or_(*(col(mark) > now + SKEW for mark in marks)))).all()
        for integration in ahead:
            _take_back(session, integration, now)
        session.execute(delete(Lease).where(col(Lease.until) > now + LEASE + SKEW))
        for table in (Grant, Notice, Comparison, HeardSignal, Subscription):
            leased = col(table.lease_until) > now + LEASE + SKEW
            session.execute(update(table).where(leased).values(lease_until=None, fence=col(table.fence) + 1))
        for table in (Comparison, Notice, HeardSignal, Subscription):
            session.execute(update(table).where(col(table.due_at) > now + LONGEST).values(due_at=now))
        renewed_then = or_(col(Grant.renewed_at) > now + SKEW, col(Grant.issued_at) > now + SKEW)
        session.execute(
            update(Grant)
            .where(renewed_then, col(Grant.access_expires_at).is_not(None))
            .values(access_expires_at=now, renewed_at=now, issued_at=now)
        )
        put_off = or_(
            col(Grant.renew_at) > now + LONGEST,
            (col(Grant.failed_tries) > 0) & (col(Grant.renew_at) > now + LONGEST_ASKED + SKEW),
        )
        session.execute(update(Grant).where(put_off).values(renew_at=now))


def _take_back(session: Session, integration: Integration, now: datetime) -> None:
    mine = (
        col(Coverage.workspace_id) == integration.workspace_id,
        col(Coverage.platform) == integration.platform,
        col(Coverage.account_id) == integration.account_id,
    )
    session.execute(delete(Coverage).where(*mine, col(Coverage.fetched_at) > now + SKEW))
    session.execute(update(Coverage).where(*mine, col(Coverage.again_at) > now + SKEW).values(again_at=now))
    # What was last proved before the clock ran ahead is not known any more; the permission itself is a mark that is.
    if integration.last_success_at is not None and integration.last_success_at > now:
        integration.last_success_at = integration.proved_at = integration.granted_at
    if integration.next_sync_at is not None:
        integration.next_sync_at = now
    _no_later(integration, now)
    for table in (Incident, Receipt):
        for one in session.scalars(select(table).where(col(table.integration_id) == integration.id)):
            _no_later(one, now)
    bump(session, integration.workspace_id)


def _no_later(row: SQLModel, now: datetime) -> None:
    """Whatever it says of a time that has not come yet is said of now."""
    for name, at in row:
        if isinstance(at, datetime) and at > now + SKEW:
            setattr(row, name, now)
