"""After a clock that ran ahead was put right: nothing waits for a day that it alone had seen."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, update
from sqlmodel import col

from webapp.lifecycle.claim import LEASE
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant
from webapp.models.integration import Integration
from webapp.models.notice import Notice
from webapp.models.plan import CLOCK_SKEW

# Longer than anything of ours is ever put off.
LONGEST = timedelta(days=8)


def take_back_the_future(runtime: Runtime) -> None:
    """Make due what was put off to a day we never put anything off to, and free what was leased until then.

    Fences move: whoever still held such a lease finds it gone, and writes nothing more. Permissions renewed on such a
    day are renewed again, since their ends were reckoned from it.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        session.execute(
            update(Integration).where(col(Integration.next_sync_at) > now + LONGEST).values(next_sync_at=now)
        )
        for table in (Integration, Grant, Notice):
            leased = col(table.lease_until) > now + LEASE + CLOCK_SKEW
            session.execute(update(table).where(leased).values(lease_until=None, fence=col(table.fence) + 1))
        session.execute(update(Notice).where(col(Notice.due_at) > now + LONGEST).values(due_at=now))
        ahead = or_(col(Grant.renewed_at) > now + CLOCK_SKEW, col(Grant.issued_at) > now + CLOCK_SKEW)
        session.execute(
            update(Grant)
            .where(ahead, col(Grant.access_expires_at).is_not(None))
            .values(access_expires_at=now, renewed_at=now, issued_at=now)
        )
