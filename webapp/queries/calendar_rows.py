"""The rows that coverage calendars are made of, in a few queries however many accounts there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.models.comparison import Comparison, Figures
from webapp.models.day_note import DayNote
from webapp.models.integration import Integration
from webapp.models.plan import CoveredDay
from webapp.models.sync import Coverage, Cursor

StreamKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class StreamDays:
    """What was read of each day of one stream, and what came in."""

    covered: dict[date, CoveredDay]
    figures: dict[date, Figures]


@dataclass(frozen=True, slots=True)
class CalendarRows:
    """Streams by platform, account and name; notes with the day behind that; comparisons by integration id."""

    streams: Mapping[StreamKey, StreamDays]
    notes: Mapping[tuple[str, str, str, date], DayNote]
    comparisons: Mapping[str, Comparison]
    read_whole: Mapping[StreamKey, datetime]

    def stream(self, integration: Integration, name: str) -> StreamDays:
        return self.streams.get((integration.platform, integration.account_id, name), StreamDays({}, {}))


def fetch_days(
    session: Session, integrations: Sequence[Integration], *, since: date = date.min
) -> dict[StreamKey, StreamDays]:
    """Every day read of these integrations' streams, from `since` on."""
    rows = session.execute(
        select(
            col(Coverage.platform), col(Coverage.account_id), col(Coverage.stream), col(Coverage.day),
            col(Coverage.complete), col(Coverage.read_through), col(Coverage.fetched_at), col(Coverage.rows),
            col(Coverage.amount_micros),
        ).where(
            col(Coverage.workspace_id).in_({one.workspace_id for one in integrations}),
            col(Coverage.account_id).in_([one.account_id for one in integrations]),
            col(Coverage.day) >= since,
        )
    )  # fmt: skip
    found: dict[StreamKey, StreamDays] = defaultdict(lambda: StreamDays({}, {}))
    for platform, account, stream, day, complete, through, fetched, number, micros in rows:
        days = found[(platform, account, stream)]
        days.covered[day] = CoveredDay(complete=complete, read_through=through, fetched_at=fetched)
        days.figures[day] = Figures(number, micros)
    return found


def fetch_calendar_rows(session: Session, integrations: Sequence[Integration]) -> CalendarRows:
    """The same, with what was noted, compared and read whole."""
    workspaces, accounts = {one.workspace_id for one in integrations}, [one.account_id for one in integrations]
    notes = session.exec(
        select_row(DayNote).where(col(DayNote.workspace_id).in_(workspaces), col(DayNote.account_id).in_(accounts))
    )
    comparisons = session.exec(
        select_row(Comparison).where(col(Comparison.integration_id).in_([one.id for one in integrations]))
    )
    cursors = session.exec(
        select_row(Cursor).where(col(Cursor.workspace_id).in_(workspaces), col(Cursor.account_id).in_(accounts))
    )
    return CalendarRows(
        streams=fetch_days(session, integrations),
        notes={(one.platform, one.account_id, one.stream, one.day): one for one in notes},
        comparisons={one.integration_id: one for one in comparisons},
        read_whole={
            (one.platform, one.account_id, one.stream): one.read_at for one in cursors if one.read_at is not None
        },
    )
