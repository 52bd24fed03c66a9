"""Where a stream's reading stands: coverage rows, the cursor, and the hint a stopped run leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.said_again import Said
from webapp.lifecycle.store_page import day_sums
from webapp.models.integration import Integration
from webapp.models.plan import day_start, local_day, low_water, read_mark
from webapp.models.sync import Coverage, Cursor
from webapp.platforms.answer import dig_text
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading, Stream, Window
from webapp.queries.coverage import covered

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """The window being read, when its reading began, and the page to go on with.

    `same`: so many pages were read, and each said what is stored; None once one of them did not.
    """

    window: Window
    started: datetime
    resume: str | None = None
    same: int | None = 0

    def after(self, resume: str | None, *, same: int | None = None) -> Hint | None:
        """What to keep once a page is stored; None when the window is done."""
        return replace(self, resume=resume, same=same) if resume is not None else None

    def as_json(self) -> dict[str, object]:
        return {
            "first": self.window.first.isoformat(),
            "last": self.window.last.isoformat(),
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "started": self.started.isoformat(),
            "resume": self.resume,
            "same": self.same,
        }

    @classmethod
    def of(cls, kept: dict[str, object] | None) -> Hint | None:
        if not kept:
            return None
        return cls(
            window=Window(
                first=date.fromisoformat(dig_text(kept, "first")),
                last=date.fromisoformat(dig_text(kept, "last")),
                start=datetime.fromisoformat(dig_text(kept, "start")),
                end=datetime.fromisoformat(dig_text(kept, "end")),
            ),
            started=datetime.fromisoformat(dig_text(kept, "started")),
            resume=dig_text(kept, "resume") or None,
            same=same if isinstance(same := kept.get("same"), int) else None,
        )


def cursor_of(session: Session, integration: Integration, stream: Stream) -> Cursor | None:
    return session.get(Cursor, (integration.workspace_id, integration.platform, integration.account_id, stream.name))


def cover(
    runtime: Runtime,
    session: Session,
    integration: Integration,
    stream: Stream,
    at: Hint,
    touched: Collection[date],
    *,
    known: set[date],
    finished: bool,
    same: bool = False,
) -> None:
    """Write what is now known of each day: counts for every day touched, and for a finished window how far it reaches.

    `same`: everything it said is stored already, so that nothing is counted anew.

    A day of a window that is not finished yet gains rows but no claim to be read. `known` are the days that have a
    row here, as the claim's holder knows without asking; those that get one are added.
    """
    if stream.reading is Reading.SNAPSHOT:
        return
    zone, now = ZoneInfo(integration.timezone), runtime.now()
    inside = set(at.window.days) if finished else set()
    wanted = {day for day in (set(touched) & known) | inside if day >= integration.first_day}
    if not wanted:
        return
    # A list of changes leaves the other days of its window as they were counted, but for the day beside: a record that
    # comes again after the account's time zone changed may have left it.
    near = {day + step for day in touched for step in (-A_DAY, timedelta(0), A_DAY)}
    counted = wanted if stream.reading is Reading.DAYS else wanted & near | wanted - known
    counted = set() if same else counted
    sums = day_sums(session, integration, stream, counted)
    found = _covered_rows(session, integration, stream, wanted & known)
    for day in sorted(wanted):
        one = found.get(day)
        if one is None and day not in inside:
            continue
        if one is None:
            one = _blank(integration, stream, day, at.started)
            session.add(one)
            known.add(day)
        if day in counted:
            one.rows, one.amount_micros = sums.get(day, (0, 0))
        if day in inside:
            end = day_start(day + timedelta(days=1), zone)
            complete, through = read_mark(end, at.started)
            one.complete = complete or one.complete
            one.read_through = max(one.read_through, through)
            one.fetched_at = now


def keep_hint(session: Session, platform: Platform, integration: Integration, stream: Stream, hint: Hint) -> None:
    """Where to go on, while a window is not read to its end."""
    session.connection().execute(
        _keeping(insert_of(session)),
        {
            "workspace_id": integration.workspace_id,
            "platform": platform.slug,
            "account_id": integration.account_id,
            "stream": stream.name,
            "hint": hint.as_json(),
        },
    )


@cache
def _keeping(insert: Callable[..., sqlite.Insert | postgresql.Insert]) -> Insert:
    kept = insert(table_of(Cursor))
    return kept.on_conflict_do_update(
        index_elements=["workspace_id", "platform", "account_id", "stream"], set_={"hint": kept.excluded.hint}
    )


def end_window(
    session: Session,
    platform: Platform,
    integration: Integration,
    stream: Stream,
    now: datetime,
    *,
    said: Said | None = None,
) -> None:
    """Nothing to go on with; raise the low-water mark as far as nothing below it is missing."""
    cursor = cursor_of(session, integration, stream)
    if cursor is None:
        cursor = Cursor(
            workspace_id=integration.workspace_id,
            platform=platform.slug,
            account_id=integration.account_id,
            stream=stream.name,
        )
        session.add(cursor)
    cursor.hint, cursor.read_at = None, now
    if said is not None:
        cursor.said = said.as_json()
    if stream.reading is not Reading.SNAPSHOT:
        session.flush()
        zone = ZoneInfo(integration.timezone)
        today = local_day(now, zone)
        cursor.through = low_water(
            covered(session, integration, stream), first_day=integration.readable_from(today), today=today, zone=zone
        )


def _covered_rows(
    session: Session, integration: Integration, stream: Stream, days: Iterable[date]
) -> dict[date, Coverage]:
    rows = session.exec(
        select(Coverage).where(
            Coverage.workspace_id == integration.workspace_id,
            Coverage.platform == integration.platform,
            Coverage.account_id == integration.account_id,
            Coverage.stream == stream.name,
            col(Coverage.day).in_(list(days)),
        )
    )
    return {one.day: one for one in rows}


def _blank(integration: Integration, stream: Stream, day: date, started: datetime) -> Coverage:
    return Coverage(
        workspace_id=integration.workspace_id,
        platform=integration.platform,
        account_id=integration.account_id,
        stream=stream.name,
        day=day,
        complete=False,
        read_through=datetime.min.replace(tzinfo=started.tzinfo),
        fetched_at=started,
    )
