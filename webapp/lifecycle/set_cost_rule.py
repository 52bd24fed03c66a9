"""A person says what a store costs beside its goods, or takes that back; it counts from the next reading on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlmodel import Session, select

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.integration import Integration

LONGEST_NAME, PER_CENT = 60, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of one kind of cost; a part that the kind does not have is zero."""

    kind: CostKind
    name: str
    from_day: date
    share_ppm: int = 0
    order_micros: int = 0
    month_micros: int = 0


def share_from(text: str) -> int | None:
    """ "2.9" per cent in millionths; None for what is no percentage from 0 to 100, or finer than four decimals."""
    try:
        share = Decimal(text.strip()) * PER_CENT
    except InvalidOperation:
        return None
    exact = share.is_finite() and 0 <= share <= 100 * PER_CENT and share == share.to_integral_value()
    return int(share) if exact else None


def set_cost_rule(runtime: Runtime, *, workspace_id: str, integration_id: str, said: Said) -> bool:
    """From its day on, until the next one of its kind and name. False when the workspace has no such store."""
    with runtime.database.writing() as session:
        store = _store(runtime, session, workspace_id, integration_id)
        if store is None:
            return False
        session.merge(
            CostRule(
                workspace_id=workspace_id, platform=store.platform, account_id=store.account_id,
                kind=said.kind, name=said.name, from_day=said.from_day, share_ppm=said.share_ppm,
                order_micros=said.order_micros, month_micros=said.month_micros, currency=store.currency,
                noted_at=runtime.now(),
            )
        )  # fmt: skip
        session.flush()
        bump(session, workspace_id)
    return True


def drop_cost_rule(
    runtime: Runtime, *, workspace_id: str, integration_id: str, kind: CostKind, name: str, from_day: date
) -> bool:
    """Take back what was said for that day on: what was said before counts again. False when nothing was."""
    with runtime.database.writing() as session:
        store = _store(runtime, session, workspace_id, integration_id)
        if store is None:
            return False
        rule = session.get(CostRule, (workspace_id, store.platform, store.account_id, kind, name, from_day))
        if rule is None:
            return False
        session.delete(rule)
        session.flush()
        bump(session, workspace_id)
    return True


def _store(runtime: Runtime, session: Session, workspace_id: str, integration_id: str) -> Integration | None:
    """The store's row, before its workspace's, as every sync takes them."""
    found = session.exec(
        select(Integration)
        .where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        .with_for_update()
    ).one_or_none()
    return found if found is not None and runtime.platform(found.platform).kind == "store" else None
