"""A store keeps only what a thing costs now; each cost seen is written down with the day it was seen from."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from webapp.lifecycle.sum_days import mark_stale, owner_of
from webapp.models.data import VariantRow
from webapp.models.day_sum import Because, CostSource, UnitCost
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.queries.day_rows import Owner, days_sold

# The first cost ever seen counts for all days before it, too.
EVER = date(1, 1, 1)


def note_store_costs(session: Session, integration: Integration, now: datetime) -> None:
    """After the variants were read whole: the costs that are new, and the days they change."""
    owner, today = owner_of(integration), local_day(now, ZoneInfo(integration.timezone))
    known = {
        variant: (cost, currency)
        for variant, cost, currency in session.execute(
            select(col(UnitCost.variant_id), col(UnitCost.cost_micros), col(UnitCost.currency))
            .where(*_mine(UnitCost, owner), col(UnitCost.source) == CostSource.STORE)
            .order_by(col(UnitCost.from_day))
        )
    }
    changed: dict[str, date] = {}
    for variant, cost, currency in session.execute(
        select(col(VariantRow.variant_id), col(VariantRow.unit_cost_micros), col(VariantRow.currency)).where(
            *_mine(VariantRow, owner)
        )
    ):
        if (cost, currency) == known.get(variant, (None, None)):
            continue
        changed[variant] = today if variant in known else EVER
        session.merge(
            UnitCost(
                **owner._asdict(), variant_id=variant, source=CostSource.STORE, from_day=changed[variant],
                cost_micros=cost, currency=currency, noted_at=now,
            )
        )  # fmt: skip
    session.flush()
    if changed:
        mark_stale(session, owner, days_sold(session, owner, changed, since=min(changed.values())), Because.COSTS)


def _account(table: type[UnitCost | VariantRow]) -> tuple[Mapped[str], ...]:
    return col(table.workspace_id), col(table.platform), col(table.account_id)


def _mine(table: type[UnitCost | VariantRow], owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return tuple(column == value for column, value in zip(_account(table), owner, strict=True))
