"""Days against the platform's totals: equal is quiet; what differs is read once more, then noted with its reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.models.comparison import CLOSED_DAYS, ROUNDING_MICROS, Figures, is_equal, night_of
from webapp.models.data import SpendRow
from webapp.models.day_note import DayNote, Evidence, Reason, is_material, reason_of
from webapp.models.integration import Integration
from webapp.models.sync import Coverage
from webapp.platforms.streams import Reading, Stream, Total

RECENTLY = timedelta(days=90)


def open_notes(session: Session, integration: Integration) -> dict[tuple[str, date], DayNote]:
    """The integration's days that still differ, by stream and day."""
    return {key: note for key, note in notes_of(session, integration).items() if note.settled_at is None}


def notes_of(session: Session, integration: Integration) -> dict[tuple[str, date], DayNote]:
    """Every day that differs or once did, by stream and day."""
    found = session.exec(
        select_row(DayNote).where(
            DayNote.workspace_id == integration.workspace_id,
            DayNote.platform == integration.platform,
            DayNote.account_id == integration.account_id,
        )
    )
    return {(note.stream, note.day): note for note in found}


def vanished_campaigns(session: Session, integration: Integration, *, since: date) -> tuple[str, ...]:
    """Campaigns that were reported until shortly before `since`, and not from then on.

    A row that stayed because its campaign is only hidden is older than the rest of its day, and is no report.
    """
    mine = (
        col(SpendRow.workspace_id) == integration.workspace_id,
        col(SpendRow.platform) == integration.platform,
        col(SpendRow.account_id) == integration.account_id,
        col(SpendRow.day) >= since - RECENTLY,
    )
    latest = (
        select(col(SpendRow.day), func.max(col(SpendRow.read_at)).label("read_at"))
        .where(*mine)
        .group_by(col(SpendRow.day))
        .subquery()
    )
    reported = case((col(SpendRow.read_at) == latest.c.read_at, col(SpendRow.day)))
    rows = session.execute(
        select(func.max(col(SpendRow.campaign_name)))
        .join_from(SpendRow, latest, col(SpendRow.day) == latest.c.day)
        .where(*mine)
        .group_by(col(SpendRow.campaign_id))
        .having(func.coalesce(func.max(reported), since - RECENTLY) < since)
    )
    return tuple(sorted(name for (name,) in rows))


def differing(ours: Mapping[date, Figures], theirs: Mapping[date, Total], *, currency: str) -> set[date]:
    """The days of which both are known and which are not equal."""
    return {day for day in ours.keys() & theirs.keys() if not is_equal(ours[day], theirs[day], currency=currency)}


def note_days(
    session: Session,
    integration: Integration,
    stream: Stream,
    *,
    ours: Mapping[date, Figures],
    theirs: Mapping[date, Total],
    evidence: Evidence,
    now: datetime,
) -> tuple[set[date], bool]:
    """Write down how these days stand tonight; which are to be read once more, and whether anything shown changed.

    Running it again the same night changes nothing: a night counts once, and only after the day was read again.
    """
    tonight = night_of(now, ZoneInfo(integration.timezone))
    notes = {day: note for (name, day), note in notes_of(session, integration).items() if name == stream.name}
    off = differing(ours, theirs, currency=integration.currency)
    evens_out = _evens_out(ours, theirs, off)
    again: set[date] = set()
    changed = settled = False
    for day in sorted(ours.keys() & theirs.keys()):
        note = notes.get(day)
        if day not in off:
            if note is not None and note.settled_at is None:
                _settle(note, ours[day], theirs[day], now)
                changed = settled = True
            continue
        reason, subject = reason_of(
            ours[day], theirs[day], currency=integration.currency, timezone=integration.timezone,
            evens_out=evens_out, evidence=evidence,
        )  # fmt: skip
        if note is None or note.settled_at is not None:
            note = session.merge(_opened(integration, stream, day, ours[day], tonight, now))
            again.add(day)
        elif note.asked_on != tonight and day >= tonight - timedelta(days=CLOSED_DAYS):
            note.asked_on = tonight
            again.add(day)
        elif note.last_night != tonight:
            _count_night(note, tonight, material=is_material(ours[day], theirs[day]))
            changed = True
        changed |= _fill(note, ours[day], theirs[day], reason, subject)
    if settled:
        # What one day gets back the older ones may get back too.
        again |= off
    return again, changed or bool(again)


def read_again(
    session: Session, integration: Integration, stream: Stream, days: Collection[date], now: datetime
) -> None:
    """Make complete days owed once more, without taking back that they are complete.

    Rows of a stream read by change time turn up on the day of their last change: everything since is read.
    """
    marks = (
        col(Coverage.workspace_id) == integration.workspace_id,
        col(Coverage.platform) == integration.platform,
        col(Coverage.account_id) == integration.account_id,
        col(Coverage.stream) == stream.name,
    )
    since = stream.reading is Reading.CHANGES
    which = col(Coverage.day) >= min(days) if since else col(Coverage.day).in_(list(days))
    session.execute(update(Coverage).where(*marks, which).values(again_at=now))
    session.execute(
        update(Integration)
        .where(col(Integration.id) == integration.id, col(Integration.next_sync_at) > now)
        .values(next_sync_at=now)
    )


def _opened(
    integration: Integration, stream: Stream, day: date, ours: Figures, tonight: date, now: datetime
) -> DayNote:
    return DayNote(
        workspace_id=integration.workspace_id,
        platform=integration.platform,
        account_id=integration.account_id,
        stream=stream.name,
        day=day,
        found_at=now,
        asked_on=tonight,
        our_rows=ours.rows,
        our_micros=ours.micros,
    )


def _count_night(note: DayNote, tonight: date, *, material: bool) -> None:
    running = note.material_nights if note.last_night == tonight - timedelta(days=1) else 0
    note.material_nights = running + 1 if material else 0
    note.nights, note.last_night = note.nights + 1, tonight


def _fill(note: DayNote, ours: Figures, theirs: Total, reason: Reason, subject: str | None) -> bool:
    """The figures and the reason as they are now; whether that is news."""
    before = (note.our_rows, note.our_micros, note.their_rows, note.their_micros, note.reason, note.subject)
    note.our_rows, note.our_micros = ours.rows, ours.micros
    note.their_rows, note.their_micros = theirs.rows, theirs.amount_micros
    note.reason, note.subject = reason, subject
    return before != (note.our_rows, note.our_micros, note.their_rows, note.their_micros, reason, subject)


def _settle(note: DayNote, ours: Figures, theirs: Total, now: datetime) -> None:
    """The difference is gone: corrected by the platform since our first look, when reading again was all it took."""
    note.settled_at = now
    reason = Reason.RESTATED if note.nights == 0 else note.reason
    _fill(note, ours, theirs, reason, note.subject if note.nights else None)


def _evens_out(ours: Mapping[date, Figures], theirs: Mapping[date, Total], off: set[date]) -> bool:
    """Whether the days that differ come to the same together: then it is where a day begins that differs."""
    if len(off) < 2:
        return False
    rows = sum(total.rows - ours[day].rows for day in off if (total := theirs[day]).rows is not None)
    micros = sum(
        total.amount_micros - ours[day].micros for day in off if (total := theirs[day]).amount_micros is not None
    )
    return rows == 0 and abs(micros) <= ROUNDING_MICROS * sum(max(1, ours[day].rows) for day in off)
