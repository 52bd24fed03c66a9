"""The receipt of a recovery, day by day: what was there, what is there now, and what the platform itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.lifecycle.store_page import day_sums
from webapp.models.comparison import Figures, is_equal
from webapp.models.data import OrderRow
from webapp.models.day_note import DayNote
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.receipt_day import Checked, ReceiptDay, before_in, before_json, days_in
from webapp.models.trouble import Receipt
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading, Stream, Total
from webapp.queries.coverage import figures

# How far before an absence a platform's corrections are still put on its receipt.
KEPT = timedelta(days=90)


def figures_before(
    session: Session, platform: Platform, integration: Integration, *, away_from: datetime
) -> dict[str, object]:
    """What the days are now, to be kept on a receipt that is just being opened."""
    since = local_day(away_from, ZoneInfo(integration.timezone)) - KEPT
    return before_json(
        {stream.name: figures(session, integration, stream, since=since) for stream in platform.dated_streams}
    )


def came_in(
    session: Session, platform: Platform, integration: Integration, receipt: Receipt
) -> tuple[dict[str, int], int]:
    """Rows per stream that were missing and are here now, and what they are worth."""
    found: dict[str, int] = {}
    amount = 0
    before = before_in(receipt.before)
    for stream in platform.dated_streams:
        if stream.reading is Reading.CHANGES:
            rows, worth = _orders_placed(session, integration, receipt)
        else:
            rows, worth = _days_gained(session, integration, stream, receipt, before.get(stream.name, {}))
        found[stream.name] = rows
        amount += worth
    return found, amount


def write_days(session: Session, platform: Platform, integration: Integration, receipt: Receipt, now: datetime) -> None:
    """Everything owed is read: put each day on the receipt that was away, or that the platform changed meanwhile."""
    zone = ZoneInfo(integration.timezone)
    first = local_day(receipt.away_from, zone)
    before = before_in(receipt.before)
    # A day the platform no longer gives did not come back; it is told of as lost, not here.
    readable = integration.readable_from(local_day(now, zone))
    lines = []
    session.flush()
    for stream in platform.dated_streams:
        known = before.get(stream.name, {})
        for day, has in sorted(figures(session, integration, stream, since=first - KEPT).items()):
            was, missed = known.get(day), day >= max(first, readable)
            if missed or (day < first and was is not None and was != has):
                lines.append(ReceiptDay(stream=stream.name, day=day, missed=missed, before=was, after=has))
    receipt.days = [line.as_json() for line in lines]


def check_receipt(
    receipt: Receipt,
    integration: Integration,
    *,
    ours: Mapping[str, Mapping[date, Figures]],
    totals: Mapping[str, Mapping[date, Total]],
    notes: Mapping[tuple[str, date], DayNote],
    now: datetime,
) -> tuple[bool, bool]:
    """Hold its days against these totals: whether anything came of it, and whether days are left that can be asked for.

    It matches or not once every day that is over was compared; today's figures are left alone.
    """
    today = local_day(now, ZoneInfo(integration.timezone))
    lines = []
    for line in days_in(receipt.days):
        theirs = totals.get(line.stream, {}).get(line.day)
        figure = ours.get(line.stream, {}).get(line.day, line.after)
        note = notes.get((line.stream, line.day))
        checked = _checked(line, figure, theirs, today, integration.currency)
        lines.append(
            replace(
                line,
                after=figure,
                checked=checked,
                their_rows=theirs.rows if theirs else line.their_rows,
                their_micros=theirs.amount_micros if theirs else line.their_micros,
                reason=note.reason if note else None,
                subject=note.subject if note else None,
            )
        )
    compared = [line.checked for line in lines if line.checked in (Checked.EQUAL, Checked.DIFFERS)]
    left = any(line.checked is Checked.NOT_YET for line in lines)
    matches = all(one is Checked.EQUAL for one in compared) if compared and not left else None
    written = [line.as_json() for line in lines]
    changed = written != receipt.days or matches is not receipt.matches
    receipt.days, receipt.matches = written, matches
    receipt.checked_at = now if matches is not None else None
    return changed, changed and left


def _checked(line: ReceiptDay, ours: Figures, theirs: Total | None, today: date, currency: str) -> Checked:
    if line.day >= today:
        return Checked.CHANGING
    if theirs is None:
        return Checked.NOT_YET if line.checked is Checked.CHANGING else line.checked
    if not theirs.is_given:
        return Checked.NO_TOTAL
    return Checked.EQUAL if is_equal(ours, theirs, currency=currency) else Checked.DIFFERS


def _orders_placed(session: Session, integration: Integration, receipt: Receipt) -> tuple[int, int]:
    rows, worth = session.execute(
        select(func.count(), func.coalesce(func.sum(col(OrderRow.total_micros)), 0)).where(
            col(OrderRow.workspace_id) == integration.workspace_id,
            col(OrderRow.platform) == integration.platform,
            col(OrderRow.account_id) == integration.account_id,
            col(OrderRow.created_at).between(receipt.away_from, receipt.away_to),
        )
    ).one()
    return rows, int(worth)


def _days_gained(
    session: Session, integration: Integration, stream: Stream, receipt: Receipt, before: Mapping[date, Figures]
) -> tuple[int, int]:
    zone = ZoneInfo(integration.timezone)
    first, last = local_day(receipt.away_from, zone), local_day(receipt.away_to, zone)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    nothing = Figures(0, 0)
    gained = [
        (rows - before.get(day, nothing).rows, worth - before.get(day, nothing).micros)
        for day, (rows, worth) in day_sums(session, integration, stream, days).items()
    ]
    return max(0, sum(rows for rows, _ in gained)), sum(worth for _, worth in gained)
