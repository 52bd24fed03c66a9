"""What nobody needs any more: old routine runs, round trips and permissions long over, tries long past."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization, Grant
from webapp.models.people import SignInAttempt
from webapp.models.sync import SyncRun

KEEP_RUNS = timedelta(days=60)
KEEP_AUTHORIZATIONS = timedelta(days=30)
KEEP_ATTEMPTS = timedelta(days=2)
KEEP_ENDED_GRANTS = timedelta(days=7)


def tidy(runtime: Runtime) -> None:
    """Delete in one short transaction; incidents, receipts, events and data are never touched."""
    now = runtime.now()
    with runtime.database.writing() as session:
        session.execute(delete(SyncRun).where(col(SyncRun.started_at) < now - KEEP_RUNS))
        session.execute(delete(Authorization).where(col(Authorization.created_at) < now - KEEP_AUTHORIZATIONS))
        over = col(Authorization.expires_at) < now, col(Authorization.verifier_sealed).is_not(None)
        session.execute(update(Authorization).where(*over).values(verifier_sealed=None))
        session.execute(delete(Grant).where(col(Grant.ended_at) < now - KEEP_ENDED_GRANTS))
        # Offered accounts nobody chose from: past CHOICE_LIFE nothing can make them live.
        session.execute(
            delete(Grant).where(col(Grant.live_at).is_(None), col(Grant.issued_at) < now - KEEP_ENDED_GRANTS)
        )
        session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) < now - KEEP_ATTEMPTS))
