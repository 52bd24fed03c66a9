"""One attempt to read an integration, as the page and the log see it: begun, proving, counted, succeeded, ended."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import date

from sqlalchemy import bindparam, update
from sqlmodel import Session

from webapp.database import table_of
from webapp.lifecycle.allowance import interval_of
from webapp.lifecycle.claim import Claim, hold, let_go
from webapp.lifecycle.recover import advance_recovery, begin_recovery, open_incident
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Integration
from webapp.models.sync import Outcome, SyncRun
from webapp.models.trouble import Closing
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause
from webapp.platforms.streams import Page, Reading, Stream, Window

log = logging.getLogger(__name__)
JITTER = 0.1
# Whoever watches sees progress at most so often; counting it costs more than storing a page.
TELL_SECONDS = 1.0
_run = table_of(SyncRun)
_COUNT = (
    update(_run)
    .where(_run.c.id == bindparam("run"))
    .values(
        stream=bindparam("named"),
        pages=_run.c.pages + bindparam("asked"),
        rows=_run.c.rows + bindparam("more"),
        days=_run.c.days + bindparam("whole"),
    )
)


class Stopping(Exception):
    """This process is to end; what is stored so far is all there will be."""


class Attempt:
    """What one claim is good for. Everything it writes is guarded by the claim: LostClaim where that is lost."""

    def __init__(self, runtime: Runtime, claim: Claim) -> None:
        self.runtime, self.claim = runtime, claim
        self.platform: Platform = runtime.platform(claim.platform)
        self.run_id: int | None = None
        self.api: Api | None = None
        self.recovering = self.proven = False
        # Days this attempt has marked stale: they stay so as long as the claim is held (`sum_some`).
        self.marked: set[date] = set()
        self._told = -TELL_SECONDS
        self._rows = 0
        self._stream = ""
        self._uncounted: list[int] = []
        self._lag: float | None = None
        self._began = time.monotonic()

    def begin(self) -> None:
        with self.runtime.database.writing() as session:
            integration, now = hold(self.runtime, session, self.claim), self.runtime.now()
            self._lag = round((now - (integration.next_sync_at or now)).total_seconds(), 1)
            integration.last_attempt_at = now
            run = SyncRun(integration_id=integration.id, started_at=now)
            session.add(run)
            session.flush()
            self.run_id = run.id
            bump(session, integration.workspace_id)

    def prove(self, session: Session, integration: Integration) -> None:
        """Data is flowing: whatever was open is over, and the badge may start to say so."""
        if self.proven:
            return
        self.proven = True
        integration.proved_at = self.runtime.now()
        if open_incident(session, integration.id) is not None:
            begin_recovery(
                self.runtime, session, integration,
                closing=Closing.RECOVERED, person_id=None, now=self.runtime.now(),
            )  # fmt: skip
            self.recovering = True

    def note(self, stream: Stream, page: Page) -> None:
        """One page more, to be counted when somebody is told."""
        self._stream = stream.name
        self._rows += len(page.records)
        self._uncounted.append(len(page.records))

    def is_silent(self, *, finished: bool) -> bool:
        """Whether nobody is told of a page: neither is its window finished, nor does it prove anything, nor was
        whoever watches told long ago."""
        return not finished and self.proven and time.monotonic() - self._told < TELL_SECONDS

    def tell(
        self, session: Session, integration: Integration, stream: Stream, window: Window, *, finished: bool
    ) -> None:  # fmt: skip
        """Let whoever watches see how far it is."""
        self._told = time.monotonic()
        whole = finished and stream.reading is not Reading.SNAPSHOT
        self._count(session, days=(window.last - window.first).days + 1 if whole else 0)
        if self.recovering:
            advance_recovery(self.runtime, session, integration, finished=False)
        bump(session, integration.workspace_id)

    def go_on(self) -> None:
        """Asked before each page. Raises Stopping once this process is to end."""
        if self.runtime.stopping.is_set():
            raise Stopping

    def renewed(self, renew: Callable[[str], str | None], refused: str) -> str | None:
        """What `renew` has in place of a refused token. No renewal is begun that may not be waited for: Stopping."""
        self.go_on()
        return renew(refused)

    def count_the_rest(self) -> None:
        """Pages stored since somebody was told, before the attempt ends in the middle of a window."""
        if self._uncounted:
            with self.runtime.database.writing(passing=True) as session:
                self._count(session, days=0)

    def stop(self) -> None:
        """Leave the rest to whoever claims it next, at once: it goes on after the last page that was stored."""
        with self.runtime.database.writing() as session:
            integration = hold(self.runtime, session, self.claim)
            let_go(session, self.claim)
            run = session.get_one(SyncRun, self.run_id)
            run.ended_at, run.outcome = self.runtime.now(), Outcome.INTERRUPTED
            bump(session, integration.workspace_id)

    def succeed(self) -> None:
        now = self.runtime.now()
        with self.runtime.database.writing() as session:
            integration = hold(self.runtime, session, self.claim)
            self.prove(session, integration)
            integration.imported_at = integration.imported_at or now
            advance_recovery(self.runtime, session, integration, finished=True)
            integration.last_success_at = integration.proved_at = now
            integration.failing_since, integration.failed_tries, integration.failing_cause = None, 0, None
            interval = interval_of(self.runtime, session, self.platform)
            integration.paced_seconds = (
                round(interval.total_seconds()) if interval > self.runtime.sync_interval else None
            )
            # Spread out, so that what was connected together drifts apart.
            integration.next_sync_at = now + interval * random.uniform(1 - JITTER, 1 + JITTER)
            let_go(session, self.claim)
            run = session.get_one(SyncRun, self.run_id)
            run.ended_at, run.outcome = now, Outcome.DONE
            bump(session, integration.workspace_id)

    def ended(self, outcome: Outcome, cause: Cause | None = None) -> Outcome:
        """Say so in the log, and hand the outcome back."""
        log.info(
            "sync ended",
            extra={
                "integration": self.claim.integration_id, "platform": self.claim.platform, "outcome": str(outcome),
                "cause": cause and str(cause), "rows": self._rows, "lag": self._lag,
                "seconds": round(time.monotonic() - self._began, 2),
            },
        )  # fmt: skip
        return outcome

    def _count(self, session: Session, *, days: int) -> None:
        given = {"run": self.run_id, "named": self._stream, "asked": len(self._uncounted), "more": sum(self._uncounted)}
        session.execute(_COUNT, given | {"whole": days})
        self._uncounted.clear()
