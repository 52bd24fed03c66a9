"""How many orders Shopify itself counts on each day of the store's own calendar.

It gives a count without a limit, and no sum of money: amounts stay unknown. Test orders are left out, as we leave them.
Source: shopify.dev/docs/api/admin-graphql/latest/queries/ordersCount (10,000 at most unless `limit` is null).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, decode, garbled, reading, zone_name
from webapp.platforms.streams import Total


class _Count(msgspec.Struct):
    count: int
    precision: str


class _Counts(msgspec.Struct):
    data: dict[str, _Count | None]


def counts_query(days: Sequence[date]) -> str:
    """One question with one count for each day, so that a week costs one request."""
    named = ", ".join(f"$day{number}: String!" for number in range(len(days)))
    counts = " ".join(
        f"day{number}: ordersCount(query: $day{number}, limit: null) {{ count precision }}"
        for number in range(len(days))
    )
    return f"query Counts({named}) {{ {counts} }}"


def counts_variables(days: Sequence[date], account: Account) -> dict[str, str]:
    zone = ZoneInfo(zone_name(account.timezone))
    return {f"day{number}": _placed_on(day, zone) for number, day in enumerate(days)}


def day_counts(answer: Answer, days: Sequence[date]) -> Mapping[date, Total]:
    """The counts by day, None where Shopify stopped counting. Raises Trouble when the answer is not that."""
    found = decode(answer, _Counts).data
    totals = {}
    for number, day in enumerate(days):
        one = found.get(f"day{number}")
        if one is None:
            raise garbled(answer, "a day's count is missing")
        with reading(answer):
            totals[day] = Total(rows=count(one.count) if one.precision == "EXACT" else None)
    return totals


def _placed_on(day: date, zone: ZoneInfo) -> str:
    start, end = (datetime.combine(one, time(), tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return f"created_at:>='{start.isoformat()}' AND created_at:<'{end.isoformat()}' AND test:false"
