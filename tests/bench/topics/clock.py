"""What the clock costs while nothing is due: processor time of the jobs alone, with a hundred thousand integrations."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.contest import sqlite_databases
from tests.bench.effort import Effort
from tests.bench.topics.claim import filled
from tests.e2e.world import ROOT
from tests.figures import Figure

GOAL = 0.01
SETTLED_SECONDS, WATCHED_SECONDS = 5.0, 60.0
INTEGRATIONS = 100_000


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    watched = WATCHED_SECONDS * max(effort.share, 0.2)
    with sqlite_databases(folder) as fresh, fresh() as url:
        environ = {"ENV": "local", "DATABASE_URL": url, "INSTANCE": str(folder),
                   "META_ADS_CLIENT_ID": "x", "META_ADS_CLIENT_SECRET": "x"}  # fmt: skip
        with filled(url, folder, INTEGRATIONS):
            pass
        with subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "work"], cwd=ROOT,
                              env=os.environ | environ) as worker:  # fmt: skip
            process = psutil.Process(worker.pid)
            time.sleep(SETTLED_SECONDS)
            before = process.cpu_times()
            time.sleep(watched)
            after = process.cpu_times()
            worker.terminate()
    used = (after.user + after.system - before.user - before.system) / watched
    yield Figure("clock: idle, 100k integrations", f"{used:.2%} of a core", f"<= {GOAL:.0%}", used <= GOAL)
