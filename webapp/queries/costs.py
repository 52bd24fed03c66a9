"""Cost coverage: what sold in a stretch of days without a cost on record, worth how much, and what is known else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.data import OrderRow, VariantRow
from webapp.models.day_sum import CostSource, UnitCost
from webapp.models.integration import Integration
from webapp.queries import wording
from webapp.queries.day_figures import ProductTotal, product_totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncosted:
    """A variant that sold without a cost; amounts in micros of its store's currency."""

    integration_id: str
    variant_id: str
    title: str
    sku: str | None
    currency: str
    units: int
    sales_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A cost that a person entered, from a day on."""

    integration_id: str
    variant_id: str
    title: str
    from_day: date
    cost_micros: int
    currency: str
    market: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """What was entered of one kind of cost: "2.9 % of sales and $0.30 for each order"."""

    integration_id: str
    store: str
    kind: CostKind
    name: str
    says: str
    from_day: date


def rule_lines(session: Session, integrations: Sequence[Integration], workspace_id: str) -> list[RuleLine]:
    """Everything that was entered beside unit costs, kind by kind, newest day first."""
    homes = {(one.platform, one.account_id): one for one in integrations}
    kinds = list(CostKind)
    rules = [
        one
        for one in session.scalars(select(CostRule).where(col(CostRule.workspace_id) == workspace_id))
        if (one.platform, one.account_id) in homes
    ]
    rules.sort(key=lambda one: (kinds.index(one.kind), one.name, -one.from_day.toordinal()))
    return [
        RuleLine(
            integration_id=home.id, store=home.account_name, kind=one.kind, name=one.name, says=_says(one),
            from_day=one.from_day,
        )
        for one in rules
        for home in (homes[one.platform, one.account_id],)
    ]  # fmt: skip


def _says(rule: CostRule) -> str:
    of = "what it sold for" if rule.kind is CostKind.GOODS else "sales"
    said = [
        f"{percent(rule.share_ppm)} % of {of}" if rule.share_ppm else "",
        f"{wording.exact_money(rule.order_micros, rule.currency)} for each order" if rule.order_micros else "",
        f"{wording.exact_money(rule.month_micros, rule.currency)} a month" if rule.month_micros else "",
    ]
    return wording.listed([one for one in said if one]) or "nothing"


def percent(ppm: int) -> str:
    """ "2.9", "40"."""
    return f"{Decimal(ppm) / 10_000:f}"


def uncosted(
    session: Session, integrations: Sequence[Integration], workspace_id: str, first: date, last: date
) -> tuple[list[Uncosted], list[ProductTotal]]:
    """What sold without a cost, worth most first; and everything that sold, to hold it against.

    What was sold without being a product can have no cost and is not among the former.
    """
    totals = product_totals(session, workspace_id, first, last)
    homes = {(one.platform, one.account_id): one for one in integrations}
    skus = {
        (platform, account, variant): sku
        for platform, account, variant, sku in session.execute(
            select(
                col(VariantRow.platform), col(VariantRow.account_id), col(VariantRow.variant_id), col(VariantRow.sku)
            ).where(col(VariantRow.workspace_id) == workspace_id)
        )
    }  # fmt: skip
    lacking = [
        Uncosted(
            integration_id=homes[one.platform, one.account_id].id,
            variant_id=one.variant_id,
            title=one.title,
            sku=skus.get((one.platform, one.account_id, one.variant_id)),
            currency=homes[one.platform, one.account_id].currency,
            units=one.uncosted_units,
            sales_micros=one.uncosted_micros,
        )
        for one in totals
        if one.uncosted_units and one.variant_id and (one.platform, one.account_id) in homes
    ]
    return sorted(lacking, key=lambda one: (-one.sales_micros, one.title)), totals


def markets(session: Session, integrations: Sequence[Integration], workspace_id: str) -> dict[str, list[str]]:
    """By integration, the markets that orders came from; only of stores that sell in several."""
    homes = {(one.platform, one.account_id): one.id for one in integrations}
    found: dict[str, list[str]] = {}
    for platform, account_id, market in session.execute(
        select(col(OrderRow.platform), col(OrderRow.account_id), col(OrderRow.market))
        .where(col(OrderRow.workspace_id) == workspace_id, col(OrderRow.market) != "")
        .distinct()
        .order_by(col(OrderRow.market))
    ):
        if (platform, account_id) in homes:
            found.setdefault(homes[platform, account_id], []).append(market)
    return {integration: names for integration, names in found.items() if len(names) > 1}


def by_hand(session: Session, integrations: Sequence[Integration], workspace_id: str) -> list[ByHand]:
    """Every cost that a person entered, newest day first."""
    homes = {(one.platform, one.account_id): one.id for one in integrations}
    rows = session.execute(
        select(UnitCost, col(VariantRow.title))
        .join(
            VariantRow,
            (col(VariantRow.workspace_id) == UnitCost.workspace_id) & (col(VariantRow.platform) == UnitCost.platform)
            & (col(VariantRow.account_id) == UnitCost.account_id) & (col(VariantRow.variant_id) == UnitCost.variant_id),
        )
        .where(col(UnitCost.workspace_id) == workspace_id, col(UnitCost.source) == CostSource.HAND)
        .order_by(col(UnitCost.from_day).desc(), col(VariantRow.title))
    )  # fmt: skip
    return [
        ByHand(
            integration_id=homes[cost.platform, cost.account_id], variant_id=cost.variant_id, title=title,
            from_day=cost.from_day, cost_micros=cost.cost_micros or 0, currency=cost.currency or "",
            market=cost.market,
        )
        for cost, title in rows
        if (cost.platform, cost.account_id) in homes
    ]  # fmt: skip
