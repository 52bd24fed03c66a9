"""What is read from a platform: kinds of data, the stretches they are read in, their pages and their totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from webapp.platforms.answer import Answer
from webapp.platforms.records import Record


class Reading(StrEnum):
    """How a stream is read: which axis its windows are cut along."""

    CHANGES = "changes"
    DAYS = "days"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of data. `label` is the merchant's word, `unit` what one row is called in "412 orders".

    CHANGES streams are read by change time, in windows of calendar days; reading every change since a day's start
    also completes that day. DAYS streams are read by booked day, which may be restated for `look_back` days after it.
    `today_alone`: the running day is a window of its own, where one question more is neither dear nor rationed.
    `pace` is how old a running day's figures may grow before they are asked for again, where each question is dear.
    SNAPSHOT streams have no days; they are read whole, at most once per `every`.
    """

    name: str
    label: str
    unit: tuple[str, str]
    reading: Reading
    depth_days: int = 90
    look_back: int = 0
    window_days: int = 7
    today_alone: bool = False
    every: timedelta = timedelta(hours=6)
    pace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch to read: whole calendar days of the account (both included), and the same as instants [start, end)."""

    first: date
    last: date
    start: datetime
    end: datetime

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=one) for one in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of one answer; `resume` is where the next page starts, None when the window is read to its end."""

    records: tuple[Record, ...]
    resume: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a platform itself says one day came to; None where it gives no such figure. `currency` as it names it."""

    rows: int | None = None
    amount_micros: int | None = None
    currency: str | None = None

    @property
    def is_given(self) -> bool:
        return self.rows is not None or self.amount_micros is not None


class DeadCursor(Exception):
    """The platform no longer knows the page we stopped at."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer
