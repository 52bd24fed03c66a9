"""Receipts as a page, a mail and a spreadsheet show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from webapp.models.comparison import Figures
from webapp.models.day_note import Reason
from webapp.models.integration import Integration
from webapp.models.people import Person
from webapp.models.plan import local_day
from webapp.models.receipt_day import Checked, ReceiptDay, days_in
from webapp.models.trouble import Receipt
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading, Stream
from webapp.queries import wording
from webapp.queries.differences import by_how_much, why
from webapp.queries.receipt_facts import ReceiptFacts, ReceiptLine
from webapp.words import marked, say

EQUAL = marked("Equal")


def receipt_facts(session: Session, platform: Platform, integration_id: str, receipt_id: str) -> ReceiptFacts | None:
    """One receipt of this integration; None when it has no such."""
    receipt = session.exec(
        select(Receipt).where(Receipt.id == receipt_id, Receipt.integration_id == integration_id)
    ).one_or_none()
    if receipt is None:
        return None
    integration = session.get_one(Integration, integration_id)
    person = session.get(Person, receipt.person_id) if receipt.person_id else None
    return receipt_of(receipt, integration, platform, {person.id: person.name} if person else {})


def receipt_of(
    receipt: Receipt, integration: Integration, platform: Platform, people: Mapping[str, str]
) -> ReceiptFacts:
    """A receipt row as facts."""
    days = days_in(receipt.days)
    today = local_day(receipt.complete_at or receipt.away_to, ZoneInfo(integration.timezone))
    lines = [_line(day, platform, receipt.currency, is_today=day.day == today) for day in days]
    return ReceiptFacts(
        id=receipt.id,
        away_from=receipt.away_from,
        away_to=receipt.away_to,
        days=receipt.owed_days,
        found=tuple(_counted(receipt, platform)),
        amount=wording.money(receipt.amount_micros, receipt.currency) if receipt.amount_micros else None,
        by=people.get(receipt.person_id or ""),
        through_link=receipt.through_link,
        complete_at=receipt.complete_at,
        company=platform.company,
        currency=receipt.currency,
        measure="count" if days and all(day.their_micros is None for day in days) else "total",
        came_in=_came_in(days, platform, receipt.currency),
        missed=tuple(line for line in lines if line.figures.missed),
        corrected=tuple(line for line in lines if not line.figures.missed),
        is_by_day=receipt.days is not None,
        matches=receipt.matches,
        checked_at=receipt.checked_at,
    )


def _counted(receipt: Receipt, platform: Platform) -> list[tuple[int, str]]:
    """What a merchant counts: orders. How many rows an ad report has for a day means nothing to anybody."""
    return [
        (receipt.found[stream.name], stream.unit[0 if receipt.found[stream.name] == 1 else 1])
        for stream in platform.dated_streams
        if stream.reading is Reading.CHANGES and stream.name in receipt.found
    ]


def _came_in(days: Sequence[ReceiptDay], platform: Platform, currency: str) -> tuple[tuple[str, str], ...]:
    gained: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    nothing = Figures(0, 0)
    for day in days:
        if day.missed:
            gained[day.stream][0] += day.after.rows - (day.before or nothing).rows
            gained[day.stream][1] += day.after.micros - (day.before or nothing).micros
    return tuple(
        (stream.label, _figures(Figures(*gained[stream.name]), stream, currency))
        for stream in platform.dated_streams
        if stream.name in gained
    )


def _line(day: ReceiptDay, platform: Platform, currency: str, *, is_today: bool) -> ReceiptLine:
    stream = platform.stream(day.stream)
    return ReceiptLine(
        figures=day,
        name=wording.day(day.day),
        stream=stream.label,
        before=_figures(day.before, stream, currency) if day.before else None,
        after=_figures(day.after, stream, currency),
        theirs=_theirs(day, stream, currency),
        verdict=_verdict(day, platform, stream, currency, is_today=is_today),
    )


def _verdict(day: ReceiptDay, platform: Platform, stream: Stream, currency: str, *, is_today: bool) -> str:
    if day.checked is Checked.EQUAL:
        corrected = day.reason is Reason.RESTATED
        return say("Equal, after {company} corrected it", company=platform.company) if corrected else say(EQUAL)
    if day.checked is Checked.DIFFERS:
        amount = by_how_much(day.after, day.theirs, company=platform.company, stream=stream, currency=currency)
        reason = why(day.reason, day.subject, platform.company) if day.reason else ""
        if reason:
            return say("{amount}. Likely: {reason}", amount=amount, reason=reason)
        return say("{amount}. It may have been corrected since; we look again", amount=amount)
    if day.checked is Checked.NO_TOTAL:
        return say("{company} gives no total", company=platform.company)
    return say("Still changing") if is_today or day.checked is Checked.CHANGING else say("Not checked yet")


def _theirs(day: ReceiptDay, stream: Stream, currency: str) -> str | None:
    theirs, micros = day.theirs, day.their_micros
    rows = wording.counted(theirs.rows, stream.unit) if theirs.rows is not None else None
    amount = wording.money(micros, theirs.currency or currency) if micros is not None else None
    return ", ".join(one for one in (rows, amount) if one) or None


def _figures(figures: Figures, stream: Stream, currency: str) -> str:
    return f"{wording.counted(figures.rows, stream.unit)}, {wording.money(figures.micros, currency)}"
