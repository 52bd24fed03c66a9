"""The nouns. Importing this package makes every table known to SQLModel's metadata (Alembic and tests need that)."""

from sqlmodel import SQLModel

# Constraints without names cannot be altered on SQLite; this must stand before the first table is declared.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

from webapp.models import access, data, integration, notice, people, sync, trouble

__all__ = ["access", "data", "integration", "notice", "people", "sync", "trouble"]
