"""Jobs without a web server: until stopped, or once over everything that is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from jobs.attempt import attempt
from jobs.engines import engine_of
from jobs.inprocess import WORKERS
from jobs.stop import until_stopped
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.runtime import Runtime


def work_until_stopped(app: Flask) -> None:
    """Run the timetable until SIGINT or SIGTERM, then let what runs end."""
    with until_stopped() as stopped:
        engine = engine_of(app)
        engine.start()
        stopped.wait()
        engine.stop()


def sync_everything_due(app: Flask) -> int:
    """Sync everything that is due now, or what was begun when a signal came; how many attempts were made.

    What falls due meanwhile is left.
    """
    runtime: Runtime = app.extensions["runtime"]
    began = runtime.now()

    def worker(_number: int) -> int:
        done = 0
        while not stopped.is_set() and (claims := claim_due(runtime, limit=1, due_by=began)):
            attempt(app, claims[0])
            done += 1
        return done

    with until_stopped() as stopped, ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(worker, range(WORKERS)))
