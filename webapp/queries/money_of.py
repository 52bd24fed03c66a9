"""Money of several currencies as one: by the day's rate, and not at all where no rate is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal


@dataclass(frozen=True, slots=True)
class Exchange:
    """`rates` are what one unit of a currency was worth in `currency` on a day; `sources` who says so."""

    currency: str
    rates: Mapping[tuple[str, date], Decimal] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def worth(self, micros: int, currency: str, day: date) -> int | None:
        """The same amount in the shop's currency; None where no rate says so. An unknown rate is never 1."""
        if currency == self.currency or micros == 0:
            return micros
        rate = self.rates.get((currency, day))
        return None if rate is None else int((micros * rate).to_integral_value(ROUND_HALF_EVEN))

    def knows(self, currency: str, day: date) -> bool:
        return currency == self.currency or (currency, day) in self.rates
