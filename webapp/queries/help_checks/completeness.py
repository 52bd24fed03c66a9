"""Up to when the data is here, for each connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.models.day_state import DayState
from webapp.models.health import Health
from webapp.models.plan import local_day
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at, at_days, at_integrations, fine, unknown, what_of
from webapp.words import say, say_number

LACKING = (DayState.MISSING, DayState.PARTIAL)


def complete(rows: Sequence[IntegrationFacts], now: datetime, *, kind: str | None = None) -> list[Check]:
    """One check for each connection of this kind, or of every kind."""
    asked = [one for one in rows if kind in (None, one.kind)]
    if not asked:
        return [_none_of(kind)]
    return [check for one in asked for check in _checks(one, rows, now)]


def asked(rows: Sequence[IntegrationFacts], now: datetime) -> list[Check]:
    """When all that is to be read was last asked for news; nothing where nothing is, which `complete` says."""
    active = [one for one in rows if one.health not in (Health.PAUSED, Health.DISCONNECTED)]
    if not active:
        return []
    times = [one.checked_at for one in active if one.checked_at is not None]
    if len(times) < len(active):
        return [unknown(say("Not every connection has been asked for news yet."))]
    return [fine(say("Every connection was asked for news; the longest ago: {ago}.", ago=wording.ago(min(times), now)))]


def _none_of(kind: str | None) -> Check:
    if kind == "store":
        return at_integrations(State.ATTENTION, say("No store is connected, so there are no orders and no products."))
    if kind == "ads":
        return at_integrations(State.ATTENTION, say("No ad platform is connected, so there is no ad spend."))
    return at_integrations(State.ATTENTION, say("Nothing is connected yet, so there is no data."))


def _checks(one: IntegrationFacts, rows: Sequence[IntegrationFacts], now: datetime) -> list[Check]:
    lost = [at_days(one, State.ATTENTION, one.lost_note)] if one.lost_note else []
    return [_reach(one, what_of(one, rows), now), *lost]


def _reach(one: IntegrationFacts, what: str, now: datetime) -> Check:
    if one.health is Health.PAUSED:
        return at(one, State.ATTENTION, say("Your {what}: paused. Nothing new comes in until you resume.", what=what))
    if one.health is Health.DISCONNECTED:
        return at(one, State.ATTENTION, say("Your {what}: disconnected. Nothing new comes in.", what=what))
    if one.complete_through is None:
        return _importing(one, what)
    if not _is_behind(one, one.complete_through, now):
        return _up_to(one, what, wording.through(one.complete_through, one.timezone, now))
    days = _days_lacking(one, one.complete_through, now)
    if one.health is Health.CATCHING_UP:
        return at(one, State.UNKNOWN, say_number(
            "Your {what}: catching up, {count} day to go.", "Your {what}: catching up, {count} days to go.", days,
            what=what,
        ))  # fmt: skip
    return at(one, State.ATTENTION, say_number(
        "Your {what}: {count} day is missing.", "Your {what}: {count} days are missing.", days, what=what,
    ))  # fmt: skip


def _up_to(one: IntegrationFacts, what: str, until: str) -> Check:
    if one.health.needs_merchant:
        sentence = say("Your {what}: complete up to {until}, and it stopped there.", what=what, until=until)
        return at(one, State.ATTENTION, sentence)
    if one.health in (Health.DELAYED, Health.ON_US):
        sentence = say("Your {what}: complete up to {until}; the rest is late.", what=what, until=until)
        return at(one, State.UNKNOWN, sentence)
    return fine(say("Your {what}: complete up to {until}.", what=what, until=until))


def _importing(one: IntegrationFacts, what: str) -> Check:
    if one.health is not Health.IMPORTING:
        return at(one, State.ATTENTION, say("Your {what}: the first import has stopped.", what=what))
    if one.progress is None:
        return at(one, State.UNKNOWN, say("Your {what}: the first import is under way.", what=what))
    done, owed = wording.count(one.progress.done_days), one.progress.owed_days
    return at(one, State.UNKNOWN, say_number(
        "Your {what}: the first import is under way, {done} of {count} day.",
        "Your {what}: the first import is under way, {done} of {count} days.", owed, what=what, done=done,
    ))  # fmt: skip


def _is_behind(one: IntegrationFacts, through: datetime, now: datetime) -> bool:
    # As the badge has it: a day's last minutes are read after midnight, and only a whole day missing is a gap.
    zone = ZoneInfo(one.timezone)
    return local_day(through, zone) < local_day(now, zone) - timedelta(days=1)


def _days_lacking(one: IntegrationFacts, through: datetime, now: datetime) -> int:
    """As the calendar counts them; days newer than a gap may be here already."""
    counted = sum(state in LACKING for state, _, _ in one.strip.squares) if one.strip else 0
    zone = ZoneInfo(one.timezone)
    return counted or (local_day(now, zone) - local_day(through, zone)).days
