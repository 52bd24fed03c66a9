"""What a stand-in ad account spent: the same figures every time, today's growing by the hour."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CENT = 10_000


@dataclass(frozen=True, slots=True)
class AdAccount:
    """`reached_by` are the people who may choose it on the consent page; `manager` the account it hangs under."""

    id: str
    name: str
    currency: str
    timezone: str
    reached_by: tuple[str, ...]
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class SpendRow:
    campaign: Campaign
    day: date
    spend: int
    impressions: int
    clicks: int
    purchases: int
    value: int


@lru_cache(maxsize=64)
def campaigns(account: AdAccount) -> tuple[Campaign, ...]:
    dice = random.Random(f"{account.id} campaigns")
    names = ["Prospecting", "Retargeting", "Brand", "Summer sale", "Lookalike", "Catalogue", "Video views"]
    return tuple(
        Campaign(_campaign_id(account, number), f"{names[number]} {account.name.split()[0]}")
        for number in range(dice.randrange(4, 8))
    )


def spend_rows(
    account: AdAccount, *, first: date, last: date, first_day: date, now: datetime, late_since: datetime | None
) -> Iterator[SpendRow]:
    """What was spent from `first` to `last`, day by day; a campaign that rested on a day has no row, as in life."""
    local = now.astimezone(ZoneInfo(account.timezone))
    day = max(first, first_day)
    while day <= min(last, local.date()):
        part = local.hour / 24 if day == local.date() else 1.0
        late = late_since is not None and late_since.date() - timedelta(days=3) <= day <= late_since.date()
        for campaign in campaigns(account):
            row = _row(account, campaign, day, part, late)
            if row.spend:
                yield row
        day += timedelta(days=1)


def _campaign_id(account: AdAccount, number: int) -> str:
    """In the style of the account's own id: numbers beside numbers, a UUID beside UUIDs."""
    if account.id.isdecimal():
        return str(int(account.id) % 10**9 * 100 + number)
    return str(uuid.uuid5(uuid.UUID(account.id), str(number)))


@lru_cache(maxsize=8192)
def _row(account: AdAccount, campaign: Campaign, day: date, part: float, late: bool) -> SpendRow:
    dice = random.Random(f"{account.id} {campaign.id} {day.isoformat()}")
    if dice.random() < 0.06:
        return SpendRow(campaign, day, 0, 0, 0, 0, 0)
    spend = int(dice.randrange(1500, 24000) * part) * CENT
    if late:
        spend += spend * 7 // 100 // CENT * CENT
    clicks = int(dice.randrange(20, 400) * part)
    purchases = clicks // 40
    return SpendRow(campaign, day, spend, clicks * dice.randrange(30, 60), clicks, purchases, purchases * 6400 * CENT)
