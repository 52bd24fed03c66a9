"""Our own database fails in the middle of a sync: no half page stays, and afterwards everything is there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import func, select

from webapp.lifecycle import renewal
from webapp.models.data import SpendRow
from webapp.models.sync import Coverage, Outcome


@pytest.fixture
def database_url(request, tmp_path):
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'test.db')}"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


def no_half_page(runtime) -> bool:
    """Coverage tells the rows of each day that was read; a row outside of it would be half of something."""
    with runtime.database.reading() as session:
        told = {day: rows for day, rows in session.exec(select(Coverage.day, Coverage.rows)) if rows}
        stored = dict(session.exec(select(SpendRow.day, func.count()).group_by(SpendRow.day)).all())
    return told == stored


def waits_for_nobody(runtime) -> None:
    """Whoever finds the database locked is told so at once."""
    event.listen(
        runtime.database.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 50"),
        insert=True,
    )  # fmt: skip


def when_days_are_asked_for(acts, number: int, happens) -> None:
    """Let something happen to us while the platform answers the `number`th question for days."""
    asked = []

    def look(request: str) -> None:
        if "insights" in request:
            asked.append(request)
            if len(asked) == number:
                happens()

    acts.sandbox.instead = look


def mended(acts, integration) -> bool:
    acts.sandbox.instead = lambda _asked: None
    # Whoever was cut off still holds the claim for three minutes.
    acts.sandbox.advance(minutes=4)
    return acts.syncs(integration) is Outcome.DONE and acts.is_complete(integration) > 300


def test_a_full_disk(acts, runtime):
    meta = acts.connects("meta_ads")
    full = []
    event.listen(
        runtime.database.engine,
        "begin",
        lambda connection: full and connection.exec_driver_sql(f"PRAGMA max_page_count = {full[0]}"),
    )
    when_days_are_asked_for(acts, 2, lambda: full.append(1))
    with pytest.raises((OperationalError, sqlite3.OperationalError), match="full"):
        acts.syncs(meta)
    assert no_half_page(runtime)
    full[:] = [1_000_000]
    assert mended(acts, meta)


def test_a_locked_database(acts, runtime, tmp_path, monkeypatch):
    meta = acts.connects("meta_ads")
    waits_for_nobody(runtime)
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None, check_same_thread=False)) as other:
        when_days_are_asked_for(acts, 2, lambda: other.execute("BEGIN IMMEDIATE"))
        with pytest.raises(OperationalError, match="locked"):
            acts.syncs(meta)
        assert no_half_page(runtime)
        other.execute("ROLLBACK")
        assert mended(acts, meta)


class Disk:
    """PostgreSQL's disk, as its own error tells that it is full: for what `when` says, once `room` rows are written."""

    def __init__(self, runtime) -> None:
        self._engine = runtime.database.engine

    def fills_up(self, table: str, when: str, *, room: int, refuses: int = 1_000_000) -> None:
        with self._engine.begin() as connection:
            for statement in (
                # Goes on counting over a rollback.
                "CREATE SEQUENCE written",
                f"""CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
                    DECLARE row_number bigint := nextval('written'); BEGIN
                    IF row_number BETWEEN {room + 1} AND {room + refuses} THEN
                        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
                    END IF; RETURN NEW; END $$""",
                f"CREATE TRIGGER disk_full BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION disk_full()",
            ):
                connection.exec_driver_sql(statement)

    def has_room_again(self, table: str) -> None:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER disk_full ON {table}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_full_disk_of_the_server(acts, runtime):
    meta, disk = acts.connects("meta_ads"), Disk(runtime)
    disk.fills_up("ad_spend", "INSERT", room=150)
    with pytest.raises(runtime.database.lost, match="No space left"):
        acts.syncs(meta)
    assert no_half_page(runtime)
    with runtime.database.reading() as session:
        assert session.exec(select(func.count()).select_from(SpendRow)).one() > 0, "what was committed before stays"
    disk.has_room_again("ad_spend")
    assert mended(acts, meta)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_only_pair_of_tokens_there_is_outlasts_a_full_disk_of_the_server(acts, runtime, monkeypatch):
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    acts.sandbox.rotates("shopify", "rotation_strict")
    acts.syncs(store)
    acts.sandbox.advance(hours=3)
    Disk(runtime).fills_up("access_grant", "UPDATE OF access_sealed", room=0, refuses=2)
    waits = []
    monkeypatch.setattr(renewal.time, "sleep", waits.append)
    assert acts.syncs(store) is Outcome.DONE
    assert waits == list(renewal.STORE_AGAIN_SECONDS[:2])
    assert acts.open_incidents() == []
    acts.sandbox.advance(hours=3)
    assert acts.syncs(store) is Outcome.DONE, "the next one renews with the pair that was kept"
    assert acts.is_complete(store) > 300


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_drops_its_connections(acts, runtime):
    meta = acts.connects("meta_ads")

    def drop() -> None:
        with runtime.database.engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    when_days_are_asked_for(acts, 2, drop)
    try:
        # A connection that rests in the pool is tried before it is used, so this may well go through.
        acts.syncs(meta)
    except DBAPIError:
        acts.sandbox.instead = lambda _asked: None
    assert no_half_page(runtime)
    assert mended(acts, meta)


@pytest.fixture
def strict(acts, runtime):
    """A store whose old refresh token is worth nothing once it was used, and whose permission has to be renewed."""
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    acts.sandbox.rotates("shopify", "rotation_strict")
    acts.syncs(store)
    acts.sandbox.advance(hours=3)
    waits_for_nobody(runtime)
    return store


def when_it_answers(acts, happens) -> None:
    acts.sandbox.instead = lambda asked: happens() if "access_token" in asked else None


def test_the_only_pair_of_tokens_there_is_outlasts_a_lock(acts, strict, tmp_path, monkeypatch):
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None, check_same_thread=False)) as other:
        waits = []
        when_it_answers(acts, lambda: other.execute("BEGIN IMMEDIATE") and None)
        monkeypatch.setattr(
            renewal.time,
            "sleep",
            lambda seconds: waits.append(seconds) or (len(waits) == 3 and other.execute("ROLLBACK")),
        )
        assert acts.syncs(strict) is Outcome.DONE
    assert waits == list(renewal.STORE_AGAIN_SECONDS[:3])
    assert acts.open_incidents() == []
    assert acts.is_complete(strict) > 300


def test_the_only_pair_of_tokens_there_is_outlasts_a_full_disk(acts, runtime, strict, monkeypatch):
    full = []

    def refuse(_connection, _cursor, statement, *_more) -> None:
        # A file that may not grow still takes what fits where something was, so this is said in its place.
        if full and statement.startswith("UPDATE access_grant"):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(runtime.database.engine, "before_cursor_execute", refuse)
    when_it_answers(acts, lambda: full.append(True))
    waits = []
    monkeypatch.setattr(renewal.time, "sleep", lambda seconds: waits.append(seconds) or full.clear())
    assert acts.syncs(strict) is Outcome.DONE
    assert waits == [1.0]
    assert acts.open_incidents() == []


def test_a_renewal_whose_answer_could_not_be_kept_is_asked_for_again(acts, runtime, tmp_path, monkeypatch):
    monkeypatch.setattr(renewal, "STORE_AGAIN_SECONDS", ())
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    acts.syncs(store)
    acts.sandbox.advance(hours=3)
    waits_for_nobody(runtime)
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None, check_same_thread=False)) as other:

        def lock_when_it_answers(asked: str) -> None:
            if "access_token" in asked:
                other.execute("BEGIN IMMEDIATE")

        acts.sandbox.instead = lock_when_it_answers
        with pytest.raises(OperationalError, match="locked"):
            acts.syncs(store)
        other.execute("ROLLBACK")
    acts.sandbox.instead = lambda _asked: None
    acts.sandbox.advance(minutes=4)
    assert acts.syncs(store) is Outcome.DONE
    assert acts.open_incidents() == []
    assert acts.is_complete(store) > 300
