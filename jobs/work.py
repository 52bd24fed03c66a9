"""Jobs without a web server: until stopped, or once over everything that is due."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from jobs.attempt import attempt
from jobs.engines import engine_of
from jobs.inprocess import WORKERS
from jobs.stop import set_when_stopped
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.runtime import Runtime


def work_until_stopped(app: Flask) -> None:
    """Run the timetable until SIGINT or SIGTERM, then let what runs end."""
    runtime: Runtime = app.extensions["runtime"]
    with set_when_stopped(runtime.stopping):
        engine = engine_of(app)
        engine.start()
        runtime.stopping.wait()
        engine.stop()


def sync_everything_due(app: Flask) -> int:
    """Sync everything that is due now; how many attempts were made. A signal ends it at the page in hand.

    What falls due meanwhile is left.
    """
    runtime: Runtime = app.extensions["runtime"]
    began = runtime.now()

    def worker(_number: int) -> int:
        done = 0
        while not runtime.stopping.is_set() and (claims := claim_due(runtime, limit=1, due_by=began)):
            attempt(app, claims[0])
            done += 1
        return done

    with set_when_stopped(runtime.stopping), ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(worker, range(WORKERS)))
