"""Google's campaign report as our rows, and the same days FROM customer: the account's own total.

Source: developers.google.com/google-ads/api/fields (campaign, customer). A day on which everything is zero has no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, decode, micros_of, reading, spend_totals
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

CAMPAIGNS = (
    "SELECT segments.date, campaign.id, campaign.name, metrics.cost_micros, metrics.impressions, metrics.clicks, "
    "metrics.conversions, metrics.conversions_value, customer.id, customer.currency_code FROM campaign "
    "WHERE segments.date BETWEEN '{first}' AND '{last}'"
)
ACCOUNT = (
    "SELECT segments.date, metrics.cost_micros, customer.id, customer.currency_code FROM customer "
    "WHERE segments.date BETWEEN '{first}' AND '{last}'"
)
Number = str | int


class _Segments(msgspec.Struct):
    date: str


class _Campaign(msgspec.Struct):
    id: Number
    name: str = ""


class _Metrics(msgspec.Struct, rename="camel"):
    cost_micros: Number = 0
    impressions: Number = 0
    clicks: Number = 0
    conversions: Decimal = Decimal(0)
    conversions_value: Decimal = Decimal(0)


class _Customer(msgspec.Struct, rename="camel"):
    id: Number
    currency_code: str


class _Row(msgspec.Struct):
    segments: _Segments
    campaign: _Campaign
    metrics: _Metrics
    customer: _Customer


class _RowsChunk(msgspec.Struct):
    results: list[_Row] = []


class _AccountDay(msgspec.Struct):
    segments: _Segments
    metrics: _Metrics
    customer: _Customer


class _AccountChunk(msgspec.Struct):
    results: list[_AccountDay] = []


def by_campaign(window: Window) -> str:
    """The query for the window's days, a row for each campaign that ran."""
    return CAMPAIGNS.format(first=window.first.isoformat(), last=window.last.isoformat())


def by_account(window: Window) -> str:
    """The query for the window's days, one row a day for all of the account."""
    return ACCOUNT.format(first=window.first.isoformat(), last=window.last.isoformat())


def records(answer: Answer, window: Window, account: Account) -> tuple[Spend, ...]:
    """The campaign report's rows. Raises Trouble when the answer is not that."""
    rows = [row for chunk in decode(answer, list[_RowsChunk]) for row in chunk.results]
    with reading(answer):
        return tuple(_spend(row, window, account) for row in rows)


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's total of each day. Raises Trouble when the answer is not that."""
    rows = [row for chunk in decode(answer, list[_AccountChunk]) for row in chunk.results]
    with reading(answer):
        if any(str(row.customer.id) != account.id for row in rows):
            raise ValueError("another account's total")
        return spend_totals(
            window, ((row.segments.date, count(row.metrics.cost_micros), row.customer.currency_code) for row in rows)
        )


def _spend(row: _Row, window: Window, account: Account) -> Spend:
    if str(row.customer.id) != account.id or row.customer.currency_code != account.currency:
        raise ValueError("another account's row")
    return Spend(
        campaign_id=str(count(row.campaign.id)),
        campaign_name=row.campaign.name,
        day=day_within(row.segments.date, window),
        spend_micros=count(row.metrics.cost_micros),
        currency=row.customer.currency_code,
        impressions=count(row.metrics.impressions),
        clicks=count(row.metrics.clicks),
        conversions_micros=micros_of(row.metrics.conversions),
        value_micros=micros_of(row.metrics.conversions_value),
    )
