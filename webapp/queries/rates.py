"""The daily rates that turn other currencies into the shop's: given, turned round, or through a third currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from webapp.models.rate import Rate
from webapp.queries.money_of import Exchange

# No rate is made on a weekend or a holiday: the last one counts, as far back as Easter reaches. Older is no rate.
CARRIED = timedelta(days=4)
Pairs = Mapping[tuple[str, str], Decimal]


def exchange_of(session: Session, currency: str, others: Collection[str], first: date, last: date) -> Exchange:
    """How amounts in `others` become `currency` from `first` to `last`."""
    wanted = sorted(set(others) - {currency})
    if not wanted:
        return Exchange(currency)
    by_day: dict[date, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    sources: dict[str, None] = {}
    for one in session.exec(select(Rate).where(col(Rate.day).between(first - CARRIED, last)).order_by(col(Rate.day))):
        by_day[one.day][one.base, one.quote] = Decimal(one.rate)
        sources[one.source] = None
    rates: dict[tuple[str, date], Decimal] = {}
    for other in wanted:
        known = {day: rate for day, pairs in by_day.items() if (rate := rate_of(pairs, other, currency)) is not None}
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            near = next((known[at] for back in range(CARRIED.days + 1)
                         if (at := day - timedelta(days=back)) in known), None)  # fmt: skip
            if near is not None:
                rates[other, day] = near
    return Exchange(currency, rates, tuple(sources))


def rate_of(pairs: Pairs, base: str, quote: str) -> Decimal | None:
    """What one `base` is worth in `quote` by one day's pairs; None where they do not say."""
    if (base, quote) in pairs:
        return pairs[base, quote]
    if (quote, base) in pairs:
        return 1 / pairs[quote, base]
    for third in sorted({one for one, _ in pairs}):
        if (third, base) in pairs and (third, quote) in pairs:
            return pairs[third, quote] / pairs[third, base]
    return None
