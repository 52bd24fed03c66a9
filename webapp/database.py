"""The database: SQLite by default, PostgreSQL when outgrown; a session that reads and a session that writes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_MS = 15_000
# A server or a network that vanished without a word is noticed within a minute, not when TCP gives up.
NOTICE_LOSS = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


class Database:
    """One engine; `reading()` for pages, `writing()` for a verb's one transaction."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.reader = self.engine.execution_options(reading=True)
        self._passing = self.engine.execution_options(passing=True)
        self._alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """What is raised when the database is gone or too busy, by SQLAlchemy or by the driver itself."""
        driver = self.engine.dialect.dbapi
        assert driver is not None
        return OperationalError, driver.OperationalError

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that never writes; what it loaded stays usable after it closes."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    def rows(self, sql: str, **values: str) -> list[tuple[Any, ...]]:
        """One short read by the driver itself, `:name` for each value: a sixth of what a session costs."""
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql if self.is_sqlite else _in_psycopgs_style(sql), values)
            return list(cursor.fetchall())
        finally:
            connection.close()

    @contextmanager
    def writing(self, on: Connection | None = None, *, passing: bool = False) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        `passing` is what a machine that loses its power may forget, though no process that is killed does: the
        commit does not wait for the disk. The next one that waits makes it last too.
        """
        if on is not None:
            bound: Connection | Engine = on.execution_options(passing=passing)
        else:
            bound = self._passing if passing else self.engine
        with Session(bound, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def briefly(self) -> Iterator[Connection]:
        """For what is over with a statement or two, without what a session costs. On SQLite one transaction, `passing`;
        on PostgreSQL each statement is one of its own and waits for the disk: two ways to the server less."""
        with self._passing.begin() if self.is_sqlite else self._alone.connect() as connection:
            yield connection

    def connection(self) -> Connection:
        """One to be kept for several transactions in a row, closed by the caller."""
        return self.engine.connect()


def insert_of(session: Session) -> Callable[..., sqlite.Insert | postgresql.Insert]:
    """The INSERT that can say ON CONFLICT, which each database keeps in its own dialect."""
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements that are made once and run for every page."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _engine(url: str) -> Engine:
    # What a statement was given stays out of error messages: addresses, names and sealed tokens among it.
    if not url.startswith("sqlite"):
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=10, connect_args=NOTICE_LOSS, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "begin", _begin_postgres)
        return engine
    connect_args = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=connect_args, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@cache
def _in_psycopgs_style(sql: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", sql)


def _prepare_postgres(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    # Our transactions are short. One left open by a machine that lost its power must not keep rows locked.
    connection.execute("SET idle_in_transaction_session_timeout = '60s'")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not start transactions by itself, or BEGIN IMMEDIATE below would come too late.
    connection.isolation_level = None
    # Pages are copied back every 16 MB instead of every 4: what is written again meanwhile is copied once.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}",
                   "wal_autocheckpoint=4000"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _begin_postgres(connection: Connection) -> None:
    if _is_passing(connection):
        # <https://www.postgresql.org/docs/current/wal-async-commit.html>: lost or kept in the order of the commits.
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _begin_sqlite(connection: Connection) -> None:
    # A read that later writes fails with "database is locked" under WAL, whatever the timeout; so a writer
    # takes the write lock first, and a reader never asks for it.
    options = connection.get_execution_options()
    if not options.get("reading", False):
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"PRAGMA synchronous={'NORMAL' if _is_passing(connection) else 'FULL'}")
    connection.exec_driver_sql("BEGIN" if options.get("reading", False) else "BEGIN IMMEDIATE")


def _is_passing(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("passing", False))
