"""Figures as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from webapp.queries.facts import IntegrationFacts
from webapp.queries.receipt_facts import ReceiptFacts, ReceiptLine

MICROS = 1_000_000
HEADER = (
    "Platform", "Account", "Data", "Day", "Missed", "Rows before", "Amount before", "Rows now", "Amount now",
    "Platform rows", "Platform amount", "Currency", "Check",
)  # fmt: skip
# How spreadsheets recognise a formula (OWASP, CSV injection); text that begins so gets an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | None


def receipt_csv(receipt: ReceiptFacts, integration: IntegrationFacts) -> str:
    """A line for each day of the receipt. Amounts are plain decimals; what is unknown is empty, never zero."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(HEADER)
    for line in receipt.lines:
        rows.writerow(_safe(_cells(line, receipt, integration)))
    return written.getvalue()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(line: ReceiptLine, receipt: ReceiptFacts, integration: IntegrationFacts) -> Iterable[Cell]:
    day, before = line.figures, line.figures.before
    return (
        integration.platform_name, integration.account_name, line.stream, day.day.isoformat(),
        "yes" if day.missed else "no", before.rows if before else None, _amount(before.micros if before else None),
        day.after.rows, _amount(day.after.micros), day.their_rows, _amount(day.their_micros), receipt.currency,
        line.verdict,
    )  # fmt: skip


def _safe(cells: Iterable[Cell]) -> list[Cell]:
    # Numbers of our own making are the exception: "-3.20" has to stay a number.
    return [guarded(cell) if isinstance(cell, str) and not _is_number(cell) else cell for cell in cells]


def _amount(micros: int | None) -> str | None:
    if micros is None:
        return None
    sign, whole, rest = "-" if micros < 0 else "", abs(micros) // MICROS, abs(micros) % MICROS
    return f"{sign}{whole}.{rest // 10_000:02}" if rest % 10_000 == 0 else f"{sign}{whole}.{rest:06}"


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
