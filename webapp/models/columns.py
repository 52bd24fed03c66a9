"""Column kinds that several tables share."""

from __future__ import annotations

import secrets
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, Dialect, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

# Constraints without names cannot be altered on SQLite. Every table's module imports this one before its first table.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Rows come from the database and from our own code: what would check them is made when first asked for, which is never.
SQLModel.model_config["defer_build"] = True

JSON_TYPE = JSON().with_variant(JSONB(), "postgresql")
# SQLite only counts up by itself in a column declared INTEGER; PostgreSQL's integer ends at two thousand million.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
MICROS = BigInteger()


def opaque_id() -> str:
    """An id that may stand in a URL: says nothing, cannot be guessed."""
    return secrets.token_hex(8)


class Word(TypeDecorator[StrEnum]):
    """An enum kept as its own word: readable in the database, and a new member needs no migration."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)
