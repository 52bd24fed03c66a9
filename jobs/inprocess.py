"""The default engine: APScheduler in this process ticks, a bounded pool syncs.

No platform gets more than its share of the pool, so a slow or broken one never holds the others.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from jobs.attempt import attempt
from jobs.timetable import SYNC_TICK, TIMETABLE
from webapp.database import Database
from webapp.lifecycle.claim import Claim, anything_due, claim_due
from webapp.lifecycle.runtime import Runtime

log = logging.getLogger(__name__)

WORKERS = 8
SHARE = 3
# A renewal at its longest, and what came of it stored again and again (webapp/lifecycle/renewal.py).
DRAIN_SECONDS = 50.0


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
        # Syncs by platform; `_jobs` beside them are the ticks and the timetable's.
        self._busy: Counter[str] = Counter()
        self._jobs = 0
        self._changed = threading.Condition()

    def start(self) -> None:
        self._add("sync_due", SYNC_TICK, self._hand_out)
        for job in TIMETABLE:
            self._add(job.name, job.every, partial(job.run, self._runtime))
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing new and wait for what runs; a lease covers whatever does not end in time."""
        self._runtime.stopping.set()
        self._scheduler.shutdown(wait=False)
        with self._changed:
            self._changed.wait_for(lambda: self._jobs + self._busy.total() == 0, timeout=DRAIN_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _add(self, name: str, every: timedelta, what: Callable[[], object]) -> None:
        def run() -> None:
            with self._changed:
                if self._runtime.stopping.is_set():
                    return
                self._jobs += 1
            try:
                with self._app.app_context():
                    what()
            except Exception:
                log.exception("job %s", name)
            finally:
                with self._changed:
                    self._jobs -= 1
                    self._changed.notify_all()

        self._scheduler.add_job(run, "interval", seconds=every.total_seconds(), id=name, name=name)

    def _hand_out(self) -> None:
        # One at a time keeps a platform's share exact without knowing beforehand what is due where.
        for _ in range(WORKERS - self._busy.total()):
            if self._runtime.stopping.is_set() or not anything_due(self._runtime):
                return
            full = [slug for slug, running in self._busy.items() if running >= SHARE]
            claims = claim_due(self._runtime, limit=1, except_platforms=full)
            if not claims:
                return
            with self._changed:
                self._busy[claims[0].platform] += 1
            self._pool.submit(self._sync, claims[0])

    def _sync(self, claim: Claim) -> None:
        try:
            attempt(self._app, claim)
        finally:
            with self._changed:
                self._busy[claim.platform] -= 1
                self._changed.notify_all()
