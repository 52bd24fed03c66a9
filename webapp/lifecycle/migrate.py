"""Bring the database to the shape this version expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from webapp.database import Database

SCRIPTS = Path(__file__).parent.parent / "migrations"


class LostRows(Exception):
    """A migration would leave rows that point to nothing; it was not made."""


def migrate(database: Database, *, beside: Callable[[Connection], None] | None = None) -> None:
    """Run every migration that has not run yet, in one transaction; nothing happens when there is none.

    `beside` brings what is not ours to migrate: the tables of an engine. Several machines may do this at once.
    """
    with _changing(database) as connection:
        command.upgrade(alembic_config(connection), "head")
        if beside is not None:
            beside(connection)


def roll_back(database: Database, revision: str) -> None:
    """Take the database back to an earlier revision's shape; what only the later ones held is gone."""
    with _changing(database) as connection:
        command.downgrade(alembic_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the database has the shape this version expects."""
    head = ScriptDirectory.from_config(alembic_config(None)).get_current_head()
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def alembic_config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _changing(database: Database) -> Iterator[Connection]:
    """One transaction that changes tables, on one machine at a time."""
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
