"""A workspace's day sums over a stretch of days, exactly as its rows are at this moment.

Sums that are written down are read; days that changed since are reckoned from their rows, so nobody ever sees a sum
that disagrees with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, select
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.database import table_of
from webapp.models.day_sum import AdDay, ProductDay, StaleDay, StoreDay
from webapp.queries.cost_rules import WHOLE, DefaultShare, default_on, share_of
from webapp.queries.day_rows import Owner, ad_days, product_days, store_days

Stale = dict[Owner, list[date]]
Day = TypeVar("Day", StoreDay, AdDay)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTotal:
    """What one variant came to over a stretch of days; `uncosted_micros` is what it sold for on days without a cost of
    its own. `assumed_units` of them are taken to cost `assumed_micros`, by the default percentage."""

    platform: str
    account_id: str
    variant_id: str
    title: str
    units: int
    sales_micros: int
    goods_micros: int
    uncosted_micros: int
    uncosted_units: int
    assumed_micros: int = 0
    assumed_units: int = 0

    @property
    def unknown_units(self) -> int:
        """Those of which nothing says what they cost, not even the default percentage."""
        return self.uncosted_units - self.assumed_units


def store_figures(session: Session, workspace_id: str, first: date, last: date) -> list[StoreDay]:
    """Every store's days from `first` to `last` on which anything happened, not to be changed."""
    stale = stale_days(session, workspace_id, first, last)
    found = _kept(session, StoreDay, [workspace_id], first, last, stale)
    for owner, days in stale.items():
        found += store_days(session, owner, days, product_days(session, owner, days))
    return found


def ad_figures(session: Session, workspace_id: str, first: date, last: date) -> list[AdDay]:
    """Every ad account's days from `first` to `last` that it told anything of, not to be changed."""
    return ad_figures_of(session, [workspace_id], first, last)


def ad_figures_of(session: Session, workspace_ids: Collection[str], first: date, last: date) -> list[AdDay]:
    """The same of several workspaces at once."""
    stale = _stale_of(session, workspace_ids, first, last)
    found = _kept(session, AdDay, workspace_ids, first, last, stale)
    for owner, days in stale.items():
        found += ad_days(session, owner, days)
    return found


def product_totals(
    session: Session, workspace_id: str, first: date, last: date, defaults: Sequence[DefaultShare] = ()
) -> list[ProductTotal]:
    """Every variant that was sold from `first` to `last`, what sold for most first."""
    stale = stale_days(session, workspace_id, first, last)
    unknown = col(ProductDay.goods_micros).is_(None)
    rows = session.execute(
        select(
            col(ProductDay.platform), col(ProductDay.account_id), col(ProductDay.variant_id),
            func.max(col(ProductDay.title)), func.sum(col(ProductDay.units)), func.sum(col(ProductDay.sales_micros)),
            func.coalesce(func.sum(col(ProductDay.goods_micros)), 0),
            func.sum(case((unknown, col(ProductDay.sales_micros)), else_=0)),
            func.sum(case((unknown, col(ProductDay.units)), else_=0)),
            *_assumed(unknown, defaults),
        )
        .where(*_in_stretch(ProductDay, [workspace_id], first, last, stale))
        .group_by(col(ProductDay.platform), col(ProductDay.account_id), col(ProductDay.variant_id))
    )  # fmt: skip
    totals = {(row[0], row[1], row[2]): _total(row) for row in rows}
    for owner, days in stale.items():
        for one in product_days(session, owner, days):
            key = (one.platform, one.account_id, one.variant_id)
            totals[key] = _with(totals.get(key), one, defaults)
    return sorted(totals.values(), key=lambda one: (-one.sales_micros, one.title, one.variant_id))


def stale_days(session: Session, workspace_id: str, first: date, last: date) -> Stale:
    """The days whose rows changed since they were summed, by account."""
    return _stale_of(session, [workspace_id], first, last)


def _stale_of(session: Session, workspace_ids: Collection[str], first: date, last: date) -> Stale:
    found: Stale = defaultdict(list)
    mine = col(StaleDay.workspace_id).in_(workspace_ids)
    for one in session.exec(select_row(StaleDay).where(mine, col(StaleDay.day).between(first, last))):
        found[Owner(one.workspace_id, one.platform, one.account_id)].append(one.day)
    return found


def _kept(
    session: Session, table: type[Day], workspace_ids: Collection[str], first: date, last: date, stale: Stale
) -> list[Day]:
    rows = session.execute(select(table_of(table)).where(*_in_stretch(table, workspace_ids, first, last, stale)))
    # Rows that answer to the names of the model's columns: three years of them cost a tenth of what objects do.
    return cast(list[Day], list(rows))


def _in_stretch(
    table: type[StoreDay | AdDay | ProductDay], workspace_ids: Collection[str], first: date, last: date, stale: Stale
) -> list[ColumnElement[bool]]:
    apart = [
        not_(and_(col(table.workspace_id) == owner.workspace_id, col(table.platform) == owner.platform,
                  col(table.account_id) == owner.account_id, col(table.day).in_(days)))
        for owner, days in stale.items()
    ]  # fmt: skip
    return [col(table.workspace_id).in_(workspace_ids), col(table.day).between(first, last), *apart]


def _total(row: Sequence[object]) -> ProductTotal:
    platform, account_id, variant_id, title, *numbers = row
    units, sales, goods, uncosted, uncosted_units, assumed, assumed_units = (int(cast(int, one)) for one in numbers)
    return ProductTotal(
        platform=str(platform), account_id=str(account_id), variant_id=str(variant_id), title=str(title), units=units,
        sales_micros=sales, goods_micros=goods, uncosted_micros=uncosted, uncosted_units=uncosted_units,
        assumed_micros=assumed, assumed_units=assumed_units,
    )  # fmt: skip


def _assumed(unknown: ColumnElement[bool], defaults: Sequence[DefaultShare]) -> tuple[ColumnElement[int], ...]:
    """What the default percentage says that these cost, and how many units it says it of."""
    if not defaults:
        return literal(0), literal(0)
    stretches = [
        (and_(unknown, col(ProductDay.platform) == one.platform, col(ProductDay.account_id) == one.account_id,
              col(ProductDay.day) >= one.from_day, col(ProductDay.day) < one.until), one.share_ppm)
        for one in defaults
    ]  # fmt: skip
    # As `share_of` has it, to the nearest micro.
    cost = (col(ProductDay.sales_micros) * case(*stretches, else_=0) + WHOLE // 2) // WHOLE
    units = case(*((stretch, col(ProductDay.units)) for stretch, _ in stretches), else_=0)
    return func.sum(cost), func.sum(units)


def _with(total: ProductTotal | None, one: ProductDay, defaults: Sequence[DefaultShare]) -> ProductTotal:
    known = one.goods_micros is not None
    share = None if known else default_on(defaults, one.platform, one.account_id, one.day)
    return ProductTotal(
        platform=one.platform,
        account_id=one.account_id,
        variant_id=one.variant_id,
        title=max(one.title, total.title if total else ""),
        units=one.units + (total.units if total else 0),
        sales_micros=one.sales_micros + (total.sales_micros if total else 0),
        goods_micros=(one.goods_micros or 0) + (total.goods_micros if total else 0),
        uncosted_micros=(0 if known else one.sales_micros) + (total.uncosted_micros if total else 0),
        uncosted_units=(0 if known else one.units) + (total.uncosted_units if total else 0),
        assumed_micros=share_of(one.sales_micros, share or 0) + (total.assumed_micros if total else 0),
        assumed_units=(0 if share is None else one.units) + (total.assumed_units if total else 0),
    )
