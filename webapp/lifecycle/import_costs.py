"""Costs from a file: read as a whole first, shown, and taken in all together or not at all."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlmodel import Session, col, select

from webapp.lifecycle.note_costs import EVER
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sum_days import mark_stale
from webapp.models.data import VariantRow
from webapp.models.day_sum import Because, CostSource, UnitCost
from webapp.models.integration import Integration
from webapp.queries.day_rows import Owner, days_sold

MICROS, MOST = 1_000_000, Decimal(10**9)
MANY_FAULTS, MANY_ROWS = 20, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One line that can be taken in."""

    owner: Owner
    variant_id: str
    title: str
    sku: str
    currency: str
    cost_micros: int
    from_day: date
    market: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFile:
    """What a file says, and what is wrong with which line; with any fault nothing of it is taken in."""

    rows: tuple[CostRow, ...]
    faults: tuple[str, ...]


def cost_of(text: str) -> int | None:
    """ "12.50" in micros; None for what is no amount, or finer than a millionth."""
    try:
        cost = Decimal(text.strip())
    except InvalidOperation:
        return None
    exact = cost.is_finite() and 0 <= cost <= MOST and cost * MICROS == (cost * MICROS).to_integral_value()
    return int(cost * MICROS) if exact else None


def is_market(text: str) -> bool:
    """Whether it can name one: the currency that customers pay in there."""
    return len(text) == 3 and text.isascii() and text.isupper()


def read_costs(session: Session, workspace_id: str, text: str) -> CostFile:
    """CSV with the columns sku and cost, from where a cost counts from a day on, market where it counts in one only.
    Changes nothing."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    lacking = [name for name in ("sku", "cost") if name not in (reader.fieldnames or ())]
    if lacking:
        return CostFile(rows=(), faults=(f"line 1: no column {' and '.join(lacking)}; the first line names them",))
    known = _by_sku(session, workspace_id)
    currencies = {
        Owner(one.workspace_id, one.platform, one.account_id): one.currency
        for one in session.exec(select(Integration).where(Integration.workspace_id == workspace_id))
    }
    rows: dict[tuple[str, str, date, str], CostRow] = {}
    faults: list[str] = []
    for line in reader:
        found = _row(line, known, currencies)
        if isinstance(found, str):
            faults.append(f"line {reader.line_num}: {found}")
        elif (key := (found.owner.account_id, found.variant_id, found.from_day, found.market)) in rows:
            faults.append(f"line {reader.line_num}: {found.sku} is there twice for the same day")
        else:
            rows[key] = found
        if len(faults) == MANY_FAULTS or len(rows) > MANY_ROWS:
            faults.append("and maybe more" if faults else f"more than {MANY_ROWS} lines; split the file")
            break
    if not rows and not faults:
        faults.append("no costs in it")
    return CostFile(rows=tuple(rows.values()), faults=tuple(faults))


def import_costs(runtime: Runtime, *, workspace_id: str, text: str) -> CostFile:
    """Take the file in, in one transaction; with a fault nothing changes. The days are summed anew when next read."""
    now = runtime.now()
    with runtime.database.writing() as session:
        # The integrations' rows before the workspace's, in one order, as every sync takes them.
        session.exec(
            select(Integration)
            .where(Integration.workspace_id == workspace_id)
            .order_by(col(Integration.id))
            .with_for_update()
        ).all()
        found = read_costs(session, workspace_id, text)
        if found.faults:
            return found
        since: dict[Owner, dict[str, date]] = defaultdict(dict)
        for row in found.rows:
            session.merge(
                UnitCost(
                    **row.owner._asdict(), variant_id=row.variant_id, source=CostSource.HAND, from_day=row.from_day,
                    market=row.market, cost_micros=row.cost_micros, currency=row.currency, noted_at=now,
                )
            )  # fmt: skip
            since[row.owner][row.variant_id] = min(row.from_day, since[row.owner].get(row.variant_id, date.max))
        session.flush()
        for owner, variants in since.items():
            mark_stale(session, owner, days_sold(session, owner, variants, since=min(variants.values())), Because.COSTS)
        bump(session, workspace_id)
    return found


def _by_sku(session: Session, workspace_id: str) -> Mapping[str, list[VariantRow]]:
    found: dict[str, list[VariantRow]] = defaultdict(list)
    for one in session.exec(select(VariantRow).where(VariantRow.workspace_id == workspace_id)):
        if one.sku:
            found[one.sku].append(one)
    return found


def _row(
    line: Mapping[str, str | None], known: Mapping[str, list[VariantRow]], currencies: Mapping[Owner, str]
) -> CostRow | str:
    sku, text, since, market = ((line.get(name) or "").strip() for name in ("sku", "cost", "from", "market"))
    cost, variants = cost_of(text), known.get(sku, [])
    if not variants:
        return f"there is no product with the SKU {sku!r}"
    if len(variants) > 1:
        return f"{len(variants)} products have the SKU {sku!r}"
    if cost is None:
        return f"{text!r} is no cost; costs look like 12.50, without a currency sign"
    try:
        from_day = date.fromisoformat(since) if since else EVER
    except ValueError:
        return f"{since!r} is no day; days look like 2026-11-01"
    if market and not is_market(market):
        return f"{market!r} is no market; markets are named by their currency, such as CAD"
    (one,) = variants
    owner = Owner(one.workspace_id, one.platform, one.account_id)
    if owner not in currencies:
        return f"the store of {sku!r} is not connected"
    return CostRow(
        owner=owner, variant_id=one.variant_id, title=one.title, sku=sku, currency=currencies[owner],
        cost_micros=cost, from_day=from_day, market=market,
    )  # fmt: skip
