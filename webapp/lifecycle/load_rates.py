"""Take in a file of exchange rates: all of it, or nothing and what is wrong with which line."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlmodel import Session, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.people import Workspace
from webapp.models.rate import Rate

COLUMNS = ("day", "base", "quote", "rate")
MANY = 20
AT_ONCE = 1_000
CURRENCY = re.compile(r"[A-Z]{3}")
# Beyond these somebody has mistaken a column: no two currencies are that far apart.
LEAST, MOST = Decimal("0.0000001"), Decimal("10000000")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rates were taken in; with any fault, none."""

    rates: int
    faults: tuple[str, ...]


def load_rates(runtime: Runtime, text: str, *, source: str) -> Loaded:
    """Rates as CSV with the columns day, base, quote and rate. A rate that is there already is replaced."""
    rows, faults = _read(text)
    if faults:
        return Loaded(0, tuple(faults))
    now = runtime.now()
    values = [
        {"day": day, "base": base, "quote": quote, "rate": rate, "source": source, "loaded_at": now}
        for (day, base, quote), rate in rows.items()
    ]
    with runtime.database.writing() as session:
        for start in range(0, len(values), AT_ONCE):
            _upsert(session, values[start : start + AT_ONCE])
        workspaces = session.exec(select(Workspace.id)).all()
        if values and workspaces:
            # What was a gap yesterday may be none now, on every page that is open.
            bump(session, *workspaces)
    return Loaded(len(values), ())


def _upsert(session: Session, values: list[dict[str, object]]) -> None:
    rate = insert_of(session)(table_of(Rate))
    changed = {name: rate.excluded[name] for name in ("rate", "source", "loaded_at")}
    session.execute(rate.on_conflict_do_update(index_elements=["day", "base", "quote"], set_=changed), values)


def _read(text: str) -> tuple[dict[tuple[date, str, str], str], list[str]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    lacking = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if lacking:
        return {}, [f"line 1: no column {', '.join(lacking)}; the first line names day, base, quote and rate"]
    rows: dict[tuple[date, str, str], str] = {}
    faults: list[str] = []
    for row in reader:
        found = _row(row)
        if isinstance(found, str):
            faults.append(f"line {reader.line_num}: {found}")
        elif found[0] in rows and rows[found[0]] != found[1]:
            faults.append(f"line {reader.line_num}: another rate than an earlier line for the same day and currencies")
        else:
            rows[found[0]] = found[1]
        if len(faults) == MANY:
            faults.append("and maybe more")
            break
    return rows, faults or ([] if rows else ["no rates in it"])


def _row(row: dict[str, str | None]) -> tuple[tuple[date, str, str], str] | str:
    day, base, quote, rate = ((row[name] or "").strip() for name in COLUMNS)
    try:
        at = date.fromisoformat(day)
    except ValueError:
        return f"{day!r} is no day; days look like 2026-11-01"
    for one in (base, quote):
        if not CURRENCY.fullmatch(one):
            return f"{one!r} is no currency; currencies look like USD"
    if base == quote:
        return "a currency against itself"
    try:
        number = Decimal(rate)
    except InvalidOperation:
        return f"{rate!r} is no number"
    if not number.is_finite() or not LEAST <= number <= MOST:
        return f"{rate} cannot be a rate"
    return (at, base, quote), format(number, "f")
