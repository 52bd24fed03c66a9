"""What nobody needs any more: old routine runs, round trips long over, mails long sent, tries long past."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization
from webapp.models.people import SignInAttempt
from webapp.models.sync import SyncRun

KEEP_RUNS = timedelta(days=60)
KEEP_AUTHORIZATIONS = timedelta(days=30)
KEEP_ATTEMPTS = timedelta(days=2)


def tidy(runtime: Runtime) -> None:
    """Delete in one short transaction; incidents, receipts, events and data are never touched."""
    now = runtime.now()
    with runtime.database.writing() as session:
        session.execute(delete(SyncRun).where(col(SyncRun.started_at) < now - KEEP_RUNS))
        session.execute(delete(Authorization).where(col(Authorization.created_at) < now - KEEP_AUTHORIZATIONS))
        session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) < now - KEEP_ATTEMPTS))
