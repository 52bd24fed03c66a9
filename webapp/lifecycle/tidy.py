"""What nobody needs any more: old routine runs, round trips and permissions long over, tries long past.

And what somebody left undone: day sums.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization, Grant
from webapp.models.kept_roll import KeptRoll
from webapp.models.link import Link
from webapp.models.people import Attempt
from webapp.models.restated import KEPT, Restated
from webapp.models.signal import HeardSignal
from webapp.models.sync import SyncRun

AT_ONCE = 5_000
KEEP_RUNS = timedelta(days=60)
KEEP_AUTHORIZATIONS = timedelta(days=30)
KEEP_ATTEMPTS = timedelta(days=2)
KEEP_COUNTS = timedelta(hours=1)
KEEP_LINKS = timedelta(days=30)
KEEP_SIGNALS = timedelta(days=180)
KEEP_ENDED_GRANTS = timedelta(days=7)


def tidy(runtime: Runtime) -> None:
    """Delete in short transactions; incidents, receipts, events and data are never touched."""
    now = runtime.now()
    _forget_runs(runtime, before=now - KEEP_RUNS)
    with runtime.database.writing() as session:
        session.execute(delete(Authorization).where(col(Authorization.created_at) < now - KEEP_AUTHORIZATIONS))
        over = col(Authorization.expires_at) < now, col(Authorization.verifier_sealed).is_not(None)
        session.execute(update(Authorization).where(*over).values(verifier_sealed=None))
        session.execute(delete(Grant).where(col(Grant.ended_at) < now - KEEP_ENDED_GRANTS))
        # Offered accounts nobody chose from: past CHOICE_LIFE nothing can make them live.
        session.execute(
            delete(Grant).where(col(Grant.live_at).is_(None), col(Grant.issued_at) < now - KEEP_ENDED_GRANTS)
        )
        # With whom they were mailed to; what came of them is in the history.
        session.execute(delete(Link).where(col(Link.expires_at) < now - KEEP_LINKS))
        session.execute(delete(Restated).where(col(Restated.at) < now - KEPT))
        session.execute(delete(KeptRoll).where(col(KeptRoll.asked_at) < now - KEEP_COUNTS))
        session.execute(delete(HeardSignal).where(col(HeardSignal.done_at) < now - KEEP_SIGNALS))
        session.execute(delete(Attempt).where(col(Attempt.at) < now - KEEP_ATTEMPTS))


def _forget_runs(runtime: Runtime, *, before: datetime) -> None:
    """By far the most there is to delete: some thousand at a time, so that no sync waits for it."""
    old = select(SyncRun.id).where(col(SyncRun.started_at) < before).order_by(col(SyncRun.started_at)).limit(AT_ONCE)
    while not runtime.stopping.is_set():
        with runtime.database.writing() as session:
            gone = session.execute(delete(SyncRun).where(col(SyncRun.id).in_(old)).returning(col(SyncRun.id))).all()
        if len(gone) < AT_ONCE:
            return
