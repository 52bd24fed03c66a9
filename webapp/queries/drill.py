"""The rows behind a figure: orders and campaigns of a stretch of days, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow

AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An order of the stretch, or one from before that was refunded in it; amounts in micros of its currency."""

    name: str
    day: date
    currency: str
    sales_micros: int
    tax_micros: int
    refund_micros: int
    cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    platform: str
    account_id: str
    campaign_id: str
    name: str
    currency: str
    spend_micros: int
    clicks: int
    value_micros: int
    days: int


def orders_of(
    session: Session, workspace_id: str, first: date, last: date, *, variant_id: str | None = None, page: int = 1,
    at_once: int | None = AT_ONCE,
) -> tuple[list[OrderLine], int]:  # fmt: skip
    """Orders placed in the stretch, newest first, and how many there are; with a variant, only those that have it."""
    where: list[ColumnElement[bool]] = [
        col(OrderRow.workspace_id) == workspace_id,
        col(OrderRow.day).between(first, last),
    ]
    if variant_id is not None:
        where.append(
            select(LineRow)
            .where(
                col(LineRow.workspace_id) == OrderRow.workspace_id, col(LineRow.platform) == OrderRow.platform,
                col(LineRow.account_id) == OrderRow.account_id, col(LineRow.order_id) == OrderRow.order_id,
                func.coalesce(col(LineRow.variant_id), "") == variant_id,
            )
            .exists()
        )  # fmt: skip
    number = session.execute(select(func.count()).select_from(OrderRow).where(*where)).scalar_one()
    found = select(OrderRow).where(*where).order_by(col(OrderRow.day).desc(), col(OrderRow.created_at).desc())
    if at_once is not None:
        found = found.limit(at_once).offset((page - 1) * at_once)
    lines = [
        OrderLine(
            name=one.name,
            day=one.day,
            currency=one.currency,
            sales_micros=one.refunded_micros + (0 if one.cancelled_at else one.total_micros),
            tax_micros=0 if one.cancelled_at else one.tax_micros,
            refund_micros=one.refunded_micros,
            cancelled=one.cancelled_at is not None,
        )
        for one in session.scalars(found)
    ]
    return lines, number


def refunds_of(
    session: Session, workspace_id: str, first: date, last: date, *, page: int = 1, at_once: int | None = AT_ONCE
) -> tuple[list[tuple[date, str, date | None, int, str]], int]:
    """(day, order's name, order's day, amount, currency) of what was given back, newest first, and how many."""
    where = (col(RefundRow.workspace_id) == workspace_id, col(RefundRow.day).between(first, last))
    number = session.execute(select(func.count()).select_from(RefundRow).where(*where)).scalar_one()
    found = (
        select(
            col(RefundRow.day), col(OrderRow.name), col(OrderRow.day), col(RefundRow.amount_micros),
            col(RefundRow.currency),
        )
        .join(
            OrderRow,
            (col(OrderRow.workspace_id) == RefundRow.workspace_id) & (col(OrderRow.platform) == RefundRow.platform)
            & (col(OrderRow.account_id) == RefundRow.account_id) & (col(OrderRow.order_id) == RefundRow.order_id),
            isouter=True,
        )
        .where(*where)
        .order_by(col(RefundRow.day).desc(), col(RefundRow.refund_id))
    )  # fmt: skip
    if at_once is not None:
        found = found.limit(at_once).offset((page - 1) * at_once)
    return [(day, name or "", placed, amount, currency) for day, name, placed, amount, currency in
            session.execute(found)], number  # fmt: skip


def campaigns_of(
    session: Session, workspace_id: str, first: date, last: date, *, platform: str | None = None, page: int = 1,
    at_once: int | None = AT_ONCE, home: str = "",
) -> tuple[list[CampaignLine], int]:  # fmt: skip
    """Campaigns that spent or were shown in the stretch, dearest first, and how many there are. Amounts of another
    currency cannot be held against these: those in the shop's, `home`, come first, then currency by currency."""
    where: list[ColumnElement[bool]] = [
        col(SpendRow.workspace_id) == workspace_id,
        col(SpendRow.day).between(first, last),
    ]
    if platform is not None:
        where.append(col(SpendRow.platform) == platform)
    keys = (col(SpendRow.platform), col(SpendRow.account_id), col(SpendRow.campaign_id), col(SpendRow.currency))
    spent = func.sum(col(SpendRow.spend_micros))
    grouped = (
        select(
            *keys, func.max(col(SpendRow.campaign_name)), spent, func.sum(col(SpendRow.clicks)),
            func.sum(col(SpendRow.value_micros)), func.count(),
        )
        .where(*where)
        .group_by(*keys)
    )  # fmt: skip
    number = session.execute(select(func.count()).select_from(grouped.subquery())).scalar_one()
    found = grouped.order_by(
        case((col(SpendRow.currency) == home, 0), else_=1), col(SpendRow.currency), spent.desc(),
        col(SpendRow.campaign_id),
    )  # fmt: skip
    if at_once is not None:
        found = found.limit(at_once).offset((page - 1) * at_once)
    return [
        CampaignLine(
            platform=slug, account_id=account, campaign_id=campaign, name=name, currency=currency,
            spend_micros=int(spend), clicks=int(clicks), value_micros=int(value), days=days,
        )
        for slug, account, campaign, currency, name, spend, clicks, value, days in session.execute(found)
    ], number  # fmt: skip
