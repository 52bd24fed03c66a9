"""The facts of a receipt: what a recovery brought back, day by day, and what the platform itself says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.models.receipt_day import Checked, ReceiptDay


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One day of one stream. The words are for the page, `figures` for the spreadsheet."""

    figures: ReceiptDay
    name: str
    stream: str
    before: str | None
    after: str
    theirs: str | None
    verdict: str

    @property
    def is_equal(self) -> bool:
        return self.figures.checked is Checked.EQUAL

    @property
    def differs(self) -> bool:
        return self.figures.checked is Checked.DIFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """`found` are things a merchant counts ("412 orders"), `came_in` one line for each stream. `matches` is None until
    a closed day was held against the platform's own total; `measure` is what the platform gives: a total or a count.
    `by` reconnected it, or with `through_link` whoever they had sent a link to."""

    id: str
    away_from: datetime
    away_to: datetime
    days: int
    found: tuple[tuple[int, str], ...]
    amount: str | None
    by: str | None
    complete_at: datetime | None
    company: str
    currency: str
    through_link: bool = False
    measure: str = "total"
    came_in: tuple[tuple[str, str], ...] = ()
    missed: tuple[ReceiptLine, ...] = ()
    corrected: tuple[ReceiptLine, ...] = ()
    is_by_day: bool = True
    matches: bool | None = None
    checked_at: datetime | None = None

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        return (*self.missed, *self.corrected)

    @property
    def differing(self) -> tuple[ReceiptLine, ...]:
        return tuple(line for line in self.lines if line.differs)

    @property
    def compared(self) -> tuple[ReceiptLine, ...]:
        return tuple(line for line in self.lines if line.is_equal or line.differs)

    @property
    def changed(self) -> tuple[ReceiptLine, ...]:
        """Days that had numbers before, and have others now."""
        return tuple(line for line in self.lines if line.before is not None and line.before != line.after)
