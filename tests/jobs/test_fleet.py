"""The fleet: real web processes and real workers on one PostgreSQL, killed at random, its database restarted."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from sqlmodel import col, select, update

from jobs.engines import prepare_database
from tests.e2e.world import until
from tests.jobs.fleet import ROOT, Fleet
from tests.jobs.many import Readers, all_read_since, compared, connect, owners, shorten, spread
from tests.sandbox_server import SandboxServer
from webapp.models.integration import Integration
from webapp.models.sync import Outcome, SyncRun

WORKERS, WEBS = 4, 2
KILL_EVERY = 2.5


class Scale(NamedTuple):
    """How many workers are killed during the imports, and how long they are killed afterwards; how often each
    integration is read, how long a platform takes for an answer."""

    early: int
    killing: float
    interval: int
    answer: float


SUITE = Scale(early=3, killing=20, interval=40, answer=2)
# Two cores read two thousand in two minutes; the rest of the interval is room for all that is done to them here.
FULL = Scale(early=20, killing=120, interval=240, answer=1)
# While PostgreSQL restarts no page can be shown; this long after it is back every one is.
BACK_AGAIN = 10.0


@pytest.fixture
def scale(request) -> Scale:
    return FULL if request.config.getoption("--full") else SUITE


@pytest.fixture
def sandbox(tmp_path):
    """One that has time for many at once."""
    server = SandboxServer(tmp_path, threads=40)
    yield server
    server.stop()


@pytest.fixture
def environ(environ: dict[str, str], scale: Scale) -> dict[str, str]:
    url = environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    return {**environ, "JOBS_ENGINE": "procrastinate", "DATABASE_URL": url, "SYNC_INTERVAL": str(scale.interval),
            "GOOGLE_ADS_DAILY_OPERATIONS": "100000000"}  # fmt: skip


@pytest.fixture
def fleet(environ, tmp_path):
    made = Fleet(environ, tmp_path / "fleet.log")
    yield made
    made.end()


class Death(NamedTuple):
    """A worker was killed, or the database went away and came back, between these two moments."""

    earliest: datetime
    latest: datetime


class History:
    """What the runs say, integration by integration, in the order they began."""

    def __init__(self, runtime) -> None:
        self.runs: dict[str, list[SyncRun]] = defaultdict(list)
        with runtime.database.reading() as session:
            for run in session.exec(select(SyncRun).order_by(col(SyncRun.started_at))):
                self.runs[run.integration_id].append(run)

    def longest_wait(self, since: datetime, until: datetime) -> timedelta:
        """The longest that any integration went without a success: the last before `since`, each after, and the end."""
        longest = timedelta(0)
        for runs in self.runs.values():
            done = sorted(run.ended_at for run in runs if run.outcome is Outcome.DONE and run.ended_at)
            before = [moment for moment in done if moment <= since]
            moments = [before[-1] if before else since, *(moment for moment in done if moment > since), until]
            gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
            longest = max(longest, *gaps)
        return longest

    def cut_off(self, since: datetime) -> tuple[int, int]:
        """Runs that never ended, before this and after: their worker died, or the database went away under them."""
        begun = [run.started_at for runs in self.runs.values() for run in runs if run.ended_at is None]
        return sum(at < since for at in begun), sum(at >= since for at in begun)

    def at_once(self, deaths: list[Death]) -> int:
        """Runs begun while the one before was not over; one that never ended is over with a death after it began."""
        return sum(
            not _is_over(earlier, later.started_at, deaths)
            for runs in self.runs.values()
            for earlier, later in itertools.pairwise(runs)
        )


def _is_over(run: SyncRun, then: datetime, deaths: list[Death]) -> bool:
    if run.ended_at is not None:
        return run.ended_at <= then
    return any(run.started_at <= death.latest and death.earliest <= then for death in deaths)


@pytest.mark.timeout(2400)
@pytest.mark.prove(small=60, full=2000)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_workers_die_and_the_database_restarts(
    runtime, people, sandbox, postgres, fleet, environ, monkeypatch, count, figure, scale
):
    prepare_database(runtime)
    readers = Readers(scale.answer)
    readers.watch(monkeypatch)
    for owner in owners(monkeypatch, count):
        connect(runtime, sandbox, people["ana"], owner)
    shorten(runtime)
    began = runtime.now()
    for _ in range(WORKERS):
        fleet.work()
    webs = [fleet.serve() for _ in range(WEBS)]
    for web in webs:
        web.sign_in("ana@test.test")
    until(lambda: History(runtime).runs, "the first import begins", seconds=60)
    deaths = [kill_one(runtime, fleet) for _ in range(scale.early)]
    until(lambda: all_read_since(runtime, began), "all are imported", seconds=900)
    spread(runtime, scale.interval)
    figure("integrations", count, f"= {count}", True)
    figure("seconds until all of them were imported", round((runtime.now() - began).total_seconds()), "(told)", True)

    since, restarted = runtime.now(), None
    with webs[0].watched(), webs[1].watched():
        end, restart_at = time.monotonic() + scale.killing, time.monotonic() + scale.killing / 2
        while time.monotonic() < end:
            deaths.append(kill_one(runtime, fleet))
            if restarted is None and time.monotonic() > restart_at:
                down, before = time.monotonic(), runtime.now()
                postgres.restart()
                restarted = (down, time.monotonic() + BACK_AGAIN)
                # It answers before it is known here that it does.
                deaths.append(Death(before, runtime.now()))
        last_kill = runtime.now()
        until(lambda: all_read_since(runtime, last_kill), "all are read again", seconds=3 * scale.interval)
    kills, wanted = len(deaths) - 1, scale.early + int(scale.killing / KILL_EVERY / 2)
    figure("kill -9 of a worker", kills, f">= {wanted}", kills >= wanted)

    ended, history = runtime.now(), History(runtime)
    for what, cut_off in zip(("imports", "later syncs"), history.cut_off(since), strict=True):
        figure(f"{what} cut off in the middle", cut_off, ">= 1", cut_off >= 1)
    longest, allowed = history.longest_wait(since, ended), timedelta(seconds=2 * scale.interval)
    figure("longest wait for a sync, in intervals", f"{longest / (allowed / 2):.2f}", "<= 2", longest <= allowed)
    figure("runs that began while another was not over", history.at_once(deaths), "= 0", history.at_once(deaths) == 0)
    figure("reads of an account by two at once, as the platforms saw it", readers.overlaps,
           f"= 0 of {readers.reads}", readers.overlaps == 0)  # fmt: skip
    assert restarted is not None
    outside = [at for web in webs for at in web.failed if not restarted[0] <= at <= restarted[1]]
    figure("pages that failed outside the restart of PostgreSQL", len(outside),
           f"= 0 of {sum(web.answered for web in webs)}", not outside)  # fmt: skip
    figure("web processes that came back by themselves", sum(web.look() for web in webs), f"= {WEBS}",
           all(web.look() and web.process.poll() is None for web in webs))  # fmt: skip
    drained = fleet.drain()
    figure("workers that drained on SIGTERM", drained.count(0), f"= {WORKERS}", drained == [0] * WORKERS)

    readers.seconds = 0
    synced = sync_everything(runtime, environ)
    found = compared(runtime, sandbox)
    figure("rows compared with the ledgers", found.rows, f"> {count * 20}", found.rows > count * 20 and synced >= count)
    figure("rows lost", found.lost, "= 0", found.lost == 0)
    figure("rows doubled or foreign", found.too_many + found.doubled, "= 0", not found.too_many + found.doubled)


def kill_one(runtime, fleet) -> Death:
    """A while later `kill -9` for one worker."""
    time.sleep(KILL_EVERY)
    before = runtime.now()
    fleet.kill_one()
    return Death(before, runtime.now())


def sync_everything(runtime, environ) -> int:
    """`sync --all`, so that today's figures are those of this hour; once more where an hour began meanwhile."""
    while True:
        hour, done = runtime.now().hour, 0
        with runtime.database.writing() as session:
            session.execute(update(Integration).values(next_sync_at=runtime.now()))
        said = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "sync", "--all"], cwd=ROOT,
                              env={**os.environ, **environ}, capture_output=True, text=True, check=True)  # fmt: skip
        done = int(said.stdout.split()[0])
        if runtime.now().hour == hour:
            return done
