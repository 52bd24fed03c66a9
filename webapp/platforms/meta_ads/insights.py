"""Meta's insights as our rows, and the same days once more without campaigns: the account's own total.

Source: developers.facebook.com/docs/marketing-api/insights (level, time_increment, time_range).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import Count, count, day_within, decode, garbled, micros, reading, spend_totals, within
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

FIELDS = "account_id,account_currency,campaign_id,campaign_name,spend,impressions,clicks,actions,action_values"
TOTAL_FIELDS = "account_id,account_currency,spend"


class _Cursors(msgspec.Struct):
    after: str | None = None


class Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class _Action(msgspec.Struct, gc=False):
    action_type: str
    value: str = "0"


class Insight(msgspec.Struct, gc=False):
    account_id: str
    account_currency: str
    campaign_id: str
    date_start: date
    spend: str
    campaign_name: str = ""
    impressions: Count = 0
    clicks: Count = 0
    actions: list[_Action] = []
    action_values: list[_Action] = []


class Insights(msgspec.Struct, gc=False):
    data: list[Insight]
    paging: Paging | None = None


class _AccountDay(msgspec.Struct):
    account_id: str
    account_currency: str
    date_start: str
    spend: str


class _AccountDays(msgspec.Struct):
    data: list[_AccountDay]
    paging: Paging | None = None


def by_campaign(window: Window) -> dict[str, str]:
    """What to ask for the window's days, a row for each campaign that ran."""
    return _asked("campaign", FIELDS, window)


def by_account(window: Window) -> dict[str, str]:
    """What to ask for the window's days, one row a day for all of the account."""
    return _asked("account", TOTAL_FIELDS, window)


def spend(row: Insight, window: Window, account: Account) -> Spend:
    """One row of the campaign report; ValueError when it is not what was asked for."""
    if row.account_id != account.id or row.account_currency != account.currency:
        raise ValueError("another account's row")
    return Spend(
        campaign_id=_id(row.campaign_id),
        campaign_name=row.campaign_name,
        day=day_within(row.date_start, window),
        spend_micros=micros(row.spend),
        currency=row.account_currency,
        impressions=row.impressions,
        clicks=row.clicks,
        conversions_micros=_purchases(row.actions),
        value_micros=_purchases(row.action_values),
    )


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's total of each day. Raises Trouble when the answer is not that."""
    found = decode(answer, _AccountDays)
    if found.paging is not None and found.paging.next is not None:
        raise garbled(answer, "it has more days than were asked for")
    with reading(answer):
        if any(row.account_id != account.id for row in found.data):
            raise ValueError("another account's total")
        return spend_totals(window, ((row.date_start, micros(row.spend), row.account_currency) for row in found.data))


def _asked(level: str, fields: str, window: Window) -> dict[str, str]:
    span = {"since": window.first.isoformat(), "until": window.last.isoformat()}
    return {"level": level, "time_increment": "1", "fields": fields, "time_range": json.dumps(span)}


def _purchases(actions: list[_Action]) -> int:
    total = 0
    for one in actions:
        if one.action_type == "purchase":
            total += micros(one.value)
    return within(total)


@lru_cache(2048)
def _id(number: str) -> str:
    # A page names the same few campaigns hundreds of times.
    return str(count(number))
