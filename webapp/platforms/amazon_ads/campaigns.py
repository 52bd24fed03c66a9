"""Amazon's campaign reports as our rows: one report for each kind of ad, in decimals of the profile's currency.

Source: advertising.amazon.com/API/docs/en-us/guides/reporting/v3/report-types/campaign. Amazon has no figure above its
campaigns, so a day's total is the same report asked without campaigns in it, and added up. Its `timeUnit` SUMMARY knows
no days: it would be one report for each day and kind of ad, and totals are asked for every night.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec

from webapp.platforms.amazon_ads.diagnose import GZIP
from webapp.platforms.answer import Answer, without_nul
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, micros_of, reading, within
from webapp.platforms.records import Spend
from webapp.platforms.streams import Window

LARGEST_REPORT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of ad, and what its report calls what was bought within fourteen days."""

    short: str
    product: str
    report: str
    purchases: str
    sales: str


KINDS = (
    Kind("sp", "SPONSORED_PRODUCTS", "spCampaigns", "purchases14d", "sales14d"),
    Kind("sb", "SPONSORED_BRANDS", "sbCampaigns", "purchases", "sales"),
    Kind("sd", "SPONSORED_DISPLAY", "sdCampaigns", "purchases", "sales"),
)


@dataclass(frozen=True, slots=True)
class Order:
    """One report to be written: which kind, which columns, which days (both included)."""

    kind: Kind
    columns: tuple[str, ...]
    first: date
    last: date

    def body(self) -> dict[str, object]:
        return {
            "name": f"Shopimize {self.kind.report} {self.first} {self.last}",
            "startDate": self.first.isoformat(), "endDate": self.last.isoformat(),
            "configuration": {
                "adProduct": self.kind.product, "groupBy": ["campaign"], "columns": list(self.columns),
                "reportTypeId": self.kind.report, "timeUnit": "DAILY", "format": "GZIP_JSON",
            },
        }  # fmt: skip


class _Row(msgspec.Struct, rename="camel"):
    date: str
    campaign_id: str | int
    campaign_budget_currency_code: str
    cost: Decimal
    campaign_name: str | None = None
    impressions: int | None = None
    clicks: int | None = None
    purchases: Decimal | None = None
    purchases14d: Decimal | None = None
    sales: Decimal | None = None
    sales14d: Decimal | None = None


class _Day(msgspec.Struct):
    date: str
    cost: Decimal


def by_campaign(kind: Kind, window: Window) -> Order:
    """What to order for the window's days, a row for each campaign that ran."""
    columns = (
        "date", "campaignId", "campaignName", "campaignBudgetCurrencyCode", "cost", "impressions", "clicks",
        kind.purchases, kind.sales,
    )  # fmt: skip
    return Order(kind, columns, window.first, window.last)


def by_day(kind: Kind, window: Window) -> Order:
    """What to order for the window's days, without telling campaigns apart."""
    return Order(kind, ("date", "cost"), window.first, window.last)


def rows(answer: Answer, window: Window, account: Account) -> tuple[Spend, ...]:
    """A campaign report's rows. Raises Trouble when the answer is not that."""
    with reading(answer):
        return tuple(_spend(row, window, account) for row in msgspec.json.decode(_unpacked(answer), type=list[_Row]))


def costs(answer: Answer, window: Window) -> Mapping[date, int]:
    """Each day's cost in micros, added up; days without any are not there. Raises Trouble when it is not that."""
    added: dict[date, int] = {}
    with reading(answer):
        for row in msgspec.json.decode(_unpacked(answer), type=list[_Day]):
            day = day_within(row.date, window)
            added[day] = within(added.get(day, 0) + micros_of(row.cost))
    return added


def _spend(row: _Row, window: Window, account: Account) -> Spend:
    if row.campaign_budget_currency_code != account.currency:
        raise ValueError("another currency than the profile's")
    return Spend(
        campaign_id=str(count(row.campaign_id)),
        campaign_name=row.campaign_name or f"Campaign {row.campaign_id}",
        day=day_within(row.date, window),
        spend_micros=micros_of(row.cost),
        currency=account.currency,
        impressions=count(row.impressions or 0),
        clicks=count(row.clicks or 0),
        conversions_micros=micros_of(row.purchases14d or row.purchases or Decimal(0)),
        value_micros=micros_of(row.sales14d or row.sales or Decimal(0)),
    )


def _unpacked(answer: Answer) -> bytes:
    """The report's JSON, however far it was packed; ValueError for a broken or an endless one."""
    if not answer.body.startswith(GZIP):
        return without_nul(answer.body)
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = unpack.decompress(answer.body, LARGEST_REPORT)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unpack.eof:
        raise ValueError("a report that breaks off, or is larger than any we ask for")
    return without_nul(text)
