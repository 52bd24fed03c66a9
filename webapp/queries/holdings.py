"""What we hold of one account, counted: what would go if its data were deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from webapp.models.data import OrderRow, RefundRow, SpendRow, VariantRow
from webapp.models.day_sum import CostSource, UnitCost
from webapp.models.integration import Integration
from webapp.models.sync import Coverage
from webapp.models.trouble import Receipt
from webapp.queries import wording
from webapp.words import say, unit

ORDERS, REFUNDS, PRODUCTS = unit("order", "orders"), unit("refund", "refunds"), unit("product", "products")
COSTS, RECEIPTS = unit("cost you entered", "costs you entered"), unit("receipt", "receipts")
SPEND = unit("campaign day of spend", "campaign days of spend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """`counted` are the things there are, in words; `stretch` the days they are of. Empty where there is nothing."""

    counted: tuple[str, ...]
    stretch: str


def holdings_of(session: Session, integration: Integration) -> Holdings:
    """What is stored of this account in this workspace."""

    def rows(table: type[OrderRow | RefundRow | VariantRow | SpendRow | UnitCost]) -> int:
        hand = (UnitCost.source == CostSource.HAND,) if table is UnitCost else ()
        return session.exec(
            select(func.count()).select_from(table).where(
                table.workspace_id == integration.workspace_id, table.platform == integration.platform,
                table.account_id == integration.account_id, *hand,
            )
        ).one()  # fmt: skip

    receipts = session.exec(select(func.count()).where(col(Receipt.integration_id) == integration.id)).one()
    kinds = ((OrderRow, ORDERS), (RefundRow, REFUNDS), (VariantRow, PRODUCTS), (UnitCost, COSTS), (SpendRow, SPEND))
    numbers = [*((rows(table), what) for table, what in kinds), (receipts, RECEIPTS)]
    first, last = session.exec(
        select(func.min(Coverage.day), func.max(Coverage.day)).where(
            Coverage.workspace_id == integration.workspace_id,
            Coverage.platform == integration.platform,
            Coverage.account_id == integration.account_id,
        )
    ).one()
    return Holdings(
        counted=tuple(wording.counted(number, what) for number, what in numbers if number),
        stretch=_stretch(first, last),
    )


def _stretch(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    return say("{first} to {last}", first=wording.dated(first), last=wording.dated(last))
