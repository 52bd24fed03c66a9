"""A person says what a variant costs from a day on, or takes that back; the days it changes are to be summed anew."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, delete, select

from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sum_days import mark_stale, owner_of
from webapp.models.data import VariantRow
from webapp.models.day_sum import Because, CostSource, UnitCost
from webapp.models.integration import Integration
from webapp.queries.day_rows import Owner, days_sold


def set_cost(
    runtime: Runtime,
    *,
    workspace_id: str,
    integration_id: str,
    variant_id: str,
    cost_micros: int,
    from_day: date,
    market: str = "",
) -> bool:
    """From `from_day` on, before what the store says; in one market or, empty, in all. False when the workspace has no
    such variant."""
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = _held(session, workspace_id, integration_id)
        if integration is None:
            return False
        owner = owner_of(integration)
        if session.get(VariantRow, (*owner, variant_id)) is None:
            return False
        session.merge(
            UnitCost(
                **owner._asdict(), variant_id=variant_id, source=CostSource.HAND, from_day=from_day,
                market=market, cost_micros=cost_micros, currency=integration.currency, noted_at=now,
            )
        )  # fmt: skip
        session.flush()
        _sum_again(session, owner, variant_id, from_day)
        bump(session, workspace_id)
    return True


def drop_cost(
    runtime: Runtime, *, workspace_id: str, integration_id: str, variant_id: str, from_day: date, market: str = ""
) -> bool:
    """Take back what was said by hand for that day on, and that market. False when nothing was."""
    with runtime.database.writing() as session:
        integration = _held(session, workspace_id, integration_id)
        if integration is None:
            return False
        owner = owner_of(integration)
        gone = session.execute(
            delete(UnitCost).where(
                col(UnitCost.workspace_id) == workspace_id, col(UnitCost.platform) == owner.platform,
                col(UnitCost.account_id) == owner.account_id, col(UnitCost.variant_id) == variant_id,
                col(UnitCost.source) == CostSource.HAND, col(UnitCost.from_day) == from_day,
                col(UnitCost.market) == market,
            ).returning(col(UnitCost.variant_id))
        ).all()  # fmt: skip
        if gone:
            _sum_again(session, owner, variant_id, from_day)
            bump(session, workspace_id)
    return bool(gone)


def _held(session: Session, workspace_id: str, integration_id: str) -> Integration | None:
    """The integration's row, before its workspace's, as every sync takes them."""
    return session.exec(
        select(Integration)
        .where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        .with_for_update()
    ).one_or_none()


def _sum_again(session: Session, owner: Owner, variant_id: str, since: date) -> None:
    mark_stale(session, owner, days_sold(session, owner, [variant_id], since=since), Because.COSTS)
