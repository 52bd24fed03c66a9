"""Column kinds that several tables share."""

from __future__ import annotations

import secrets

from sqlalchemy import JSON, BigInteger, Integer
from sqlalchemy.dialects.postgresql import JSONB

JSON_TYPE = JSON().with_variant(JSONB(), "postgresql")
# SQLite only counts up by itself in a column declared INTEGER; PostgreSQL's integer ends at two thousand million.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
MICROS = BigInteger()


def opaque_id() -> str:
    """An id that may stand in a URL: says nothing, cannot be guessed."""
    return secrets.token_hex(8)
