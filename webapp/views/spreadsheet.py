"""Figures as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from webapp.queries.facts import IntegrationFacts
from webapp.queries.receipt_facts import ReceiptFacts, ReceiptLine

MICROS = 1_000_000
HEADER = (
    "Platform", "Account", "Away from", "Away to", "Data", "Day", "Missed", "Rows before", "Amount before", "Rows now",
    "Amount now", "Currency", "Platform rows", "Platform amount", "Platform currency", "Check",
)  # fmt: skip
# How spreadsheets recognise a formula (OWASP, CSV injection); text that begins so gets an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | None


def receipt_csv(receipt: ReceiptFacts, integration: IntegrationFacts) -> str:
    """A line for each day of the receipt. Amounts are plain decimals; what is unknown is empty, never zero."""
    return table_csv(HEADER, (_cells(line, receipt, integration) for line in receipt.lines))


def table_csv(header: Iterable[str], lines: Iterable[Iterable[Cell]]) -> str:
    """Lines of cells as text; what is unknown is empty."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(header)
    for line in lines:
        rows.writerow(_safe(line))
    return written.getvalue()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(line: ReceiptLine, receipt: ReceiptFacts, integration: IntegrationFacts) -> Iterable[Cell]:
    day, before, theirs = line.figures, line.figures.before, line.figures.theirs
    zone = ZoneInfo(integration.timezone)
    theirs_in = (theirs.currency or receipt.currency) if theirs.amount_micros is not None else None
    return (
        integration.platform_name, integration.account_name, *(
            at.astimezone(zone).isoformat(timespec="seconds") for at in (receipt.away_from, receipt.away_to)
        ),
        line.stream, day.day.isoformat(), "yes" if day.missed else "no", before.rows if before else None,
        amount(before.micros if before else None), day.after.rows, amount(day.after.micros), receipt.currency,
        theirs.rows, amount(theirs.amount_micros), theirs_in, line.verdict,
    )  # fmt: skip


def _safe(cells: Iterable[Cell]) -> list[Cell]:
    # Numbers of our own making are the exception: "-3.20" has to stay a number.
    return [guarded(cell) if isinstance(cell, str) and not _is_number(cell) else cell for cell in cells]


def amount(micros: int | None) -> str | None:
    """Micros as a plain decimal number."""
    if micros is None:
        return None
    sign, whole, rest = "-" if micros < 0 else "", abs(micros) // MICROS, abs(micros) % MICROS
    return f"{sign}{whole}.{rest // 10_000:02}" if rest % 10_000 == 0 else f"{sign}{whole}.{rest:06}"


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
