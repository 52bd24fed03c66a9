"""What days came to, reckoned from the rows themselves: the one place where a day's figures are defined in SQL.

Sales are booked on the day an order was placed, at what it was sold for before anything was given back; refunds on the
day they were given, as in the store's own reports. A cancelled order sold nothing: what was charged for it and given
back is a sale and a refund, and no goods left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from typing import cast as typed

from sqlalchemy import CTE, BigInteger, ColumnElement, Select, and_, case, cast, func, literal, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel import Session

from webapp.database import table_of
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow
from webapp.models.day_sum import AdDay, ProductDay, StoreDay, UnitCost

Columns = ReadOnlyColumnCollection[str, ColumnElement[Any]]
_orders, _lines = table_of(OrderRow), table_of(LineRow)
_order, _line, _refund = _orders.c, _lines.c, table_of(RefundRow).c
_spend, _cost = table_of(SpendRow).c, table_of(UnitCost).c
# Beyond so many variants every day that was sold on is told, rather than asking which.
ASKED_ABOUT = 200


class Owner(NamedTuple):
    """Whose rows: what every key of the merchant's own numbers begins with."""

    workspace_id: str
    platform: str
    account_id: str


def store_days(
    session: Session, owner: Owner, days: Collection[date], products: Collection[ProductDay]
) -> list[StoreDay]:
    """The store's figures of those days on which anything happened; `products` are the same days' `product_days`."""
    sold = {day: row for day, *row in session.execute(_sold(owner, days))}
    back = {day: (amount, currency) for day, amount, currency in session.execute(_given_back(owner, days))}
    by_day: dict[date, list[ProductDay]] = defaultdict(list)
    for product in products:
        by_day[product.day].append(product)
    found = []
    for day in sorted(sold.keys() | back.keys()):
        orders, sales, discount, shipping, tax, currency = sold.get(day, (0, 0, 0, 0, 0, ""))
        refund, refund_currency = back.get(day, (0, ""))
        lines = by_day[day]
        found.append(
            StoreDay(
                **owner._asdict(),
                day=day,
                currency=currency or refund_currency,
                orders=int(orders),
                units=sum(one.units for one in lines),
                sales_micros=int(sales),
                discount_micros=int(discount),
                shipping_micros=int(shipping),
                tax_micros=int(tax),
                refund_micros=int(refund),
                goods_micros=sum(one.goods_micros or 0 for one in lines),
                uncosted_micros=sum(one.sales_micros for one in lines if one.goods_micros is None),
            )
        )
    return found


def product_days(session: Session, owner: Owner, days: Collection[date]) -> list[ProductDay]:
    """What was sold of each variant on those days, and what it cost by the cost then in effect; not to be changed."""
    variant = func.coalesce(_line.variant_id, "")
    stood = _orders_first(owner, _order.day.in_(days), _order.cancelled_at.is_(None))
    sold = (
        select(
            stood.c.day,
            stood.c.market,
            variant.label("variant_id"),
            func.max(_line.title).label("title"),
            func.max(stood.c.currency).label("currency"),
            cast(func.sum(_line.quantity), BigInteger).label("units"),
            cast(func.sum(_line.total_micros), BigInteger).label("sales_micros"),
        )
        .join_from(stood, _lines, _lines_of(stood.c))
        .group_by(stood.c.day, stood.c.market, variant)
        .subquery("sold")
    )
    known = select(sold, (sold.c.units * _cost_in_effect(owner, sold.c)).label("goods_micros")).subquery("known")
    # Without a cost in one of its markets, what a variant's day cost is not known.
    goods = case((func.count() == func.count(known.c.goods_micros), cast(func.sum(known.c.goods_micros), BigInteger)))
    rows = session.execute(
        select(
            *(literal(value).label(name) for name, value in owner._asdict().items()),
            known.c.day,
            known.c.variant_id,
            func.max(known.c.title).label("title"),
            cast(func.sum(known.c.units), BigInteger).label("units"),
            cast(func.sum(known.c.sales_micros), BigInteger).label("sales_micros"),
            goods.label("goods_micros"),
        ).group_by(known.c.day, known.c.variant_id)
    )
    # Rows that answer to the names of the model's columns: there are thousands, and they cost a tenth of objects.
    return typed(list[ProductDay], list(rows))


def days_sold(session: Session, owner: Owner, variants: Collection[str], *, since: date) -> set[date]:
    """The days from `since` on that these variants were sold on, or more days than those."""
    placed = _orders_first(owner, _order.day >= since)
    sold = select(placed.c.day).distinct()
    if len(variants) <= ASKED_ABOUT:
        sold = sold.join_from(placed, _lines, _lines_of(placed.c)).where(_line.variant_id.in_(list(variants)))
    return set(session.scalars(sold))


def ad_days(session: Session, owner: Owner, days: Collection[date]) -> list[AdDay]:
    """What an ad account spent on those days; a day without a row is absent, which is not the same as zero."""
    rows = session.execute(
        select(
            _spend.day, func.max(_spend.currency), func.sum(_spend.spend_micros), func.sum(_spend.impressions),
            func.sum(_spend.clicks), func.sum(_spend.conversions_micros), func.sum(_spend.value_micros),
        )
        .where(_of(_spend, owner), _spend.day.in_(days))
        .group_by(_spend.day)
    )  # fmt: skip
    return [
        AdDay(
            **owner._asdict(),
            day=day,
            currency=currency,
            spend_micros=int(spend),
            impressions=int(impressions),
            clicks=int(clicks),
            conversions_micros=int(conversions),
            value_micros=int(value),
        )
        for day, currency, spend, impressions, clicks, conversions, value in rows
    ]


def _sold(owner: Owner, days: Collection[date]) -> Select[*tuple[Any, ...]]:
    stands = _order.cancelled_at.is_(None)

    def standing(amount: ColumnElement[int]) -> ColumnElement[int]:
        return func.sum(case((stands, amount), else_=0))

    return (
        select(
            _order.day, func.sum(case((stands, 1), else_=0)),
            standing(_order.total_micros) + func.sum(_order.refunded_micros), standing(_order.discount_micros),
            standing(_order.shipping_micros), standing(_order.tax_micros), func.max(_order.currency),
        )
        .where(_of(_order, owner), _order.day.in_(days))
        .group_by(_order.day)
    )  # fmt: skip


def _given_back(owner: Owner, days: Collection[date]) -> Select[*tuple[Any, ...]]:
    return (
        select(_refund.day, func.sum(_refund.amount_micros), func.max(_refund.currency))
        .where(_of(_refund, owner), _refund.day.in_(days))
        .group_by(_refund.day)
    )


def _cost_in_effect(owner: Owner, sold: Columns) -> ColumnElement[int | None]:
    """A variant's unit cost on a day. One in another currency than the orders' is no cost we know."""
    return (
        select(case((_cost.currency == sold.currency, _cost.cost_micros), else_=literal(None)))
        .where(
            _of(_cost, owner),
            _cost.variant_id == sold.variant_id,
            _cost.from_day <= sold.day,
            _cost.market.in_(["", sold.market]),
        )
        # What a person says, then what is said of this market, then what is newest.
        .order_by(_cost.source, _cost.market.desc(), _cost.from_day.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of(columns: Columns, owner: Owner) -> ColumnElement[bool]:
    return and_(*(columns[name] == value for name, value in owner._asdict().items()))


def _orders_first(owner: Owner, *which: ColumnElement[bool]) -> CTE:
    """Orders, found first and for themselves: PostgreSQL, where it has not counted the rows yet, would else read all of
    an account's lines once for each of its orders."""
    columns = (_order[name] for name in (*Owner._fields, "order_id", "day", "currency", "market"))
    found = select(*columns).where(_of(_order, owner), *which)
    return found.cte("placed").prefix_with("MATERIALIZED", dialect="postgresql")


def _lines_of(orders: Columns) -> ColumnElement[bool]:
    return and_(*(_line[name] == orders[name] for name in (*Owner._fields, "order_id")))
