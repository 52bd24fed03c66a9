"""The coverage calendar: what is here of every day, per stream and all together. It counts days of data, not runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.day_note import DayNote
from webapp.models.day_state import DayState, day_state, worst
from webapp.models.integration import Integration
from webapp.models.plan import is_final, local_day
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading, Stream
from webapp.queries import wording
from webapp.queries.calendar_facts import (
    AccountCoverage,
    CalendarFacts,
    CoveragePage,
    DayFacts,
    StripFacts,
    tally_words,
)
from webapp.queries.calendar_rows import CalendarRows, StreamDays, fetch_calendar_rows, fetch_days
from webapp.queries.differences import note_words
from webapp.words import unit

SHOWN_DAYS = 91
EARLIER_DAYS = unit("earlier day", "earlier days")
Platforms = Callable[[str], Platform]


def coverage_page(
    session: Session, platform: Platforms, *, workspace_id: str, now: datetime, to: date | None = None
) -> CoveragePage:
    """All accounts of a workspace over the same three months, which end today, or at `to`."""
    integrations = session.exec(
        select(Integration).where(Integration.workspace_id == workspace_id).order_by(col(Integration.created_at))
    ).all()
    today = max((local_day(now, ZoneInfo(one.timezone)) for one in integrations), default=now.date())
    since = min((one.first_day for one in integrations), default=today)
    last = min(max(to, since), today) if to is not None else today
    first = last - timedelta(days=SHOWN_DAYS - 1)
    accounts = coverage_of(session, integrations, platform, now=now, to=last)
    return CoveragePage(
        accounts=tuple(sorted(accounts, key=lambda one: (platform(one.platform).kind != "store", one.platform_name))),
        span=f"{wording.day(first)} to {wording.day(last)}",
        earlier=first - timedelta(days=1) if first > since else None,
        later=min(last + timedelta(days=SHOWN_DAYS), today) if last < today else None,
    )


def account_coverage(session: Session, platform: Platforms, *, integration_id: str, now: datetime) -> AccountCoverage:
    """One integration's calendars. The caller has made sure that it is this workspace's."""
    return coverage_of(session, [session.get_one(Integration, integration_id)], platform, now=now)[0]


def coverage_of(
    session: Session, integrations: Sequence[Integration], platform: Platforms, *, now: datetime, to: date | None = None
) -> list[AccountCoverage]:
    """The calendars of these integrations of one workspace, in the order given."""
    rows = fetch_calendar_rows(session, integrations)
    return [_Account(one, platform(one.platform), rows, now, to).facts() for one in integrations]


def strips_of(
    session: Session, integrations: Sequence[Integration], platform: Platforms, *, now: datetime
) -> dict[str, StripFacts]:
    """Only the shapes of each integration's last three months, without a word for each day: cheap enough for a poll."""
    # A day more than any zone's first square, so that its yesterday is known too.
    streams = fetch_days(session, integrations, since=now.date() - timedelta(days=SHOWN_DAYS + 1))
    found = {}
    for integration in integrations:
        today, days = _shown(integration, now, None)
        read = [
            (stream, streams.get((integration.platform, integration.account_id, stream.name), StreamDays({}, {})))
            for stream in platform(integration.platform).dated_streams
        ]
        states = [
            worst(day_state(integration, stream, one.covered, day, today=today) for stream, one in read) for day in days
        ]
        found[integration.id] = StripFacts(
            squares=tuple((state, *_place(day, days[0])) for state, day in zip(states, days, strict=True)),
            summary=tally_words(states),
        )
    return found


class _Account:
    """One integration's days over the weeks shown, put into words."""

    def __init__(
        self, integration: Integration, platform: Platform, rows: CalendarRows, now: datetime, to: date | None
    ) -> None:
        self.integration, self.platform = integration, platform
        self._rows, self._now = rows, now
        self._today, self._shown = _shown(integration, now, to)

    def facts(self) -> AccountCoverage:
        streams = self.platform.dated_streams
        by_stream = [[self._day(stream, day) for day in self._shown] for stream in streams]
        together = [_joined(days, streams) for days in zip(*by_stream, strict=True)]
        return AccountCoverage(
            id=self.integration.id,
            platform=self.platform.slug,
            platform_name=self.platform.name,
            account_name=self.integration.account_name,
            mark=self.platform.mark,
            together=self._calendar("all", wording.listed([one.label for one in streams]), together, streams),
            streams=tuple(
                self._calendar(stream.name, stream.label, days, (stream,))
                for stream, days in zip(streams, by_stream, strict=True)
            ),
            whole=tuple(self._whole_words()),
        )

    def _calendar(self, name: str, label: str, days: Sequence[DayFacts], streams: Sequence[Stream]) -> CalendarFacts:
        return CalendarFacts(
            id=f"{self.integration.id}-{name}",
            label=label,
            days=tuple(days),
            months=tuple(_months(days)),
            summary=tally_words([one.state for one in days]),
            earlier=self._earlier(streams),
        )

    def _day(self, stream: Stream, day: date) -> DayFacts:
        read = self._rows.stream(self.integration, stream.name)
        state = day_state(self.integration, stream, read.covered, day, today=self._today)
        week, weekday = _place(day, self._shown[0])
        blank = DayFacts(day=day, name=wording.day(day), state=state, week=week, weekday=weekday)
        if day not in read.figures or state is DayState.BEFORE:
            return replace(blank, note=self._lost(stream, day, state))
        note = self._rows.notes.get((self.integration.platform, self.integration.account_id, stream.name, day))
        return DayFacts(
            day=day,
            name=blank.name,
            state=state,
            week=week,
            weekday=weekday,
            rows=wording.counted(read.figures[day].rows, stream.unit),
            amount=wording.money(read.figures[day].micros, self.integration.currency),
            fetched=wording.moment(read.covered[day].fetched_at, self.integration.timezone),
            check=self._check(day, note),
            note=note_words(note, self.integration, self.platform) if note else self._lost(stream, day, state),
            differs=note is not None and note.settled_at is None,
        )

    def _lost(self, stream: Stream, day: date, state: DayState) -> str | None:
        if state is DayState.BEFORE or day >= self.integration.readable_from(self._today):
            return None
        reach = f"{self.platform.company} only gives us the last {self.integration.reach_days} days, so"
        if state in (DayState.MISSING, DayState.PARTIAL):
            return f"{reach} it cannot come any more"
        found = self._rows.stream(self.integration, stream.name).covered[day]
        if not is_final(stream, found, day, ZoneInfo(self.integration.timezone)):
            return f"{reach} a later correction cannot come any more"
        return None

    def _check(self, day: date, note: DayNote | None) -> str | None:
        one = self._rows.comparisons.get(self.integration.id)
        if note is not None or one is None or one.first_day is None or one.last_day is None:
            return None
        if one.compared_at is None or not one.first_day <= day <= one.last_day:
            return None
        measure = "count" if self.platform.kind == "store" else "total"
        when = wording.day(local_day(one.compared_at, ZoneInfo(self.integration.timezone)))
        return f"Equal to {self.platform.company}'s {measure} when compared on {when}"

    def _earlier(self, streams: Sequence[Stream]) -> str | None:
        """What is not shown must not be hidden: how many earlier days there are, and how many of them are whole."""
        number = (self._shown[0] - self.integration.first_day).days
        if number <= 0:
            return None
        complete = min(
            sum(
                1
                for day, one in self._rows.stream(self.integration, stream.name).covered.items()
                if day < self._shown[0] and one.complete
            )
            for stream in streams
        )
        lacking = number - complete
        days = wording.counted(number, EARLIER_DAYS)
        return f"{days}, {'all complete' if lacking <= 0 else f'{wording.count(lacking)} not complete'}."

    def _whole_words(self) -> Iterable[str]:
        for stream in self.platform.streams:
            if stream.reading is Reading.SNAPSHOT:
                key = (self.platform.slug, self.integration.account_id, stream.name)
                read_at = self._rows.read_whole.get(key)
                when = f"last read {wording.ago(read_at, self._now)}" if read_at else "not read yet"
                yield f"{stream.label.capitalize()} have no days: they are read whole, {when}."


def _shown(integration: Integration, now: datetime, to: date | None) -> tuple[date, list[date]]:
    """Today where the account is, and the days shown, oldest first."""
    today = local_day(now, ZoneInfo(integration.timezone))
    last = min(to, today) if to is not None else today
    return today, [last - timedelta(days=back) for back in reversed(range(SHOWN_DAYS))]


def _place(day: date, first: date) -> tuple[int, int]:
    """Column and row of a day: weeks side by side, Monday on top."""
    return (day - first + timedelta(days=first.weekday())).days // 7, day.weekday()


def _months(days: Sequence[DayFacts]) -> Iterable[tuple[int, str]]:
    """A label over the first week that is wholly in a month, and over the first one shown where there is room."""
    for place, one in enumerate(days):
        if (one.weekday == 0 and one.day.day <= 7) or (place == 0 and 7 < one.day.day < 20):
            yield one.week, wording.month(one.day)


def _joined(days: Sequence[DayFacts], streams: Sequence[Stream]) -> DayFacts:
    """Several streams' one day: as good as the worst of them."""
    if len(days) == 1:
        return days[0]
    read = [(day, stream) for day, stream in zip(days, streams, strict=True) if day.rows]
    return DayFacts(
        day=days[0].day,
        name=days[0].name,
        state=worst(day.state for day in days),
        week=days[0].week,
        weekday=days[0].weekday,
        rows="; ".join(f"{stream.label}: {day.rows}, {day.amount}" for day, stream in read) or None,
        fetched=next((day.fetched for day, _ in read), None),
        note=" ".join(day.note for day in days if day.note) or None,
        differs=any(day.differs for day in days),
    )
