"""Jobs without a web server: until stopped, or once over everything that is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from jobs.inprocess import WORKERS, InProcessEngine
from jobs.stop import until_stopped
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sync import sync


def work_until_stopped(app: Flask) -> None:
    """Run the timetable until SIGINT or SIGTERM, then let what runs end."""
    with until_stopped() as stopped:
        engine = InProcessEngine(app)
        engine.start()
        stopped.wait()
        engine.stop()


def sync_everything_due(app: Flask) -> int:
    """Sync everything that is due now, or what was begun when a signal came; how many attempts were made."""
    runtime: Runtime = app.extensions["runtime"]

    def worker(_number: int) -> int:
        done = 0
        with app.app_context():
            while not stopped.is_set() and (claims := claim_due(runtime, limit=1)):
                sync(runtime, claims[0])
                done += 1
        return done

    with until_stopped() as stopped, ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(worker, range(WORKERS)))
