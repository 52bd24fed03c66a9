"""What one variant costs and cost before: every word of the store and of people, newest day first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from webapp.models.data import OrderRow, VariantRow
from webapp.models.day_sum import CostSource, UnitCost
from webapp.models.integration import Integration


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One cost from a day on; `cost_micros` None: from then on the store had none on record. `market` empty: any."""

    source: CostSource
    from_day: date
    market: str
    cost_micros: int | None
    currency: str

    @property
    def is_by_hand(self) -> bool:
        return self.source is CostSource.HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCosts:
    """`markets` are those that the store's orders came from; none where it sells in one only."""

    integration_id: str
    variant_id: str
    title: str
    sku: str | None
    currency: str
    markets: tuple[str, ...]
    lines: tuple[CostLine, ...]


def variant_costs(session: Session, *, workspace_id: str, integration_id: str, variant_id: str) -> VariantCosts | None:
    """None where this workspace has no such variant."""
    one = session.get(Integration, integration_id)
    if one is None or one.workspace_id != workspace_id:
        return None
    key = (workspace_id, one.platform, one.account_id)
    variant = session.get(VariantRow, (*key, variant_id))
    if variant is None:
        return None
    costs = session.exec(
        select(UnitCost)
        .where(
            UnitCost.workspace_id == workspace_id, UnitCost.platform == one.platform,
            UnitCost.account_id == one.account_id, UnitCost.variant_id == variant_id,
        )
        .order_by(col(UnitCost.from_day).desc(), col(UnitCost.source), col(UnitCost.market))
    )  # fmt: skip
    paid_in = session.exec(
        select(OrderRow.market)
        .where(
            OrderRow.workspace_id == workspace_id, OrderRow.platform == one.platform,
            OrderRow.account_id == one.account_id, OrderRow.market != "",
        )
        .distinct()
        .order_by(OrderRow.market)
    ).all()  # fmt: skip
    return VariantCosts(
        integration_id=one.id, variant_id=variant_id, title=variant.title, sku=variant.sku, currency=one.currency,
        markets=tuple(paid_in) if len(paid_in) > 1 else (),
        lines=tuple(
            CostLine(
                source=cost.source, from_day=cost.from_day, market=cost.market, cost_micros=cost.cost_micros,
                currency=cost.currency or one.currency,
            )
            for cost in costs
        ),
    )  # fmt: skip
