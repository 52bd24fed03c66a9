"""Whether the sums that pages read are what the rows come to: the days of a month, reckoned again on the spot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.database import table_of
from webapp.models.day_sum import AdDay, ProductDay, StoreDay
from webapp.queries import wording
from webapp.queries.day_figures import stale_days
from webapp.queries.day_rows import Owner, ad_days, product_days, store_days
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import OVERVIEW, Check, State, fine, unknown
from webapp.words import say, say_number

DAYS = 30
# Says when a day was summed, not what it came to.
NO_FIGURE = ("settled",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputedFacts:
    """How many orders and account days were reckoned again, and the days that came to something else."""

    orders: int
    ad_days: int
    differing: tuple[date, ...]


def recomputed(session: Session, workspace_id: str, accounts: Iterable[tuple[str, str]], last: date) -> RecomputedFacts:
    """The last days of these accounts up to `last`. A day that changed since it was summed is read from its rows
    wherever it is shown, so it cannot differ."""
    days = [last - timedelta(days=back) for back in range(DAYS)]
    stale = stale_days(session, workspace_id, days[-1], last)
    kept = {
        table: {
            _key(row): _figures(row, table)
            for row in session.execute(
                select(table_of(table)).where(
                    col(table.workspace_id) == workspace_id, col(table.day).between(days[-1], last)
                )
            )
        }
        for table in (StoreDay, ProductDay, AdDay)
    }  # fmt: skip
    orders = spent = 0
    differing: set[date] = set()
    for platform, account_id in accounts:
        owner = Owner(workspace_id, platform, account_id)
        summed = [day for day in days if day not in stale.get(owner, ())]
        products = product_days(session, owner, summed)
        stores = store_days(session, owner, summed, products)
        ads = ad_days(session, owner, summed)
        orders, spent = orders + sum(one.orders for one in stores), spent + len(ads)
        for table, anew in ((StoreDay, stores), (ProductDay, products), (AdDay, ads)):
            found = {_key(one): _figures(one, table) for one in anew}
            mine = {key: row for key, row in kept[table].items()
                    if key[:2] == (platform, account_id) and key[2] in summed}  # fmt: skip
            differing |= {key[2] for key in found.keys() | mine.keys() if found.get(key) != mine.get(key)}
    return RecomputedFacts(orders=orders, ad_days=spent, differing=tuple(sorted(differing)))


def same(rows: Sequence[IntegrationFacts], facts: RecomputedFacts) -> list[Check]:
    """One check for the whole workspace; none where nothing is connected, which others say."""
    if not rows:
        return []
    if facts.differing:
        sentence = say_number(
            "Reckoned again from its orders and spend just now, {count} day comes to something else than we show: "
            "{days}. That is our fault; tell us.",
            "Reckoned again from their orders and spend just now, {count} days come to something else than we show: "
            "{days}. That is our fault; tell us.",
            len(facts.differing), days=wording.days_listed(facts.differing),
        )  # fmt: skip
        return [Check(state=State.ATTENTION, sentence=sentence, href=OVERVIEW, link=say("To your overview"))]
    if not facts.orders and not facts.ad_days:
        return [unknown(say("Nothing of the last {days} days has been summed yet.", days=DAYS))]
    return [
        fine(say(
            "Your profit of the last {days} days, reckoned again just now from {orders} orders and {ads} days of ad "
            "spend, comes to what we show.",
            days=DAYS, orders=wording.count(facts.orders), ads=wording.count(facts.ad_days),
        ))
    ]  # fmt: skip


def _key(one: Any) -> tuple[str, str, date, str]:
    return one.platform, one.account_id, one.day, getattr(one, "variant_id", "")


def _figures(one: Any, table: type[StoreDay | ProductDay | AdDay]) -> tuple[object, ...]:
    return tuple(getattr(one, column.name) for column in table_of(table).columns if column.name not in NO_FIGURE)
