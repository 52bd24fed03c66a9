"""Procrastinate's own tables: its whole schema at first, later whatever its newer versions add to it."""

from __future__ import annotations

from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, inspect, text

from webapp.database import Database
from webapp.lifecycle.shape import changing


def prepare(database: Database) -> None:
    """Apply what is missing, in one transaction. What has been applied is kept beside its tables."""
    with changing(database) as connection:
        _apply(connection)


def _apply(connection: Connection) -> None:
    scripts = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    connection.execute(text("CREATE TABLE IF NOT EXISTS procrastinate_applied (script text PRIMARY KEY)"))
    applied = set(connection.execute(text("SELECT script FROM procrastinate_applied")).scalars())
    missing = [script for script in scripts if script.name not in applied]
    if not inspect(connection).has_table("procrastinate_jobs"):
        _run(connection, SchemaManager.get_schema())
    elif applied:
        for script in missing:
            _run(connection, script.read_text(encoding="utf-8"))
    for script in missing:
        connection.execute(text("INSERT INTO procrastinate_applied VALUES (:name)"), {"name": script.name})


def _run(connection: Connection, script: str) -> None:
    # Several statements at once, and percent signs that are no parameters.
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
