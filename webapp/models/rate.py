"""What one unit of a currency was worth in another on a day: loaded by the operator, from a source that is named."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class Rate(SQLModel, table=True):
    """`rate` is the exact decimal as it was given, as text: what one `base` was worth in `quote`."""

    day: date = Field(primary_key=True)
    base: str = Field(primary_key=True)
    quote: str = Field(primary_key=True)
    rate: str
    source: str
    loaded_at: datetime
