"""Who syncs how fast: each contestant a process of its own, in turns, on the same data server and kind of database."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.e2e.world import ROOT
from tests.postgres import Postgres
from webapp.database import Database
from webapp.lifecycle.migrate import migrate

THEIRS = ROOT / ".venv-bench" / "bin" / "python"
CONTESTANTS = {
    "dlt": [str(THEIRS), "tests/bench/dlt_pipeline.py", "defaults"],
    "dlt tuned": [str(THEIRS), "tests/bench/dlt_pipeline.py", "tuned"],
    "floor": [sys.executable, "-m", "tests.bench.plain_loop"],
    "ours": [sys.executable, "-m", "tests.bench.our_sync"],
}
SECONDS_AT_MOST = 900
Databases = Callable[[], AbstractContextManager[str]]


class Run(NamedTuple):
    """One contestant's turn: the rows it stored, how many a second in the first sync, seconds of the second, and memory
    at its peak."""

    rows: dict[str, int]
    rate: float
    again: float
    peak_mb: float


def turns(names: list[str], databases: Databases, *, server: str, rounds: int) -> list[dict[str, Run]]:
    """A B C A B C …, each on a fresh database."""
    found = []
    for _ in range(rounds):
        found.append({})
        for name in names:
            with databases() as url:
                found[-1][name] = _run(name, server, url)
            print(f"  {name}: {found[-1][name].rate:.0f} rows/s", file=sys.stderr, flush=True)
    stored = [run.rows for turn in found for run in turn.values()]
    assert all(rows == stored[0] for rows in stored), f"not the same rows: {stored}"
    return found


def ratio(found: list[dict[str, Run]], one: str, other: str, what: str = "rate") -> float:
    """How many times the other's figure the one reached: the median of the rounds' own ratios."""
    return median(getattr(turn[one], what) / getattr(turn[other], what) for turn in found)


def middle(found: list[dict[str, Run]], name: str, what: str = "rate") -> float:
    return median(getattr(turn[name], what) for turn in found)


@contextmanager
def sqlite_databases(folder: Path) -> Iterator[Databases]:
    """Migrated files, gone after their turn."""
    template = folder / "template.db"
    database = Database(f"sqlite:///{template}")
    migrate(database)
    database.engine.dispose()

    @contextmanager
    def fresh() -> Iterator[str]:
        with TemporaryDirectory(dir=folder) as made:
            shutil.copy(template, f"{made}/shopimize.db")
            yield f"sqlite:///{made}/shopimize.db"

    yield fresh


@contextmanager
def postgres_databases() -> Iterator[Databases]:
    server = Postgres()
    server.start()
    try:
        yield server.database
    finally:
        server.stop()


def _run(name: str, server: str, url: str) -> Run:
    if CONTESTANTS[name][0] == str(THEIRS) and not THEIRS.exists():
        raise FileNotFoundError("what we measure against is not installed: `make bench` does that")
    done = subprocess.run([*CONTESTANTS[name], server, url], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=SECONDS_AT_MOST)  # fmt: skip
    assert done.returncode == 0, f"{name}: {done.stderr[-4000:]}"
    said = json.loads(done.stdout.splitlines()[-1])
    seconds = sum(said["seconds"].values())
    return Run(said["rows"], sum(said["rows"].values()) / seconds, sum(said.get("again", {}).values()), said["peak_mb"])
