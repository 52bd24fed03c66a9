"""The work list: whatever was read when, and whatever the clocks do, nothing that happened is left unread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.models.plan import (
    INDEX_LAG,
    RESTATE_EVERY,
    CoveredDay,
    day_start,
    local_day,
    low_water,
    owed_windows,
    read_mark,
)
from webapp.platforms import registry
from webapp.platforms.streams import Reading, Stream, Window

# Summer time by an hour and by half an hour, a zone that once skipped a whole day, and none.
ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC")]
ORDERS = Stream(name="orders", label="orders", unit=("order", "orders"), reading=Reading.CHANGES, window_days=7)
SPEND = Stream(
    name="spend", label="spend", unit=("day", "days"), reading=Reading.DAYS, window_days=30, look_back=28
)  # fmt: skip
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
zones = st.sampled_from(ZONES)
steps = st.lists(st.tuples(st.floats(0, 20 * 86_400), st.integers(0, 12)), max_size=8)


class Reader:
    """Reads windows as a sync does, and remembers which instants it saw, and when it looked."""

    def __init__(self, stream: Stream, zone: ZoneInfo, first_day: date) -> None:
        self.stream, self.zone, self.first_day = stream, zone, first_day
        self.covered: dict[date, CoveredDay] = {}
        self.looks: list[tuple[datetime, datetime, datetime]] = []

    def owed(self, now: datetime) -> list[Window]:
        return owed_windows(self.stream, self.covered, first_day=self.first_day, zone=self.zone, now=now)

    def reads(self, window: Window, now: datetime) -> None:
        self.looks.append((window.start, window.end, now))
        for day in days_of(window):
            complete, through = read_mark(day_start(day + timedelta(days=1), self.zone), now)
            before = self.covered.get(day)
            if before is not None:
                complete, through = complete or before.complete, max(through, before.read_through)
            self.covered[day] = CoveredDay(complete=complete, read_through=through, fetched_at=now)

    def catches_up(self, now: datetime) -> None:
        for window in self.owed(now):
            self.reads(window, now)

    def is_cut_off(self, begin: datetime, steps: list[tuple[float, int]]) -> datetime:
        """Reads after each pause as many windows as it gets to; when the last of them was."""
        now = begin
        for seconds, finished in steps:
            now += timedelta(seconds=seconds)
            for window in self.owed(now)[:finished]:
                self.reads(window, now)
        return now

    def saw(self, happened: datetime) -> bool:
        """Whether something that happened then, and shows up a little later, was in any answer."""
        return any(start <= happened < end and looked >= happened + INDEX_LAG for start, end, looked in self.looks)


def days_of(window: Window) -> Iterator[date]:
    day = window.first
    while day <= window.last:
        yield day
        day += timedelta(days=1)


@given(zone=zones, begin=moments, steps=steps, share=st.floats(0, 1))
def test_no_change_is_missed_however_often_reading_was_cut_off(zone, begin, steps, share):
    reader = Reader(ORDERS, zone, local_day(begin, zone) - timedelta(days=20))
    now = reader.is_cut_off(begin, steps) + timedelta(hours=1)
    reader.catches_up(now)
    # In UTC: adding to local time moves the hands of the clock, not time.
    first = day_start(reader.first_day, zone).astimezone(UTC)
    happened = first + share * (now - INDEX_LAG - first)
    assert reader.saw(happened)


@given(zone=zones, begin=moments, steps=steps)
def test_what_is_owed_is_asked_for_once_newest_first_and_in_bounds(zone, begin, steps):
    for stream in (ORDERS, SPEND, replace(SPEND, today_alone=True)):
        reader = Reader(stream, zone, local_day(begin, zone) - timedelta(days=50))
        now = begin
        for seconds, finished in steps:
            now += timedelta(seconds=seconds)
            windows = reader.owed(now)
            asked = [day for window in windows for day in days_of(window)]
            assert len(asked) == len(set(asked))
            assert [one.last for one in windows] == sorted((one.last for one in windows), reverse=True)
            assert all(len(list(days_of(one))) <= stream.window_days for one in windows)
            assert all(one.start < one.end <= now for one in windows)
            today = local_day(now, zone)
            everything = [reader.first_day + timedelta(days=n) for n in range((today - reader.first_day).days + 1)]
            unread = {day for day in everything if not (day in reader.covered and reader.covered[day].complete)}
            assert unread <= set(asked)
            for window in windows[:finished]:
                reader.reads(window, now)


@given(zone=zones, begin=moments, steps=steps)
def test_the_low_water_mark_never_claims_what_was_not_read(zone, begin, steps):
    reader = Reader(SPEND, zone, local_day(begin, zone) - timedelta(days=40))
    now = begin
    for seconds, finished in steps:
        now += timedelta(seconds=seconds)
        for window in reader.owed(now)[:finished]:
            reader.reads(window, now)
        today = local_day(now, zone)
        mark = low_water(reader.covered, first_day=reader.first_day, today=today, zone=zone)
        if mark is None:
            assert reader.first_day not in reader.covered
            continue
        assert mark <= now
        day = reader.first_day
        while (end := day_start(day + timedelta(days=1), zone)) <= mark:
            assert reader.covered[day].complete or reader.covered[day].read_through >= end
            day += timedelta(days=1)


@given(zone=zones, begin=moments, quiet=st.integers(0, 28))
def test_days_that_may_be_restated_are_read_again_and_older_ones_are_not(zone, begin, quiet):
    reader = Reader(SPEND, zone, local_day(begin, zone) - timedelta(days=89))
    reader.catches_up(begin)
    later = begin + timedelta(hours=7)
    today = local_day(later, zone)
    asked = {day for window in reader.owed(later) for day in days_of(window)}
    assert today - timedelta(days=quiet) in asked
    assert today - timedelta(days=30) not in asked


@given(zone=zones, begin=moments, steps=steps, back=st.integers(0, 60), share=st.floats(0, 1))
def test_no_correction_is_missed_however_long_nobody_looked(zone, begin, steps, back, share):
    reader = Reader(SPEND, zone, local_day(begin, zone) - timedelta(days=20))
    now = reader.is_cut_off(begin, steps) + RESTATE_EVERY
    reader.catches_up(now)
    day = local_day(now, zone) - timedelta(days=back)
    ends, final = (day_start(day + timedelta(days=n), zone).astimezone(UTC) for n in (1, 1 + SPEND.look_back))
    corrected = ends + share * (final - timedelta(seconds=1) - ends)
    if day >= reader.first_day and corrected <= now:
        looks = [looked for start, end, looked in reader.looks if start < ends and end > day_start(day, zone)]
        assert max(looks) >= min(corrected, now - RESTATE_EVERY)


def test_a_day_that_could_still_be_restated_when_it_was_read_is_read_once_more_and_then_never_again():
    utc, first = ZoneInfo("UTC"), date(2026, 6, 1)
    reader, noon = Reader(SPEND, utc, first), datetime(2026, 6, 3, 12, tzinfo=UTC)
    reader.catches_up(noon)
    back = noon + timedelta(days=50)
    assert first in {day for window in reader.owed(back) for day in days_of(window)}
    reader.catches_up(back)
    later = back + RESTATE_EVERY
    asked = {day for window in reader.owed(later) for day in days_of(window)}
    assert min(asked) == local_day(back, utc) - timedelta(days=28)


@pytest.mark.parametrize(
    ("slug", "stream"),
    [(slug, stream) for slug, one in registry().items() for stream in one.streams if stream.reading is Reading.DAYS],
)
def test_a_day_that_is_final_from_now_on_needs_no_question_of_its_own(slug, stream):
    utc, evening = ZoneInfo("UTC"), datetime(2026, 6, 3, 23, tzinfo=UTC)
    reader = Reader(stream, utc, evening.date() - timedelta(days=60))
    reader.catches_up(evening)
    asked = reader.owed(evening + timedelta(hours=8))
    assert sum(len(list(days_of(window))) for window in asked) == stream.look_back + 2
    assert len(asked) == (2 if stream.today_alone else 1), slug


def test_a_running_day_is_asked_again_only_when_its_figures_are_old_enough():
    paced = replace(SPEND, pace=timedelta(hours=6))
    reader, noon = Reader(paced, ZoneInfo("UTC"), date(2026, 6, 1)), datetime(2026, 6, 3, 12, tzinfo=UTC)
    reader.catches_up(noon)
    assert reader.owed(noon + timedelta(hours=5)) == []
    assert reader.owed(noon + timedelta(hours=6)) != []
    back = owed_windows(
        paced, reader.covered, first_day=reader.first_day, zone=reader.zone, now=noon + timedelta(hours=2),
        fresh_since=noon + timedelta(hours=1),
    )  # fmt: skip
    assert back != [], "after a gap it is asked at once"
