"""Whether what was sold has a cost: profit without one counts the whole price as earned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, select
from sqlmodel import Session, col, func

from webapp.models.data import LineRow, OrderRow, VariantRow
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at_integrations, fine, unknown
from webapp.words import say, say_number

DAYS = 30
NAMES_SAID = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldFacts:
    """Products of a store that were sold since a day, and the names of those without a cost, most sold first."""

    sold: int
    without_cost: tuple[str, ...]


def sold_products(session: Session, workspace_id: str, *, since: date) -> dict[tuple[str, str], SoldFacts]:
    """By platform and account. A line that is no product (a tip, a custom item) has no cost to lack."""
    lacks = case((col(VariantRow.unit_cost_micros).is_(None), 1), else_=0)
    rows = session.execute(
        select(col(LineRow.platform), col(LineRow.account_id), func.max(LineRow.title), func.max(lacks))
        .join(OrderRow, _same(OrderRow, "order_id"))
        .join(VariantRow, _same(VariantRow, "variant_id"), isouter=True)
        .where(
            col(OrderRow.workspace_id) == workspace_id,
            col(OrderRow.day) >= since,
            col(OrderRow.cancelled_at).is_(None),
            col(LineRow.product_id).is_not(None),
        )
        .group_by(col(LineRow.platform), col(LineRow.account_id), col(LineRow.product_id))
        .order_by(func.sum(LineRow.quantity).desc(), col(LineRow.product_id))
    ).all()
    products: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
    for platform, account_id, title, lacking in rows:
        products[(platform, account_id)].append((title, bool(lacking)))
    return {
        account: SoldFacts(sold=len(mine), without_cost=tuple(title for title, lacking in mine if lacking))
        for account, mine in products.items()
    }


def costed(rows: Sequence[IntegrationFacts], sold: dict[tuple[str, str], SoldFacts]) -> list[Check]:
    """One check for each store."""
    stores = [one for one in rows if one.kind == "store"]
    if not stores:
        return [
            at_integrations(State.ATTENTION, say("No store is connected, so there are no products to have a cost."))
        ]
    return [_of_store(one, sold.get((one.platform, one.account_id))) for one in stores]


def _of_store(store: IntegrationFacts, facts: SoldFacts | None) -> Check:
    if facts is None or facts.sold == 0:
        return unknown(
            say("Nothing was sold in {account} in the last {days} days.", account=store.account_name, days=DAYS)
        )
    lacking = len(facts.without_cost)
    if lacking == 0:
        return fine(say_number(
            "The {count} product sold in the last {days} days has a cost.",
            "All {count} products sold in the last {days} days have a cost.", facts.sold, days=DAYS,
        ))  # fmt: skip
    names = wording.listed(facts.without_cost[:NAMES_SAID])
    number = say_number(
        "{count} of {sold} products sold in the last {days} days has no cost",
        "{count} of {sold} products sold in the last {days} days have no cost",
        lacking, sold=wording.count(facts.sold), days=DAYS,
    )  # fmt: skip
    if lacking <= NAMES_SAID:
        sentence = say("{number}: {names}.", number=number, names=names)
    else:
        sentence = say("{number}, {names} among them.", number=number, names=names)
    link = say("Set costs at {company}", company=store.company)
    return Check(state=State.ATTENTION, sentence=sentence, href=store.manage_url or "", link=link)


def _same(table: type[OrderRow | VariantRow], record: str) -> ColumnElement[bool]:
    return and_(
        *(getattr(table, one) == getattr(LineRow, one) for one in ("workspace_id", "platform", "account_id", record))
    )
