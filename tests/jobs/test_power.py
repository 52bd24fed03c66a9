"""The disk writes a page while the next one is fetched. What it had not written when the power failed is read again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import event
from sqlmodel import func, select
from werkzeug.wrappers import Response

from app import create_app
from tests.acts import Acts, Compared
from tests.postgres import Postgres
from webapp.lifecycle import attempt
from webapp.lifecycle.claim import LEASE
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.models.data import OrderRow, SpendRow
from webapp.models.day_sum import AdDay
from webapp.models.sync import Outcome
from webapp.platforms.meta_ads import platform as meta
from webapp.settings import Settings

ORDERS = "query Orders"
# Every statement of the suite's PostgreSQL is committed like a page in passing, unless a session says otherwise.
WAITING = "?options=-csynchronous_commit%3Don"


@pytest.fixture
def database_url(database_url: str) -> str:
    return database_url if database_url.startswith("sqlite") else database_url + WAITING


class Asked(NamedTuple):
    """A question for orders; `goes_on` where it is not the first of its window."""

    goes_on: bool


def asked_for(words: str) -> Asked | None:
    if ORDERS not in words:
        return None
    return Asked(json.loads(words[words.index("{") :])["variables"].get("after") is not None)


class Committed(NamedTuple):
    """`revision` is what those who watch compare: another one means that they are told."""

    waits: bool
    revision: int


@pytest.fixture
def told(runtime: Runtime, sandbox) -> list[Asked | Committed]:
    """Questions for orders and commits of who writes, as they come."""
    engine, found = runtime.database.engine, []
    setting, waits = ("PRAGMA synchronous", 2) if runtime.database.is_sqlite else ("SHOW synchronous_commit", "on")

    def committed(connection) -> None:
        if connection.get_execution_options().get("reading", False):
            return
        driver = connection.connection.driver_connection
        (set_to,) = driver.execute(setting).fetchone()
        (revision,) = driver.execute("SELECT sum(revision) FROM workspace").fetchone()
        found.append(Committed(set_to == waits, revision))

    def asked(words: str) -> None:
        if one := asked_for(words):
            found.append(one)

    event.listen(engine, "commit", committed)
    sandbox.instead = asked
    return found


@pytest.mark.parametrize("is_told", ["seldom", "always"])
def test_what_is_told_and_the_end_of_a_window_wait_for_the_disk(acts: Acts, told, monkeypatch, is_told):
    shop = acts.connects("shopify", shop="aurora.myshopify.com")
    told.clear()
    monkeypatch.setattr(attempt, "TELL_SECONDS", 1e9 if is_told == "seldom" else 0)
    assert acts.syncs(shop) is Outcome.DONE
    written = [one for one in told if isinstance(one, Committed)]
    assert all(one.waits for before, one in pairwise(written) if one.revision != before.revision)
    questions = [at for at, one in enumerate(told) if isinstance(one, Asked)]
    goes_on = [told[at].goes_on for at in questions[1:]] + [False]
    assert set(goes_on) == {True, False}
    # The first page proves that data flows.
    expected = [not more or is_told == "always" or at == 0 for at, more in enumerate(goes_on)]
    assert [told[at + 1].waits for at in questions] == expected


def in_the_middle(sandbox, happens: Callable[[], object]) -> None:
    """Whenever orders are asked for that are not the first of their window; what came before them is committed."""

    def asked(words: str) -> None:
        if (one := asked_for(words)) and one.goes_on:
            happens()

    sandbox.instead = asked


def is_back(sandbox) -> None:
    sandbox.instead = lambda _asked: None
    sandbox.advance(seconds=LEASE.total_seconds() + 1)


def reads_on(acts: Acts, shop: str) -> Compared:
    assert acts.syncs(shop) is Outcome.DONE
    # What was sold while it read is for the next time.
    assert acts.syncs(shop) is Outcome.DONE
    return acts.compared(shop)


def orders_of(runtime: Runtime) -> int:
    with runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(OrderRow)).one()


def tell(figure, failures: int, found: list[Compared], forgotten: int) -> None:
    rows, lost, more, doubled = (sum(numbers) for numbers in zip(*found, strict=True))
    figure("power failures in the middle of a sync", len(found), f"= {failures}", len(found) == failures)
    figure("of these with stored orders forgotten", forgotten, f"= {failures}", forgotten == failures)
    figure("rows checked afterwards", rows, "> 1500", rows > 1500)
    figure("rows lost", lost, "= 0", lost == 0)
    figure("rows doubled or foreign", more + doubled, "= 0", more + doubled == 0)


class Snapshot(NamedTuple):
    """The database as it lies on the disk in the middle of a sync: the file, its log, and the orders in both."""

    file: bytes
    log: bytes
    orders: int


@pytest.mark.timeout(1800)
@pytest.mark.prove(small=2, full=100)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_machine_that_lost_its_power_reads_on(acts, environ, database_url, tmp_path, count, figure):
    """What SQLite's log holds is cut off anywhere; what it had copied into the file before was waited for."""
    file = Path(database_url.removeprefix("sqlite:///"))
    log = file.with_name(f"{file.name}-wal")
    shop = acts.connects("shopify", shop="aurora.myshopify.com")
    kept: list[Snapshot] = []
    with closing(acts.runtime.database.engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    in_the_middle(
        acts.sandbox, lambda: kept.append(Snapshot(file.read_bytes(), log.read_bytes(), orders_of(acts.runtime)))
    )
    assert acts.syncs(shop) is Outcome.DONE
    # Once for all copies: whichever renewed its permission first would leave the others without.
    is_back(acts.sandbox)
    found, forgotten = [], 0
    for number in range(count):
        one, copy = random.choice(kept), tmp_path / f"copy{number}.db"
        copy.write_bytes(one.file)
        copy.with_name(f"{copy.name}-wal").write_bytes(one.log[: random.randrange(len(one.log))])
        at = Settings.from_env({**environ, "DATABASE_URL": f"sqlite:///{copy}"}, instance=tmp_path)
        runtime = create_app(at).extensions["runtime"]
        forgotten += orders_of(runtime) < one.orders
        found.append(reads_on(Acts(runtime, acts.sandbox, acts.person_id, acts.workspace_id), shop))
        runtime.database.engine.dispose()
        copy.unlink()
    tell(figure, count, found, forgotten)


@pytest.mark.timeout(1800)
@pytest.mark.prove(small=2, full=40)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_crashed_reads_on(acts, postgres: Postgres, monkeypatch, count, figure):
    """PostgreSQL forgets what nobody had waited for, while who wrote it lives on and has to notice."""
    monkeypatch.setattr(attempt, "TELL_SECONDS", 1e9)
    shop = acts.connects("shopify", shop="aurora.myshopify.com")
    found, forgotten = [], 0
    for _ in range(count):
        # What came before the first of them proved that data flows, and was waited for.
        at, before = random.randrange(1, 4), []

        def crash(at: int = at, before: list[int] = before) -> None:
            before.append(orders_of(acts.runtime))
            if len(before) == at + 1:
                postgres.crash()

        in_the_middle(acts.sandbox, crash)
        with suppress(*acts.runtime.database.lost):
            acts.syncs(shop)
        assert len(before) == at + 1
        forgotten += orders_of(acts.runtime) < before[-1]
        is_back(acts.sandbox)
        found.append(reads_on(acts, shop))
        acts.sandbox.advance(days=10)
    tell(figure, count, found, forgotten)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_wrote_what_a_crash_made_forgotten_does_not_go_on(acts, runtime, postgres: Postgres, monkeypatch):
    """The platform forgets its place in the same moment: the window would start over, with days marked that are not."""
    monkeypatch.setattr(meta, "LIMITS", (40, 40, 40))
    one = acts.connects("meta_ads")

    def crash(words: str) -> Response | None:
        if "/insights" not in words or "after=" not in words:
            return None
        postgres.crash()
        error = {"message": "Invalid cursors values", "type": "OAuthException", "code": 2642, "fbtrace_id": "x"}
        return Response(json.dumps({"error": error}), 400, content_type="application/json")

    acts.sandbox.instead = crash
    with pytest.raises(runtime.database.lost):
        acts.syncs(one)
    is_back(acts.sandbox)
    assert reads_on(acts, one).is_equal
    sum_stale_days(runtime)
    with runtime.database.reading() as session:
        spent, summed = (set(session.exec(select(table.day).distinct())) for table in (SpendRow, AdDay))
    assert spent == summed
