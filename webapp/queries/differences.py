"""A difference from the platform's own total in a merchant's words: how much, why as far as known, what to check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.models.comparison import Figures
from webapp.models.day_note import DayNote, Reason
from webapp.models.integration import Integration
from webapp.platforms.base import Platform
from webapp.platforms.streams import Stream, Total
from webapp.queries import wording
from webapp.queries.facts import WarningFacts
from webapp.words import marked, say

_WHY = {
    Reason.RESTATED: marked("{company} corrected the day after we had read it, and it was read again"),
    Reason.TIME_ZONE: marked(
        "the account's time zone at {company} is {subject} now, so its days begin at another hour"
    ),
    Reason.CURRENCY: marked("{company} gives its total in {subject}, so the two cannot be compared"),
    Reason.DELETED: marked(
        "{subject} is still in {company}'s total but no longer in its report: deleted there, or hidden from the login"
    ),
    Reason.SCOPE_MISSING: marked("the permission lacks {subject}"),
}
_WHY_WITHOUT_SUBJECT = {
    Reason.TIME_ZONE: marked("the days come to the same together, so at {company} they begin at another hour"),
    Reason.DELETED: marked("something was deleted at {company} after we had read it"),
}


def by_how_much(ours: Figures, theirs: Total, *, company: str, stream: Stream, currency: str) -> str:
    """ "Meta's total is $412 higher ($2,184; here $1,772)", "Shopify counts 3 more (68; here 65)". Empty when equal.
    Amounts of two currencies stand beside each other, and neither is the higher one."""
    if theirs.amount_micros is not None and theirs.currency and theirs.currency != currency:
        return say(
            "{company}'s total is {theirs}; here {ours}",
            company=company,
            theirs=wording.money(theirs.amount_micros, theirs.currency),
            ours=wording.money(ours.micros, currency),
        )
    if theirs.rows is not None and theirs.rows != ours.rows:
        names = {
            "company": company,
            "rows": wording.counted(abs(theirs.rows - ours.rows), stream.unit),
            "theirs": wording.count(theirs.rows),
            "ours": wording.count(ours.rows),
        }
        if theirs.rows > ours.rows:
            return say("{company} counts {rows} more ({theirs}; here {ours})", **names)
        return say("{company} counts {rows} fewer ({theirs}; here {ours})", **names)
    if theirs.amount_micros is not None and theirs.amount_micros != ours.micros:
        names = {
            "company": company,
            "amount": wording.money(abs(theirs.amount_micros - ours.micros), currency),
            "theirs": wording.money(theirs.amount_micros, currency),
            "ours": wording.money(ours.micros, currency),
        }
        if theirs.amount_micros > ours.micros:
            return say("{company}'s total is {amount} higher ({theirs}; here {ours})", **names)
        return say("{company}'s total is {amount} lower ({theirs}; here {ours})", **names)
    return ""


def why(reason: Reason, subject: str | None, company: str) -> str:
    """The likeliest reason as half a sentence; empty when none is known."""
    words = _WHY.get(reason, "") if subject or reason is Reason.RESTATED else _WHY_WITHOUT_SUBJECT.get(reason, "")
    return say(words, company=company, subject=subject)


def note_words(note: DayNote, integration: Integration, platform: Platform) -> str:
    """What a day's details say about its difference."""
    stream = platform.stream(note.stream)
    reason = why(note.reason, note.subject, platform.company)
    found, settled = (_day(at, integration) for at in (note.found_at, note.settled_at or note.found_at))
    if note.settled_at is not None:
        names = {"company": platform.company, "found": found, "settled": settled}
        if reason:
            return say(
                "Differed from {company}'s total on {found}: {reason}. Equal since {settled}.", reason=reason, **names
            )
        return say("Differed from {company}'s total on {found}. Equal since {settled}.", **names)
    amount = by_how_much(note.ours, note.theirs, company=platform.company, stream=stream, currency=integration.currency)
    if note.nights == 0:
        return say("{amount}. We are reading the day again.", amount=amount)
    still = say("{amount}. Read again on {found}, and it is still so.", amount=amount, found=found)
    return f"{still} {say('Likely: {likely}.', likely=reason)}" if reason else still


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
        advice=say(
            _advice(notes, platform, lacks=lacks),
            company=platform.company,
            account=integration.account_name,
            login=login or say("the login"),
            subject=subject,
        ),
        offers_reconnect=lacks,
        days=wording.days_listed(sorted({note.day for note in notes})),
    )


def _title(notes: Sequence[DayNote], platform: Platform, stream: Stream, currency: str) -> str:
    names = {
        "company": platform.company,
        "days": wording.counted(len({note.day for note in notes}), wording.DAYS),
    }
    rows = sum(note.their_rows - note.our_rows for note in notes if note.their_rows is not None)
    if rows:
        counted = wording.counted(rows, stream.unit)
        return say("{company} counts {rows} more than it shows us, over {days}.", rows=counted, **names)
    micros = _off(notes)
    amount = wording.money(sum(abs(one) for one in micros), currency)
    if min(micros) < 0 < max(micros):
        return say(
            "{company}'s own total differs by {amount} from what it shows us, over {days}.", amount=amount, **names
        )
    if max(micros) > 0:
        return say(
            "{company}'s own total is {amount} higher than what it shows us, over {days}.", amount=amount, **names
        )
    return say("{company}'s own total is {amount} lower than what it shows us, over {days}.", amount=amount, **names)


def _advice(notes: Sequence[DayNote], platform: Platform, *, lacks: bool) -> str:
    if lacks:
        return marked("The permission lacks {subject}. Reconnect and leave every permission ticked.")
    if platform.kind == "store":
        return marked("Check in {company} that nothing keeps Shopimize from seeing all orders of {account}.")
    if max(_off(notes), default=0) > 0:
        return marked("Check at {company} that {login} may see every campaign of {account}.")
    return marked("Look at {company}'s own report of {account} for these days: it may have credited something back.")


def _off(notes: Sequence[DayNote]) -> list[int]:
    """By how much each total of money differs."""
    return [note.their_micros - note.our_micros for note in notes if note.their_micros is not None]


def _day(at: datetime, integration: Integration) -> str:
    return wording.day(at.astimezone(ZoneInfo(integration.timezone)).date())
