"""What the clock costs while nothing is due: processor time of the jobs alone, with a hundred thousand integrations, on
SQLite in one process, and on PostgreSQL for a whole fleet of one worker, where Procrastinate hands every job out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

from tests.bench.contest import Databases, postgres_databases, sqlite_databases
from tests.bench.effort import Effort
from tests.bench.topics.claim import filled
from tests.e2e.world import ROOT
from tests.figures import Figure

GOAL = 0.01
# Every job but the hourly one has run once by then, and its statements are made.
SETTLED_SECONDS, WATCHED_SECONDS = 65.0, 60.0
INTEGRATIONS = 100_000


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    watched = WATCHED_SECONDS * max(effort.share, 0.2)
    for kind, engine, databases in (
        ("SQLite", "inprocess", sqlite_databases(folder)),
        ("PostgreSQL", "procrastinate", postgres_databases()),
    ):
        used, is_ours = _idle(folder, databases, engine, watched), engine == "inprocess"
        goal = f"<= {GOAL:.0%}" if is_ours else "(told: most of it is Procrastinate's, once for all machines)"
        yield Figure(f"clock: idle, 100k integrations, {kind}", f"{used:.2%} of a core", goal,
                     used <= GOAL or not is_ours)  # fmt: skip


def _idle(folder: Path, databases: AbstractContextManager[Databases], engine: str, watched: float) -> float:
    """The share of a core that a worker takes which has nothing to do."""
    with databases as fresh, fresh() as url:
        environ = {"ENV": "local", "DATABASE_URL": url, "INSTANCE": str(folder), "JOBS_ENGINE": engine,
                   "META_ADS_CLIENT_ID": "x", "META_ADS_CLIENT_SECRET": "x"}  # fmt: skip
        with filled(url, folder, INTEGRATIONS):
            pass
        flask = [sys.executable, "-m", "flask", "--app", "app"]
        subprocess.run([*flask, "migrate"], cwd=ROOT, env=os.environ | environ, check=True)
        with subprocess.Popen([*flask, "work"], cwd=ROOT, env=os.environ | environ) as worker:
            process = psutil.Process(worker.pid)
            time.sleep(SETTLED_SECONDS)
            before = process.cpu_times()
            time.sleep(watched)
            after = process.cpu_times()
            worker.terminate()
    return (after.user + after.system - before.user - before.system) / watched
