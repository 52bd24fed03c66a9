"""LinkedIn's ad analytics as our rows, and the same days pivoted by account: the account's own total.

Source: learn.microsoft.com/linkedin/marketing/integrations/ads-reporting/ads-reporting. There are no pages: an answer
holds at most 15,000 elements, so a window that fills it is asked for in halves. Days are UTC's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, decode, micros_of, reading, spend_totals
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

MOST_ELEMENTS = 15_000
BY_CAMPAIGN = (
    "dateRange,pivotValues,costInLocalCurrency,impressions,clicks,externalWebsiteConversions,"
    "conversionValueInLocalCurrency"
)
BY_ACCOUNT = "dateRange,pivotValues,costInLocalCurrency"


class _Day(msgspec.Struct):
    year: int
    month: int
    day: int

    @property
    def iso(self) -> str:
        return date(self.year, self.month, self.day).isoformat()


class _Range(msgspec.Struct):
    start: _Day
    end: _Day


class Element(msgspec.Struct, rename="camel"):
    """One pivot value on one day. Amounts are decimals, as text or as numbers."""

    date_range: _Range
    pivot_values: list[str]
    cost_in_local_currency: Decimal | None = None
    impressions: int = 0
    clicks: int = 0
    external_website_conversions: Decimal = Decimal(0)
    conversion_value_in_local_currency: Decimal = Decimal(0)

    @property
    def id(self) -> str:
        """The number at the end of `urn:li:sponsoredCampaign:123`."""
        if len(self.pivot_values) != 1:
            raise ValueError("not one thing pivoted by")
        return str(count(self.pivot_values[0].rpartition(":")[2]))

    @property
    def day(self) -> str:
        if self.date_range.start != self.date_range.end:
            raise ValueError("not one day")
        return self.date_range.start.iso


class _Elements(msgspec.Struct):
    elements: list[Element]


def question(pivot: str, fields: str, account: Account, first: date, last: date) -> str:
    """The query string in Rest.li's own notation, which ordinary encoding would spoil."""
    span = f"(start:{_day(first)},end:{_day(last)})"
    return (
        f"q=analytics&pivot={pivot}&timeGranularity=DAILY&dateRange={span}"
        f"&accounts=List(urn%3Ali%3AsponsoredAccount%3A{account.id})&fields={fields}"
    )


def elements(answer: Answer) -> list[Element]:
    """What the answer holds. Raises Trouble when it is not that."""
    return decode(answer, _Elements).elements


def spend(
    answer: Answer, found: Sequence[Element], names: Mapping[str, str], window: Window, account: Account
) -> tuple[Spend, ...]:
    """Rows by campaign and day. Raises Trouble when one is not what was asked for."""
    with reading(answer):
        return tuple(_spend(one, names, window, account) for one in found)


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's total of each day. Raises Trouble when the answer is not that."""
    found = elements(answer)
    with reading(answer):
        if any(one.id != account.id for one in found):
            raise ValueError("another account's total")
        return spend_totals(
            window, ((one.day, micros_of(one.cost_in_local_currency or Decimal(0)), account.currency) for one in found)
        )


def _spend(one: Element, names: Mapping[str, str], window: Window, account: Account) -> Spend:
    if one.cost_in_local_currency is None:
        raise ValueError("a row without its cost")
    return Spend(
        campaign_id=one.id,
        campaign_name=names.get(one.id) or f"Campaign {one.id}",
        day=day_within(one.day, window),
        spend_micros=micros_of(one.cost_in_local_currency),
        currency=account.currency,
        impressions=count(one.impressions),
        clicks=count(one.clicks),
        conversions_micros=micros_of(one.external_website_conversions),
        value_micros=micros_of(one.conversion_value_in_local_currency),
    )


def _day(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"
