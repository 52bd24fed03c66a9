"""What is known of one day of data: the states a coverage calendar shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from webapp.models.integration import Integration
from webapp.models.plan import Covered, is_final
from webapp.platforms.streams import Stream


class DayState(StrEnum):
    """From the best to the worst; a day of several streams is as good as its worst one."""

    BEFORE = "before"
    COMPLETE = "complete"
    CHANGING = "changing"
    PARTIAL = "partial"
    MISSING = "missing"


def day_state(integration: Integration, stream: Stream, covered: Covered, day: date, *, today: date) -> DayState:
    """What is here of a day; `today` is where the account is."""
    if day < integration.first_day:
        return DayState.BEFORE
    found = covered.get(day)
    if day == today and _is_under_way(covered, day):
        return DayState.CHANGING
    if found is None:
        return DayState.MISSING
    if not found.complete:
        return DayState.PARTIAL
    # What the platform does not give any more stays as it is.
    still = day >= integration.readable_from(today) and not is_final(stream, found, day, ZoneInfo(integration.timezone))
    return DayState.CHANGING if still else DayState.COMPLETE


def worst(states: Iterable[DayState]) -> DayState:
    return max(states, key=list(DayState).index, default=DayState.BEFORE)


def _is_under_way(covered: Covered, today: date) -> bool:
    """Today is never complete; as long as yesterday was read to its end, that is as it should be."""
    yesterday = covered.get(today - timedelta(days=1))
    return today in covered or (yesterday is not None and yesterday.complete)
