"""What is known of one day of data: the states a coverage calendar shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from webapp.models.plan import Covered
from webapp.platforms.streams import Reading, Stream


class DayState(StrEnum):
    """From the best to the worst; a day of several streams is as good as its worst one."""

    BEFORE = "before"
    COMPLETE = "complete"
    CHANGING = "changing"
    PARTIAL = "partial"
    MISSING = "missing"


def day_state(stream: Stream, covered: Covered, day: date, *, first_day: date, today: date) -> DayState:
    """`first_day` is where the account's data begins here, `today` where the account is."""
    if day < first_day:
        return DayState.BEFORE
    found = covered.get(day)
    if day == today and _is_under_way(covered, day):
        return DayState.CHANGING
    if found is None:
        return DayState.MISSING
    if not found.complete:
        return DayState.PARTIAL
    restated = stream.reading is Reading.DAYS and today - day <= timedelta(days=stream.look_back)
    return DayState.CHANGING if restated else DayState.COMPLETE


def worst(states: Iterable[DayState]) -> DayState:
    return max(states, key=list(DayState).index, default=DayState.BEFORE)


def _is_under_way(covered: Covered, today: date) -> bool:
    """Today is never complete; as long as yesterday was read to its end, that is as it should be."""
    yesterday = covered.get(today - timedelta(days=1))
    return today in covered or (yesterday is not None and yesterday.complete)
