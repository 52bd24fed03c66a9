"""The facts of a coverage calendar: a square for each day, where it is drawn, and what it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from webapp.models.day_state import DayState

PITCH, SIDE = 18, 14
LEFT, TOP = 34, 18
LABELS = {
    DayState.COMPLETE: "Complete",
    DayState.CHANGING: "May still change",
    DayState.PARTIAL: "Partly here",
    DayState.MISSING: "Missing",
    DayState.BEFORE: "Before your data begins",
}
# One shape for each state, drawn from the square's corner in relative steps: colour is never alone.
SHAPES = {
    DayState.COMPLETE: "h14v14h-14z",
    DayState.CHANGING: "h14v14h-14zm3 3v8h8v-8z",
    DayState.PARTIAL: "m0 14l14-14v14z",
    DayState.MISSING: "m3 3l8 8m0-8l-8 8",
    DayState.BEFORE: "m5 7h4",
}
COUNTED = (DayState.COMPLETE, DayState.CHANGING, DayState.PARTIAL, DayState.MISSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """`week` and `weekday` are the square's place; `note` tells of a difference, `differs` while it lasts."""

    day: date
    name: str
    state: DayState
    week: int
    weekday: int
    rows: str | None = None
    amount: str | None = None
    fetched: str | None = None
    check: str | None = None
    note: str | None = None
    differs: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.state]

    @property
    def shape(self) -> str:
        return _moved(SHAPES[self.state], self.x, self.y)

    @property
    def x(self) -> int:
        return LEFT + self.week * PITCH

    @property
    def y(self) -> int:
        return TOP + self.weekday * PITCH

    @property
    def says(self) -> str:
        """All of it in one line: what hovering and the keyboard give."""
        figures = ", ".join(one for one in (self.rows, self.amount) if one)
        fetched = f"Fetched {self.fetched}" if self.fetched else ""
        parts = (f"{self.name}: {self.label.lower()}", figures, fetched, self.check or "", self.note or "")
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFacts:
    """One stream, or all of an account's together. `months` are labels and the week they stand over."""

    id: str
    label: str
    days: tuple[DayFacts, ...]
    months: tuple[tuple[int, str], ...]
    summary: str
    earlier: str | None = None

    @property
    def weeks(self) -> list[list[DayFacts]]:
        """The days by column, for a grid that arrow keys walk through."""
        columns: dict[int, list[DayFacts]] = defaultdict(list)
        for day in self.days:
            columns[day.week].append(day)
        return [columns[week] for week in sorted(columns)]

    @property
    def width(self) -> int:
        return LEFT + (max((day.week for day in self.days), default=0) + 1) * PITCH

    @property
    def height(self) -> int:
        return TOP + 7 * PITCH

    @property
    def month_labels(self) -> list[tuple[int, str]]:
        return [(LEFT + week * PITCH, name) for week, name in self.months]

    @property
    def weekday_labels(self) -> list[tuple[int, str]]:
        return [(TOP + weekday * PITCH + SIDE - 3, name) for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"))]

    @property
    def newest_first(self) -> list[DayFacts]:
        return [day for day in reversed(self.days) if day.state is not DayState.BEFORE]


@dataclass(frozen=True, slots=True, kw_only=True)
class StripFacts:
    """The same squares without a word for each: (state, week, weekday)."""

    squares: tuple[tuple[DayState, int, int], ...]
    summary: str

    @property
    def paths(self) -> list[tuple[DayState, str]]:
        """All squares of one state as one shape, so that three months weigh little."""
        drawn: dict[DayState, list[str]] = defaultdict(list)
        for state, week, weekday in self.squares:
            drawn[state].append(_moved(SHAPES[state], week * PITCH, weekday * PITCH))
        return [(state, "".join(shapes)) for state, shapes in drawn.items()]

    @property
    def width(self) -> int:
        return (max((week for _, week, _ in self.squares), default=0) + 1) * PITCH

    @property
    def height(self) -> int:
        return 7 * PITCH


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCoverage:
    """One integration's days: all streams together, and each by itself. `whole` are streams without days."""

    id: str
    platform: str
    platform_name: str
    account_name: str
    mark: str | None
    together: CalendarFacts
    streams: tuple[CalendarFacts, ...]
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """A workspace's accounts over the same weeks; `earlier` and `later` are the neighbouring pages' last days."""

    accounts: tuple[AccountCoverage, ...]
    span: str
    earlier: date | None
    later: date | None


def tally_words(states: Sequence[DayState]) -> str:
    """ "88 complete, 3 missing.": days by state, those from before the data begins left out."""
    words = [
        f"{number} {LABELS[state].lower()}" for state in COUNTED if (number := sum(one is state for one in states))
    ]
    return f"{', '.join(words)}." if words else "Nothing yet."


def _moved(shape: str, x: int, y: int) -> str:
    """A shape at another place: it begins at the square's corner and goes on in steps of its own."""
    return f"M{x} {y}{shape}"
