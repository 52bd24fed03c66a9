"""Holding our figures against the platform's own: when it is done, over which days, and what counts as equal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Field, SQLModel

from webapp.models.plan import day_start, local_day
from webapp.platforms.streams import Total, Window

# How many closed days a night compares; what is older is either settled or noted.
CLOSED_DAYS = 7
# The small hours of the account's own night, so that the accounts of one zone do not ask all at once.
NIGHT_BEGINS, NIGHT_LASTS = timedelta(hours=2), timedelta(hours=4)
# A platform rounds every campaign's figure to the cent, and the account's figure once.
ROUNDING_MICROS = 10_000


class Comparison(SQLModel, table=True):
    """One per integration: when it is next compared, and which days were last. A claim by lease and fence."""

    integration_id: str = Field(foreign_key="integration.id", primary_key=True)
    due_at: datetime = Field(index=True)
    lease_until: datetime | None = None
    fence: int = 0
    compared_at: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What we have of one day."""

    rows: int
    micros: int


def closed_days(today: date) -> set[date]:
    """The days that every night compares: the last ones that are over."""
    return {today - timedelta(days=back) for back in range(1, CLOSED_DAYS + 1)}


def is_equal(ours: Figures, theirs: Total, *, currency: str) -> bool:
    """Whether nothing the platform gives a figure for differs, beyond the cents that rounding makes."""
    if theirs.currency not in (None, currency):
        return False
    if theirs.rows is not None and theirs.rows != ours.rows:
        return False
    rounding = ROUNDING_MICROS * max(1, ours.rows)
    return theirs.amount_micros is None or abs(theirs.amount_micros - ours.micros) <= rounding


def night_of(now: datetime, zone: ZoneInfo) -> date:
    """The evening's date, until noon: what is compared late in the evening and in the small hours is one night."""
    return local_day(now - timedelta(hours=12), zone)


def next_night(integration_id: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When an integration is compared next: at a time of night of its own, where the account is."""
    spread = int.from_bytes(hashlib.sha256(integration_id.encode()).digest()[:4]) / 2**32
    today = local_day(now, zone)
    tonight, tomorrow = (
        day_start(day, zone).astimezone(UTC) + NIGHT_BEGINS + spread * NIGHT_LASTS
        for day in (today, today + timedelta(days=1))
    )
    return tonight if tonight > now else tomorrow


def windows_over(days: Iterable[date], *, longest: int, zone: ZoneInfo) -> list[Window]:
    """Windows of at most `longest` days that hold all of these; a day in between is cheaper asked for than left out."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and (day - spans[-1][0]).days < longest:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return [
        Window(first=first, last=last, start=day_start(first, zone), end=day_start(last + timedelta(days=1), zone))
        for first, last in spans
    ]
