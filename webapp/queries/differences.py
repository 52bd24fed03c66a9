"""A difference from the platform's own total in a merchant's words: how much, why as far as known, what to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.models.comparison import Figures
from webapp.models.day_note import DayNote, Reason
from webapp.models.integration import Integration
from webapp.platforms.base import Platform, Stream, Total
from webapp.queries import wording
from webapp.queries.facts import WarningFacts

_WHY = {
    Reason.RESTATED: "{company} corrected the day after we had read it, and it was read again",
    Reason.TIME_ZONE: "the account's time zone at {company} is {subject} now, so its days begin at another hour",
    Reason.CURRENCY: "{company} gives its total in {subject}, so the two cannot be compared",
    Reason.DELETED: "{subject} is still in {company}'s total but no longer in its report: deleted there, or hidden "
    "from the login",
    Reason.SCOPE_MISSING: "the permission lacks {subject}",
}
_WHY_WITHOUT_SUBJECT = {
    Reason.TIME_ZONE: "the days come to the same together, so at {company} they begin at another hour",
    Reason.DELETED: "something was deleted at {company} after we had read it",
}


def by_how_much(ours: Figures, theirs: Total, *, company: str, stream: Stream, currency: str) -> str:
    """ "Meta's total is $412 higher ($2,184; here $1,772)", "Shopify counts 3 more (68; here 65)". Empty when equal."""
    if theirs.rows is not None and theirs.rows != ours.rows:
        more, off = ("more" if theirs.rows > ours.rows else "fewer"), abs(theirs.rows - ours.rows)
        figures = f"{wording.count(theirs.rows)}; here {wording.count(ours.rows)}"
        return f"{company} counts {wording.counted(off, stream.unit)} {more} ({figures})"
    if theirs.amount_micros is not None and theirs.amount_micros != ours.micros:
        higher = "higher" if theirs.amount_micros > ours.micros else "lower"
        off_by = wording.money(abs(theirs.amount_micros - ours.micros), currency)
        told = theirs.currency or currency
        figures = f"{wording.money(theirs.amount_micros, told)}; here {wording.money(ours.micros, currency)}"
        return f"{company}'s total is {off_by} {higher} ({figures})"
    return ""


def why(reason: Reason, subject: str | None, company: str) -> str:
    """The likeliest reason as half a sentence; empty when none is known."""
    words = _WHY.get(reason, "") if subject or reason is Reason.RESTATED else _WHY_WITHOUT_SUBJECT.get(reason, "")
    return words.format(company=company, subject=subject)


def note_words(note: DayNote, integration: Integration, platform: Platform) -> str:
    """What a day's details say about its difference."""
    stream = platform.stream(note.stream)
    reason = why(note.reason, note.subject, platform.company)
    found, settled = (_day(at, integration) for at in (note.found_at, note.settled_at or note.found_at))
    if note.settled_at is not None:
        because = f": {reason}" if reason else ""
        return f"Differed from {platform.company}'s total on {found}{because}. Equal since {settled}."
    amount = by_how_much(note.ours, note.theirs, company=platform.company, stream=stream, currency=integration.currency)
    if note.nights == 0:
        return f"{amount}. We are reading the day again."
    likely = f" Likely: {reason}." if reason else ""
    return f"{amount}. Read again on {found}, and it is still so.{likely}"


def warning_of(
    notes: Sequence[DayNote], integration: Integration, platform: Platform, *, login: str | None
) -> WarningFacts:
    """One warning for all the days that differ for long enough and by enough."""
    stream = platform.stream(notes[0].stream)
    notes = [note for note in notes if note.stream == stream.name]
    reason, subject = Counter((note.reason, note.subject) for note in notes).most_common(1)[0][0]
    lacks = reason is Reason.SCOPE_MISSING
    said = why(reason, subject, platform.company)
    return WarningFacts(
        title=_title(notes, platform, stream, integration.currency),
        text=f"{said[0].upper()}{said[1:]}." if said and not lacks else "",
        advice=_advice(notes, platform, lacks=lacks).format(
            company=platform.company, account=integration.account_name, login=login or "the login", subject=subject
        ),
        offers_reconnect=lacks,
        days=wording.days_listed(sorted({note.day for note in notes})),
    )


def _title(notes: Sequence[DayNote], platform: Platform, stream: Stream, currency: str) -> str:
    days = wording.counted(len({note.day for note in notes}), wording.DAYS)
    rows = sum(note.their_rows - note.our_rows for note in notes if note.their_rows is not None)
    if rows:
        return f"{platform.company} counts {wording.counted(rows, stream.unit)} more than it shows us, over {days}."
    micros = _off(notes)
    amount = wording.money(sum(abs(one) for one in micros), currency)
    if min(micros) < 0 < max(micros):
        return f"{platform.company}'s own total differs by {amount} from what it shows us, over {days}."
    higher = "higher" if max(micros) > 0 else "lower"
    return f"{platform.company}'s own total is {amount} {higher} than what it shows us, over {days}."


def _advice(notes: Sequence[DayNote], platform: Platform, *, lacks: bool) -> str:
    if lacks:
        return "The permission lacks {subject}. Reconnect and leave every permission ticked."
    if platform.kind == "store":
        return "Check in {company} that nothing keeps Shopimize from seeing all orders of {account}."
    if max(_off(notes), default=0) > 0:
        return "Check at {company} that {login} may see every campaign of {account}."
    return "Look at {company}'s own report of {account} for these days: it may have credited something back."


def _off(notes: Sequence[DayNote]) -> list[int]:
    """By how much each total of money differs."""
    return [note.their_micros - note.our_micros for note in notes if note.their_micros is not None]


def _day(at: datetime, integration: Integration) -> str:
    return wording.day(at.astimezone(ZoneInfo(integration.timezone)).date())
