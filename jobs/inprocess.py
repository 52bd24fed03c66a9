"""The default engine: APScheduler in this process ticks, a bounded pool syncs.

No platform gets more than its share of the pool, so a slow or broken one never holds the others.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from jobs.attempt import attempt
from jobs.timetable import SYNC_TICK, TIMETABLE, Job
from webapp.database import Database
from webapp.lifecycle.claim import Claim, anything_due, claim_due
from webapp.lifecycle.runtime import Runtime

log = logging.getLogger(__name__)

WORKERS = 8
SHARE = 3
DRAIN_SECONDS = 25.0


def make_engine(app: Flask) -> InProcessEngine:
    return InProcessEngine(app)


def prepare(_database: Database) -> None:
    """It keeps nothing in the database."""


class InProcessEngine:
    """`start()` begins ticking; `stop()` lets what runs end, so that no renewal or page is cut off."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._runtime: Runtime = app.extensions["runtime"]
        self._scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="sync")
        self._busy: Counter[str] = Counter()
        self._idle = threading.Condition()

    def start(self) -> None:
        self._scheduler.add_job(self._tick, "interval", seconds=SYNC_TICK.total_seconds(), id="sync_due")
        for job in TIMETABLE:
            self._scheduler.add_job(self._guarded(job), "interval", seconds=job.every.total_seconds(), id=job.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Claim nothing new and wait for what runs; a lease covers whatever does not end in time."""
        self._runtime.stopping.set()
        self._scheduler.shutdown(wait=False)
        with self._idle:
            self._idle.wait_for(lambda: self._busy.total() == 0, timeout=DRAIN_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _tick(self) -> None:
        if self._runtime.stopping.is_set():
            return
        try:
            with self._idle:
                free = WORKERS - self._busy.total()
                full = [slug for slug, running in self._busy.items() if running >= SHARE]
            # One at a time per platform keeps the share exact without knowing beforehand what is due where.
            while free > 0 and anything_due(self._runtime):
                claims = claim_due(self._runtime, limit=1, except_platforms=full)
                if not claims:
                    return
                self._submit(claims[0])
                free -= 1
                full = [slug for slug, running in self._busy.items() if running >= SHARE]
        except Exception:
            log.exception("looking for due integrations")

    def _submit(self, claim: Claim) -> None:
        with self._idle:
            self._busy[claim.platform] += 1
        self._pool.submit(self._sync, claim)

    def _sync(self, claim: Claim) -> None:
        try:
            attempt(self._app, claim)
        finally:
            with self._idle:
                self._busy[claim.platform] -= 1
                self._idle.notify_all()

    def _guarded(self, job: Job) -> Callable[[], None]:
        def run() -> None:
            try:
                with self._app.app_context():
                    job.run(self._runtime)
            except Exception:
                log.exception("job %s", job.name)

        return run
