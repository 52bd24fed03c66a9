"""What waits while a connection is down: what was spent or sold a day before, so that the dearest is mended first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from webapp.models.day_sum import AdDay, StoreDay
from webapp.models.plan import local_day
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.money_of import Exchange
from webapp.queries.rates import exchange_of
from webapp.words import say

# As many whole days as there were before it dropped; a week has each weekday twice.
LOOKED_AT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """`a_day` is the mean of the last whole days, `waits` that times the days that are away, in the shop's currency.

    Both None where nothing is known: that is not nothing.
    """

    a_day: int | None
    currency: str
    days: int
    waits: int | None


UNKNOWN = Stake(a_day=None, currency="", days=0, waits=None)


def stakes_of(
    session: Session, rows: Sequence[IntegrationFacts], *, workspace_id: str, now: datetime
) -> dict[str, Stake]:
    """By integration, of those that have data at all."""
    known = [one for one in rows if one.complete_through is not None]
    if not known:
        return {}
    means = {one.id: _mean(session, one, workspace_id) for one in known}
    # The shop's own currency, where it is among them; else that of the first.
    first = min(known, key=lambda one: one.kind != "store")
    currencies = {one.id: currency for one in known if (currency := means[one.id][1])}
    shop = currencies.get(first.id) or next(iter(currencies.values()), "")
    today = local_day(now, ZoneInfo(first.timezone))
    exchange = exchange_of(session, shop, set(currencies.values()), today - timedelta(days=1), today)
    return {one.id: _stake(one, *means[one.id], exchange=exchange, now=now, today=today) for one in known}


def dearest_first(rows: Iterable[IntegrationFacts], stakes: dict[str, Stake]) -> list[IntegrationFacts]:
    """Most money at stake first; what nobody knows the worth of comes after what somebody does."""

    def order(one: IntegrationFacts) -> tuple[bool, int, str, str]:
        waits = stakes.get(one.id, UNKNOWN).waits
        return waits is None, -(waits or 0), one.platform_name, one.account_name

    return sorted(rows, key=order)


def stake_words(one: IntegrationFacts, stake: Stake) -> str | None:
    """ "About $730 a day was spent here before; 2 days wait." """
    if not stake.a_day:
        return None
    amount, days = wording.money(stake.a_day, stake.currency), wording.counted(stake.days, wording.DAYS)
    if one.kind == "store":
        return say("About {amount} a day was sold here before it dropped; {days} waiting.", amount=amount, days=days)
    return say("About {amount} a day was spent here before it dropped; {days} waiting.", amount=amount, days=days)


def _mean(session: Session, one: IntegrationFacts, workspace_id: str) -> tuple[int | None, str]:
    """What a day came to, of the last whole days before it dropped, and in which currency."""
    table, amount = (StoreDay, StoreDay.sales_micros) if one.kind == "store" else (AdDay, AdDay.spend_micros)
    last = _last_day(one)
    total, days, currency = session.exec(
        select(func.sum(amount), func.count(), func.max(table.currency)).where(
            table.workspace_id == workspace_id,
            table.platform == one.platform,
            table.account_id == one.account_id,
            col(table.day).between(last - timedelta(days=LOOKED_AT), last - timedelta(days=1)),
        )
    ).one()
    return (int(total) // days, currency) if days else (None, "")


def _stake(
    one: IntegrationFacts, a_day: int | None, currency: str, *, exchange: Exchange, now: datetime, today: date
) -> Stake:
    days = max(1, (local_day(now, ZoneInfo(one.timezone)) - _last_day(one)).days)
    worth = exchange.worth(a_day * days, currency, today) if a_day is not None else None
    return Stake(a_day=a_day, currency=currency, days=days, waits=worth)


def _last_day(one: IntegrationFacts) -> date:
    assert one.complete_through is not None
    return local_day(one.complete_through, ZoneInfo(one.timezone))
