"""The stretch of days an overview is about, and the one of equal length before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from webapp.queries import wording

CHOICES = {1: "Today", 7: "7 days", 30: "30 days", 90: "90 days"}
USUAL = 30
LONGEST = 1830
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Both days included. `back` is how many days it counts back from today; None where the days were chosen."""

    first: date
    last: date
    back: int | None = None

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.length)]

    @property
    def before(self) -> Period:
        return Period(first=self.first - timedelta(days=self.length), last=self.first - A_DAY)

    @property
    def words(self) -> str:
        """ "Tue 12 Nov", "26 Oct to 24 Nov", with the year where it is not the same."""
        return wording.day(self.first) if self.length == 1 else wording.stretch(self.first, self.last)

    @property
    def asked(self) -> dict[str, str]:
        """What an address says to mean this stretch: the same one tomorrow where it counts back from today."""
        if self.back is not None:
            return {"days": str(self.back)}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def last_days(number: int, today: date) -> Period:
    return Period(first=today - timedelta(days=number - 1), last=today, back=number)


def period_of(asked: Mapping[str, str], today: date) -> tuple[Period, str | None]:
    """The stretch that `from` and `to`, or `days`, ask for; and what is wrong with them, in words, if anything is.

    Then, and when nothing is asked for, it is the last 30 days.
    """
    usual = last_days(USUAL, today)
    begin, end = asked.get("from", "").strip(), asked.get("to", "").strip()
    if not begin and not end:
        days = asked.get("days", str(USUAL))
        if days in {str(one) for one in CHOICES}:
            return last_days(int(days), today), None
        return usual, "There is no such choice of days. These are the last 30."
    try:
        first, last = date.fromisoformat(begin[:10]), date.fromisoformat(end[:10])
    except ValueError:
        return usual, "Give both days as year-month-day, such as 2026-11-01. These are the last 30 days."
    if first > last:
        return usual, "The first day is after the last one. These are the last 30 days."
    if first > today:
        return usual, "Those days have not come yet. These are the last 30 days."
    last = min(last, today)
    if (last - first).days >= LONGEST:
        return usual, "That is more than five years. Choose a shorter stretch; these are the last 30 days."
    return Period(first=first, last=last), None
