"""Bring the database to the shape this version expects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from webapp.database import Database

SCRIPTS = Path(__file__).parent.parent / "migrations"


def migrate(database: Database) -> None:
    """Run every migration that has not run yet, in one transaction; nothing happens when there is none."""
    with database.engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")


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
