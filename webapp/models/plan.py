"""What is still to be read: coverage is the work list, newest days first. Pure; `now` is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from webapp.platforms.streams import Reading, Stream, Window

# A platform's index lags its own clock: a day is finished only when it was read this long after its end, and every
# window begins this much before the last one stopped.
INDEX_LAG = timedelta(minutes=2)
RESTATE_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredDay:
    complete: bool
    read_through: datetime
    fetched_at: datetime
    again_at: datetime | None = None

    @property
    def is_asked_again(self) -> bool:
        return self.again_at is not None and self.fetched_at < self.again_at


Covered = Mapping[date, CoveredDay]


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant a calendar day begins in the account's zone."""
    return datetime.combine(day, time(), tzinfo=zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def whole_day(day: date, zone: ZoneInfo) -> Window:
    return Window(first=day, last=day, start=day_start(day, zone), end=day_start(day + timedelta(days=1), zone))


def owed_windows(
    stream: Stream,
    covered: Covered,
    *,
    first_day: date,
    zone: ZoneInfo,
    now: datetime,
    fresh_since: datetime | None = None,
) -> list[Window]:
    """Every stretch worth asking for now, newest first: days never read whole, and days not final when last read.

    After a gap, `fresh_since` is its end: what was not final and was read before that is asked for again at once.
    """
    today = local_day(now, zone)
    stale, aged = (max(now - age, fresh_since or now - age) for age in (RESTATE_EVERY, stream.pace))
    owed = [day for day in _days(first_day, today) if _is_owed(stream, covered.get(day), day, zone, stale, aged)]
    # It will be asked for again and again, the days before it will not.
    alone = [day for day in owed if stream.today_alone and day == today]
    runs = (alone, *_runs([day for day in owed if day not in alone], stream.window_days))
    return [_window(stream, covered, run, zone, now) for run in runs if run]


def is_final(stream: Stream, found: CoveredDay, day: date, zone: ZoneInfo) -> bool:
    """Whether it was read when the platform could no longer restate it, however long ago the day itself is."""
    if stream.reading is not Reading.DAYS:
        return True
    return local_day(found.fetched_at, zone) - day > timedelta(days=stream.look_back)


def read_mark(day_end: datetime, started: datetime) -> tuple[bool, datetime]:
    """For a read begun at `started`: whether it finished the day, and up to which instant it read."""
    return started >= day_end + INDEX_LAG, min(day_end, started)


def low_water(covered: Covered, *, first_day: date, today: date, zone: ZoneInfo) -> datetime | None:
    """Everything before this instant has been read; None before anything contiguous has been."""
    mark: datetime | None = None
    for day in _days(first_day, today):
        found = covered.get(day)
        if found is None:
            return mark
        if not found.complete:
            return max(found.read_through, mark) if mark else found.read_through
        mark = day_start(day + timedelta(days=1), zone)
    return mark


def _is_owed(
    stream: Stream, found: CoveredDay | None, day: date, zone: ZoneInfo, stale: datetime, aged: datetime
) -> bool:
    if found is None or found.is_asked_again:
        return True
    if not found.complete:
        return not stream.pace or found.fetched_at <= aged
    return found.fetched_at <= stale and not is_final(stream, found, day, zone)


def _window(stream: Stream, covered: Covered, run: list[date], zone: ZoneInfo, now: datetime) -> Window:
    first, last = run[0], run[-1]
    start, end = day_start(first, zone), min(day_start(last + timedelta(days=1), zone), now)
    found = covered.get(first)
    if stream.reading is Reading.CHANGES and found is not None and not found.is_asked_again:
        start = max(start, found.read_through - INDEX_LAG)
    return Window(first=first, last=last, start=start, end=end)


def _runs(days: list[date], longest: int) -> Iterable[list[date]]:
    """Neighbouring days joined into stretches of at most `longest`, newest stretch first."""
    run: list[date] = []
    for day in reversed(days):
        if run and (run[0] - day != timedelta(days=1) or len(run) == longest):
            yield run
            run = []
        run.insert(0, day)
    if run:
        yield run


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))
