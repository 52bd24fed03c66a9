"""What it costs to claim a hundred due integrations, with a thousand in the table and with a hundred thousand."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlalchemy import Date, Integer, TextClause, bindparam, delete, text, update
from sqlmodel import col
from sqlmodel.sql.sqltypes import UTCDateTime

from tests.bench.contest import Databases, postgres_databases, sqlite_databases
from tests.bench.effort import Effort
from tests.figures import Figure
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.lease import Lease
from webapp.settings import Settings

# Several integrations a workspace, none of them due before it is chosen.
PER_WORKSPACE, LATER = 4, timedelta(hours=1)
SERIES_SQLITE = "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < :many) "
SERIES_POSTGRES = "WITH series AS (SELECT n FROM generate_series(0, :many - 1) AS n) "
WORKSPACES = (
    "INSERT INTO workspace (id, name, revision, created_at) "
    f"SELECT 'w' || n, 'Aurora', 0, :now FROM series WHERE n % {PER_WORKSPACE} = 0"
)
INTEGRATIONS = (
    "INSERT INTO integration (id, workspace_id, platform, account_id, account_name, currency, timezone, created_at, "
    "first_day, granted_at, next_sync_at, failed_tries) "
    "SELECT substr('0000000000000000' || n, length('' || n) + 1), "
    f"'w' || (n - n % {PER_WORKSPACE}), 'meta_ads', 'a' || n, 'Aurora', 'USD', 'UTC', :now, :day, :now, :later, 0 "
    "FROM series"
)
AT_ONCE = 100
GOAL_MS = {"SQLite": 2.0, "PostgreSQL": 5.0}
GROWTH = 1.5
SIZES = {"1k": 1_000, "100k": 100_000}
MILLION = {"1m": 1_000_000}
CLAIMS_A_ROUND = 20


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    sizes = SIZES | (MILLION if effort.share == 1 else {})
    for kind, databases in (("SQLite", sqlite_databases(folder)), ("PostgreSQL", postgres_databases())):
        with databases as fresh:
            found = _in_turns(folder, fresh, sizes, effort.rounds)
        few, (many, busy) = found["1k"].took, found["100k"]
        yield Figure(
            f"claim: {AT_ONCE} of 100k, {kind}",
            f"{many:.2f} ms ({busy:.2f} of them our own processor time)",
            f"<= {GOAL_MS[kind]:.0f} ms",
            many <= GOAL_MS[kind],
        )
        for size in list(sizes)[1:]:
            value = found[size].took / few
            yield Figure(f"claim: {AT_ONCE} of {size} against 1k, {kind}", f"{value:.2f} ({found[size].took:.2f} ms)",
                         f"<= {GROWTH}", value <= GROWTH)  # fmt: skip


class Cost(NamedTuple):
    """Milliseconds of one claim: by the clock, and of this process's own time on a processor."""

    took: float
    busy: float


def _in_turns(folder: Path, fresh: Databases, sizes: dict[str, int], rounds: int) -> dict[str, Cost]:
    """What a claim costs, in the median, by size of the table; in turns, so that a slow minute is everybody's."""
    found: dict[str, list[Cost]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        tables = {size: stack.enter_context(_table(folder, fresh, many)) for size, many in sizes.items()}
        for _ in range(rounds * CLAIMS_A_ROUND):
            for size, runtime in tables.items():
                found[size].append(_claimed(runtime, sizes[size]))
    return {
        size: Cost(median(one.took for one in costs), median(one.busy for one in costs))
        for size, costs in found.items()
    }


@contextmanager
def _table(folder: Path, fresh: Databases, many: int) -> Iterator[Runtime]:
    with fresh() as url, filled(url, folder, many) as runtime:
        yield runtime


@contextmanager
def filled(url: str, folder: Path, many: int) -> Iterator[Runtime]:
    """An installation with so many integrations, none of them due."""
    environ = {"ENV": "local", "DATABASE_URL": url, "META_ADS_CLIENT_ID": "x", "META_ADS_CLIENT_SECRET": "x"}
    runtime = Runtime(Settings.from_env(environ, instance=folder))
    with runtime.database.writing() as session:
        series = SERIES_SQLITE if runtime.database.is_sqlite else SERIES_POSTGRES
        given = {"many": many, "now": runtime.now(), "later": runtime.now() + LATER, "day": runtime.now().date()}
        for statement in (WORKSPACES, INTEGRATIONS):
            wanted = {name: value for name, value in given.items() if f":{name}" in series + statement}
            session.execute(_typed(statement.replace("SELECT", f"{series}SELECT", 1)), wanted)
        if not runtime.database.is_sqlite:
            # As its own housekeeping would, minutes later.
            session.execute(text("ANALYZE"))
    yield runtime
    runtime.database.engine.dispose()


def _typed(statement: str) -> TextClause:
    kinds = {"now": UTCDateTime(), "later": UTCDateTime(), "day": Date(), "many": Integer()}
    return text(statement).bindparams(
        *(bindparam(name, type_=kind) for name, kind in kinds.items() if f":{name}" in statement)
    )


def _claimed(runtime: Runtime, many: int) -> Cost:
    """A hundred anywhere in the table become due, are claimed, and are done: due again in a quarter of an hour."""
    ids = [f"{number:016d}" for number in random.sample(range(many), AT_ONCE)]
    chosen = update(Integration).where(col(Integration.id).in_(ids))
    with runtime.database.writing() as session:
        session.execute(chosen.values(next_sync_at=runtime.now()))
    began, used = time.perf_counter(), time.process_time()
    claims = claim_due(runtime, limit=AT_ONCE)
    cost = Cost((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
    assert sorted(claim.integration_id for claim in claims) == sorted(ids)
    with runtime.database.writing() as session:
        session.execute(chosen.values(next_sync_at=runtime.now() + LATER))
        session.execute(delete(Lease))
    return cost
