"""A day that differs from the platform's own total: why, as far as known, and whether it is worth a warning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from webapp.models.columns import MICROS, Word
from webapp.models.comparison import Figures
from webapp.platforms.streams import Total

# A day that still differs after this long is left as it is noted.
NOTED_DAYS = 60
NIGHTS_UNTIL_WARNING = 2
MATERIAL_SHARE = 100
MATERIAL_MICROS = 5_000_000
NAMES_SAID = 3


class Reason(StrEnum):
    RESTATED = "restated"
    TIME_ZONE = "time_zone"
    CURRENCY = "currency"
    DELETED = "deleted"
    SCOPE_MISSING = "scope_missing"
    UNKNOWN = "unknown"

    @property
    def is_harmless(self) -> bool:
        """Nothing is missing, and there is nothing to check."""
        return self in (Reason.RESTATED, Reason.TIME_ZONE, Reason.CURRENCY)


class DayNote(SQLModel, table=True):
    """One day of one stream that differed. Open until `settled_at`.

    `asked_on` is the night on which the day was last read once more; `nights` counts those on which it differed even
    so, `last_night` is the latest of them, and `material_nights` how many running were material up to and with that
    one. `subject` is what the reason is about: a campaign, a zone, a permission.
    """

    __tablename__ = "day_note"

    workspace_id: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    found_at: datetime
    asked_on: date
    nights: int = 0
    material_nights: int = 0
    last_night: date | None = None
    our_rows: int
    our_micros: int = Field(sa_type=MICROS)
    their_rows: int | None = None
    their_micros: int | None = Field(default=None, sa_type=MICROS)
    reason: Reason = Field(default=Reason.UNKNOWN, sa_type=Word(Reason))
    subject: str | None = None
    settled_at: datetime | None = None

    @property
    def ours(self) -> Figures:
        return Figures(self.our_rows, self.our_micros)

    @property
    def theirs(self) -> Total:
        currency = self.subject if self.reason is Reason.CURRENCY else None
        return Total(rows=self.their_rows, amount_micros=self.their_micros, currency=currency)

    @property
    def is_warned_of(self) -> bool:
        """Material two nights running, and not for a reason that leaves nothing to check."""
        lasting = self.settled_at is None and self.material_nights >= NIGHTS_UNTIL_WARNING
        return lasting and not self.reason.is_harmless and is_material(self.ours, self.theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a reason may rest on: how the platform describes the account now, what the permission lacks, which campaigns
    were reported until shortly before these days and are no more."""

    timezone: str
    currency: str
    missing_scopes: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()


def is_material(ours: Figures, theirs: Total) -> bool:
    """More than 1 % of the day and more than 5 units of the currency, or any row that they have and we have not."""
    if theirs.rows is not None and theirs.rows > ours.rows:
        return True
    if theirs.amount_micros is None:
        return False
    off = abs(theirs.amount_micros - ours.micros)
    return off > MATERIAL_MICROS and off * MATERIAL_SHARE > theirs.amount_micros


def reason_of(
    ours: Figures, theirs: Total, *, currency: str, timezone: str, evens_out: bool, evidence: Evidence
) -> tuple[Reason, str | None]:
    """The likeliest reason, and what it is about. `evens_out`: all days that differ together come to the same."""
    if theirs.currency not in (None, currency):
        return Reason.CURRENCY, theirs.currency
    if evidence.currency != currency:
        return Reason.CURRENCY, evidence.currency
    if evidence.timezone != timezone:
        return Reason.TIME_ZONE, evidence.timezone
    if evens_out:
        return Reason.TIME_ZONE, None
    if evidence.missing_scopes:
        return Reason.SCOPE_MISSING, ", ".join(evidence.missing_scopes)
    if theirs.rows is not None and theirs.rows < ours.rows:
        return Reason.DELETED, None
    more = theirs.amount_micros is not None and theirs.amount_micros > ours.micros
    if more and 0 < len(evidence.vanished) <= NAMES_SAID:
        return Reason.DELETED, ", ".join(evidence.vanished)
    return Reason.UNKNOWN, None
