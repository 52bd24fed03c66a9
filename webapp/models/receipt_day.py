"""One line of a receipt: what a day was before, what it is now, and what the platform itself says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.models.comparison import Figures
from webapp.models.day_note import Reason
from webapp.platforms.answer import dig, dig_text
from webapp.platforms.streams import Total


class Checked(StrEnum):
    """How a day of a receipt stands to the platform's own total."""

    NOT_YET = "not_yet"
    CHANGING = "changing"
    NO_TOTAL = "no_total"
    EQUAL = "equal"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDay:
    """`missed`: one of the days away; otherwise a day we had, whose figures the platform changed meanwhile."""

    stream: str
    day: date
    missed: bool
    before: Figures | None
    after: Figures
    their_rows: int | None = None
    their_micros: int | None = None
    checked: Checked = Checked.NOT_YET
    reason: Reason | None = None
    subject: str | None = None

    @property
    def theirs(self) -> Total:
        currency = self.subject if self.reason is Reason.CURRENCY else None
        return Total(rows=self.their_rows, amount_micros=self.their_micros, currency=currency)

    def is_unchecked(self, today: date) -> bool:
        """Over, and not yet found to be equal to what the platform says."""
        return self.day < today and self.checked not in (Checked.EQUAL, Checked.NO_TOTAL)

    def as_json(self) -> dict[str, object]:
        return {
            "stream": self.stream,
            "day": self.day.isoformat(),
            "missed": self.missed,
            "before": [self.before.rows, self.before.micros] if self.before else None,
            "after": [self.after.rows, self.after.micros],
            "theirs": [self.their_rows, self.their_micros],
            "checked": self.checked,
            "reason": self.reason,
            "subject": self.subject,
        }

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> ReceiptDay:
        before, after, theirs = (_numbers(dig(kept, name)) for name in ("before", "after", "theirs"))
        reason = dig_text(kept, "reason")
        return cls(
            stream=dig_text(kept, "stream"),
            day=date.fromisoformat(dig_text(kept, "day")),
            missed=dig(kept, "missed") is True,
            before=_figures(before),
            after=_figures(after) or Figures(0, 0),
            their_rows=theirs[0],
            their_micros=theirs[1],
            checked=Checked(dig_text(kept, "checked")),
            reason=Reason(reason) if reason else None,
            subject=dig_text(kept, "subject") or None,
        )


Before = Mapping[str, Mapping[date, Figures]]


def before_json(before: Before) -> dict[str, object]:
    """What the days were when a recovery began, as it is kept on its receipt."""
    return {
        stream: {day.isoformat(): [one.rows, one.micros] for day, one in days.items()}
        for stream, days in before.items()
    }


def before_in(kept: Mapping[str, object] | None) -> Before:
    """The same, read back; empty for a receipt from before this was kept."""
    found: dict[str, dict[date, Figures]] = {}
    for stream, days in (kept or {}).items():
        figures = {day: _figures(_numbers(one)) for day, one in days.items()} if isinstance(days, dict) else {}
        found[stream] = {date.fromisoformat(day): one for day, one in figures.items() if one is not None}
    return found


def days_in(kept: Iterable[Mapping[str, object]] | None) -> list[ReceiptDay]:
    return [ReceiptDay.of(one) for one in kept or ()]


def _numbers(found: object) -> tuple[int | None, int | None]:
    rows, micros = found if isinstance(found, list) and len(found) == 2 else (None, None)
    return (rows if isinstance(rows, int) else None), (micros if isinstance(micros, int) else None)


def _figures(found: tuple[int | None, int | None]) -> Figures | None:
    rows, micros = found
    return Figures(rows, micros) if rows is not None and micros is not None else None
