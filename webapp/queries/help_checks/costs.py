"""Whether what was sold has a cost: profit without one counts the whole price as earned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from webapp.models.integration import Integration
from webapp.queries import wording
from webapp.queries.cost_rules import store_costs
from webapp.queries.day_figures import ProductTotal, product_totals
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at_integrations, fine, unknown
from webapp.words import say, say_number

DAYS = 30
NAMES_SAID = 3
COSTS = "/overview/costs"
Account = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldFacts:
    """Products of a store that were sold on some days, those without a cost of their own by name, what sold for most
    first, and what these sold for. `guessed`: the default percentage says what all of them cost."""

    sold: int
    without_cost: tuple[str, ...]
    micros: int = 0
    currency: str = "USD"
    guessed: bool = False


def sold_products(session: Session, workspace_id: str, *, first: date, last: date) -> dict[Account, SoldFacts]:
    """By platform and account. A line that is no product (a tip, a custom item) has no cost to lack."""
    integrations = session.exec(select(Integration).where(Integration.workspace_id == workspace_id)).all()
    defaults = [share for one in store_costs(session, integrations, workspace_id) for share in one.defaults]
    currencies = {(one.platform, one.account_id): one.currency for one in integrations}
    totals: dict[Account, list[ProductTotal]] = defaultdict(list)
    for one in product_totals(session, workspace_id, first, last, defaults):
        if one.variant_id:
            totals[one.platform, one.account_id].append(one)
    return {account: sold_facts(mine, currencies[account]) for account, mine in totals.items() if account in currencies}


def sold_facts(totals: Iterable[ProductTotal], currency: str) -> SoldFacts:
    sold = list(totals)
    lacking = [one for one in sold if one.uncosted_units]
    return SoldFacts(
        sold=len(sold), without_cost=tuple(one.title for one in lacking),
        micros=sum(one.uncosted_micros for one in lacking), currency=currency,
        guessed=bool(lacking) and not any(one.unknown_units for one in lacking),
    )  # fmt: skip


def costed(rows: Sequence[IntegrationFacts], sold: Mapping[Account, SoldFacts]) -> list[Check]:
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
    amount = wording.money(facts.micros, facts.currency)
    if facts.guessed:
        what = say("They sold for {amount}; your default percentage says what that cost.", amount=amount)
    else:
        what = say("They sold for {amount}, and what that cost you is not in your profit.", amount=amount)
    return Check(
        state=State.GOOD if facts.guessed else State.ATTENTION, sentence=f"{sentence} {what}", href=COSTS,
        link=say("Enter what they cost"),
    )  # fmt: skip
