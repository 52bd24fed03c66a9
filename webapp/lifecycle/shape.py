"""The database's shape: whether it is this version's, and one transaction in which to change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from webapp.database import Database

SCRIPTS = Path(__file__).parent.parent / "migrations"


class LostRows(Exception):
    """A migration would leave rows that point to nothing; it was not made."""


def is_current(database: Database) -> bool:
    """Whether every migration has run. Read without Alembic, which takes a tenth of a worker's memory."""
    newest = max(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest


@contextmanager
def changing(database: Database) -> Iterator[Connection]:
    """One transaction that changes tables, on one machine at a time. Raises LostRows."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('shopimize migrations'))"))
            yield connection
        return
    # SQLite changes a table by making it anew, and would take rows that point to the old one for lost. The switch
    # works outside a transaction only; what it let pass is looked for before the commit.
    with database.engine.connect() as connection:
        _keep_foreign_keys(connection, False)
        try:
            with connection.begin():
                yield connection
                lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if lost:
                    raise LostRows(f"{len(lost)} rows would point to nothing, in {', '.join({row[0] for row in lost})}")
        finally:
            _keep_foreign_keys(connection, True)


def _keep_foreign_keys(connection: Connection, on: bool) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
