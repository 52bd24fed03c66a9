"""The fleet engine: Procrastinate hands the same timetable out over any number of machines.

hand_out   once a second, somewhere in the fleet: what is due becomes jobs, each with a lane of its platform
lane       one job at a time; it claims and reads what is due at its platform, one after the other, for some seconds
rescue     what a worker that died was holding is free again as soon as its heartbeat is missed

The queue is never trusted for correctness, only claims and fences are: it may be emptied at any time.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import procrastinate
import psycopg
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from sqlalchemy import text

from jobs import fleet_schema
from jobs.attempt import attempt
from jobs.fleet_connector import PatientConnector
from jobs.inprocess import DRAIN_SECONDS, SHARE, WORKERS
from jobs.timetable import SYNC_TICK, TIMETABLE, Job
from webapp.lifecycle.claim import claim_due, count_due, release
from webapp.lifecycle.runtime import Runtime

log = logging.getLogger(__name__)

CLOCK, SYNC = "clock", "sync"
CLOCK_WORKERS = 3
LANE_SECONDS = 10.0
HEARTBEAT = timedelta(seconds=2)
# Five heartbeats: a worker that is merely busy is not taken for a dead one.
DEAD_AFTER = timedelta(seconds=10)
# A claim touched since then is somebody's who lives. Less than the above: the dead may have touched it after their
# last heartbeat.
SILENT_FOR = timedelta(seconds=5)
RESCUE_EVERY = timedelta(seconds=2)
# The row of one that was only out of reach must still be there when it is back.
FORGET_AFTER = timedelta(hours=1)
# No LISTEN: something new comes every second anyway, and it would cost two more connections a worker.
POLL_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 1.0
RHYTHMS = (
    (timedelta(seconds=1), 60, "* * * * * */{}"),
    (timedelta(minutes=1), 60, "*/{} * * * *"),
    (timedelta(hours=1), 24, "0 */{} * * *"),
)


def make_engine(app: Flask) -> FleetEngine:
    return FleetEngine(app)


prepare = fleet_schema.prepare


class FleetEngine:
    """One worker process of the fleet: two queues, so that a slow platform never holds the clock."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._runtime: Runtime = app.extensions["runtime"]
        self._platforms = [platform.slug for platform in self._runtime.platforms()]
        self._running = threading.Event()
        self._connector = PatientConnector(self._runtime.settings.database_url)
        self._clock = procrastinate.App(connector=self._connector)
        self._sync = procrastinate.App(connector=self._connector)
        self._lane = self._sync.task(name="lane", queue=SYNC, pass_context=True)(self._work_lane)
        for job in TIMETABLE:
            self._every(job.every, job.name, self._guarded(job), lock=job.name)
        # Without locks: a worker that dies holding one keeps it until it is rescued.
        self._every(SYNC_TICK, "hand_out", self._hand_out, lock=None)
        self._every(RESCUE_EVERY, "rescue", self._rescue, lock=None)

    def start(self) -> None:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="fleet", daemon=True)
        self._thread.start()
        self._running.wait()

    def stop(self) -> None:
        """Claim nothing new and wait for what runs; what does not end in time is somebody else's after its lease."""
        self._runtime.stopping.set()
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(DRAIN_SECONDS)

    # -- the worker ----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.ensure_future(self._begin_again_and_again())
        self._loop.set_default_executor(ThreadPoolExecutor(WORKERS + CLOCK_WORKERS, thread_name_prefix="job"))
        self._running.set()
        with suppress(asyncio.CancelledError):
            await self._main

    async def _begin_again_and_again(self) -> None:
        """Work until cancelled. Procrastinate's workers end when something is badly wrong; ours begin anew."""
        while True:
            try:
                async with self._clock.open_async(), asyncio.TaskGroup() as workers:
                    workers.create_task(_until_it_ends(self._clock, CLOCK, CLOCK_WORKERS))
                    workers.create_task(_until_it_ends(self._sync, SYNC, WORKERS))
            except* (_WorkerEnded, ConnectorException, psycopg.Error):
                log.warning("the database is out of reach; beginning again")
            except* Exception:
                log.exception("a worker failed; beginning again")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    # -- what it does --------------------------------------------------------------------------------------------

    async def _hand_out(self, timestamp: int) -> None:
        wanted = await asyncio.to_thread(self._lanes_wanted)
        taken = {job.lock for job in await self._sync.job_manager.list_jobs_async(queue=SYNC)}
        for platform, (due, most) in wanted.items():
            free = [lane for lane in (f"{platform}:{number}" for number in range(most)) if lane not in taken]
            for lane in free[:due]:
                with suppress(AlreadyEnqueued):
                    await self._lane.configure(lock=lane, queueing_lock=lane).defer_async(platform=platform)

    def _lanes_wanted(self) -> dict[str, tuple[int, int]]:
        """Of each platform, how many are due, counted no further than its share of the fleet, and that share.

        The share is what keeps a slow or broken platform from holding the others: it never has more lanes.
        """
        most = SHARE * self._workers_alive()
        return {slug: (count_due(self._runtime, slug, most=most), most) for slug in self._platforms}

    def _workers_alive(self) -> int:
        with self._runtime.database.reading() as session:
            beating: int = session.execute(
                text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - :dead_after"),
                {"dead_after": DEAD_AFTER},
            ).scalar_one()
        # One for each queue.
        return max(1, beating // 2)

    def _work_lane(self, context: procrastinate.JobContext, *, platform: str) -> None:
        enough = time.monotonic() + LANE_SECONDS
        while not self._runtime.stopping.is_set() and time.monotonic() < enough:
            claims = claim_due(self._runtime, limit=1, platform=platform, holder=context.job.id)
            if not claims:
                return
            attempt(self._app, claims[0])

    async def _rescue(self, timestamp: int) -> None:
        manager = self._sync.job_manager
        # After an outage everybody's heartbeat is old, and nobody dead for it.
        if self._connector.was_lost_within(DEAD_AFTER.total_seconds()):
            return
        dead = list(await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER.total_seconds()))
        if not dead:
            return
        ids = [job.id for job in dead if job.id is not None]
        freed = await asyncio.to_thread(release, self._runtime, ids, silent_for=SILENT_FOR)
        log.warning("a worker died", extra={"jobs": len(dead), "claims_freed": freed})
        for job in dead:
            # Another machine may have been first.
            with suppress(ConnectorException):
                await manager.finish_job(job, Status.FAILED, delete_job=True)

    def _guarded(self, job: Job) -> Callable[[int], None]:
        def run(timestamp: int) -> None:
            try:
                with self._app.app_context():
                    job.run(self._runtime)
            except self._runtime.database.lost:
                log.warning("the database was lost during a job", extra={"job": job.name})
            except Exception:
                log.exception("job failed", extra={"job": job.name})

        return run

    def _every(self, every: timedelta, name: str, run: Callable[[int], object], *, lock: str | None) -> None:
        task = self._clock.task(name=name, queue=CLOCK, lock=lock, queueing_lock=name)(run)
        self._clock.periodic(cron=cron(every))(task)


class _WorkerEnded(Exception):
    """A worker of Procrastinate's returned by itself, as it does when one of its side tasks failed."""


async def _until_it_ends(app: procrastinate.App, queue: str, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[queue], name=queue, concurrency=concurrency, install_signal_handlers=False, delete_jobs="always",
        listen_notify=False, fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=HEARTBEAT.total_seconds(), stalled_worker_timeout=FORGET_AFTER.total_seconds(),
    )  # fmt: skip
    raise _WorkerEnded


def cron(every: timedelta) -> str:
    """The same rhythm in cron's words, seconds last; only what divides the next larger unit can be said."""
    if every == timedelta(days=1):
        return "0 0 * * *"
    for unit, whole, words in RHYTHMS:
        number, rest = divmod(every, unit)
        if not rest and number < whole and whole % number == 0:
            return words.format(number)
    raise ValueError(f"no rhythm for every {every}")
