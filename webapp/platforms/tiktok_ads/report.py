"""TikTok's integrated report as our rows, and the same days at the level of the advertiser: the account's own total.

Source: business-api.tiktok.com/portal/docs (report/integrated/get, data_level and its dimensions).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, decode, garbled, micros, reading, spend_totals
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

PAGE_SIZE = 1000
METRICS = ("spend", "impressions", "clicks", "conversion", "total_complete_payment_rate", "campaign_name", "currency")


class _Dimensions(msgspec.Struct):
    campaign_id: str | int
    stat_time_day: str


class _Metrics(msgspec.Struct):
    spend: str
    impressions: str = "0"
    clicks: str = "0"
    conversion: str = "0"
    total_complete_payment_rate: str = "0"
    campaign_name: str = ""
    currency: str | None = None


class Row(msgspec.Struct):
    dimensions: _Dimensions
    metrics: _Metrics


class _PageInfo(msgspec.Struct):
    page: int
    total_page: int


class _ReportData(msgspec.Struct):
    page_info: _PageInfo
    rows: list[Row] = msgspec.field(default_factory=list, name="list")


class Report(msgspec.Struct):
    data: _ReportData


class _AccountDay(msgspec.Struct):
    advertiser_id: str | int
    stat_time_day: str


class _AccountRow(msgspec.Struct):
    dimensions: _AccountDay
    metrics: _Metrics


class _AccountData(msgspec.Struct):
    page_info: _PageInfo
    rows: list[_AccountRow] = msgspec.field(default_factory=list, name="list")


class _AccountReport(msgspec.Struct):
    data: _AccountData


def by_campaign(account: Account, window: Window, *, page: int) -> dict[str, str]:
    """What to ask for one page of the window's days, a row for each campaign that ran."""
    return _asked(account, window, "AUCTION_CAMPAIGN", ("campaign_id", "stat_time_day"), METRICS, page)


def by_account(account: Account, window: Window) -> dict[str, str]:
    """What to ask for the window's days, one row a day for all of the advertiser."""
    return _asked(account, window, "AUCTION_ADVERTISER", ("advertiser_id", "stat_time_day"), ("spend", "currency"), 1)


def spend(row: Row, window: Window, account: Account) -> Spend:
    """One row of the campaign report; ValueError when it is not what was asked for."""
    if row.metrics.currency not in (None, account.currency):
        raise ValueError("another currency than the account's")
    return Spend(
        campaign_id=str(count(row.dimensions.campaign_id)),
        campaign_name=row.metrics.campaign_name,
        day=day_within(row.dimensions.stat_time_day[:10], window),
        spend_micros=micros(row.metrics.spend),
        currency=account.currency,
        impressions=count(_number(row.metrics.impressions)),
        clicks=count(_number(row.metrics.clicks)),
        conversions_micros=micros(_number(row.metrics.conversion)),
        value_micros=micros(_number(row.metrics.total_complete_payment_rate)),
    )


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The advertiser's total of each day. Raises Trouble when the answer is not that."""
    found = decode(answer, _AccountReport).data
    if found.page_info.total_page > 1:
        raise garbled(answer, "it has more days than were asked for")
    with reading(answer):
        if any(str(row.dimensions.advertiser_id) != account.id for row in found.rows):
            raise ValueError("another account's total")
        return spend_totals(
            window,
            (
                (row.dimensions.stat_time_day[:10], micros(_number(row.metrics.spend)), row.metrics.currency)
                for row in found.rows
            ),
        )


def _asked(
    account: Account, window: Window, level: str, dimensions: Sequence[str], metrics: Sequence[str], page: int
) -> dict[str, str]:
    return {
        "advertiser_id": account.id, "report_type": "BASIC", "data_level": level,
        "dimensions": json.dumps(dimensions), "metrics": json.dumps(metrics),
        "start_date": window.first.isoformat(), "end_date": window.last.isoformat(),
        "page": str(page), "page_size": str(PAGE_SIZE),
    }  # fmt: skip


def _number(text: str) -> str:
    """TikTok writes "-" where it has nothing to say."""
    return "0" if text == "-" else text
