"""Pinterest's analytics as our rows, and the same days at the level of the ad account: its own total.

Source: developers.pinterest.com/docs/api/v5 (campaigns/analytics, ad_account/analytics). Dates are UTC's. What it calls
micro dollars are millionths of the account's own currency, whatever that is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, decode, micros_of, reading, spend_totals, whole
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

SPENT = "SPEND_IN_MICRO_DOLLAR"
COLUMNS = (
    SPENT, "PAID_IMPRESSION", "TOTAL_CLICKTHROUGH", "TOTAL_CHECKOUT", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
)  # fmt: skip
# How many campaigns one question may name.
MOST_CAMPAIGNS = 100


class _Row(msgspec.Struct, rename="upper"):
    campaign_id: str | int
    date: str
    spend_in_micro_dollar: Decimal | None = None
    paid_impression: Decimal | None = None
    total_clickthrough: Decimal | None = None
    total_checkout: Decimal | None = None
    total_checkout_value_in_micro_dollar: Decimal | None = None


class _AccountDay(msgspec.Struct, rename="upper"):
    ad_account_id: str | int
    date: str
    spend_in_micro_dollar: Decimal | None = None


def by_campaign(campaigns: Sequence[str], window: Window) -> str:
    """The query string for some campaigns' days; a list of ids is written by repeating its name."""
    return urlencode([*_asked(window, COLUMNS), *(("campaign_ids", one) for one in campaigns)])


def by_account(window: Window) -> str:
    """The query string for the account's days."""
    return urlencode(_asked(window, (SPENT,)))


def spend(answer: Answer, names: Mapping[str, str], window: Window, account: Account) -> tuple[Spend, ...]:
    """Rows by campaign and day. Raises Trouble when one is not what was asked for."""
    rows = decode(answer, list[_Row])
    with reading(answer):
        return tuple(_spend(row, names, window, account) for row in rows)


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's total of each day. Raises Trouble when the answer is not that."""
    rows = decode(answer, list[_AccountDay])
    with reading(answer):
        if any(str(row.ad_account_id) != account.id for row in rows):
            raise ValueError("another account's total")
        return spend_totals(
            window, ((row.date[:10], _whole(row.spend_in_micro_dollar), account.currency) for row in rows)
        )


def _spend(row: _Row, names: Mapping[str, str], window: Window, account: Account) -> Spend:
    if str(row.campaign_id) not in names:
        raise ValueError("a campaign that was not asked for")
    return Spend(
        campaign_id=str(count(row.campaign_id)),
        campaign_name=names[str(row.campaign_id)] or f"Campaign {row.campaign_id}",
        day=day_within(row.date[:10], window),
        spend_micros=_whole(row.spend_in_micro_dollar),
        currency=account.currency,
        impressions=_whole(row.paid_impression),
        clicks=_whole(row.total_clickthrough),
        conversions_micros=micros_of(row.total_checkout or Decimal(0)),
        value_micros=_whole(row.total_checkout_value_in_micro_dollar),
    )


def _asked(window: Window, columns: Sequence[str]) -> list[tuple[str, str]]:
    return [
        ("start_date", window.first.isoformat()), ("end_date", window.last.isoformat()), ("granularity", "DAY"),
        ("columns", ",".join(columns)),
    ]  # fmt: skip


def _whole(number: Decimal | None) -> int:
    """How much or how many; nothing at all where nothing happened."""
    return count(whole(number or Decimal(0)))
