"""Bring the database to the shape this version expects, or back to an earlier one's."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from webapp.database import Database
from webapp.lifecycle.shape import SCRIPTS, changing


def migrate(database: Database) -> None:
    """Run every migration that has not run yet, in one transaction; nothing happens when there is none.

    Several machines may do this at once.
    """
    with changing(database) as connection:
        command.upgrade(alembic_config(connection), "head")


def roll_back(database: Database, revision: str) -> None:
    """Take the database back to an earlier revision's shape; what only the later ones held is gone."""
    with changing(database) as connection:
        command.downgrade(alembic_config(connection), revision)


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
