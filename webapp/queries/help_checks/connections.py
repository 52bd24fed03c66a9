"""Whether the connections themselves are well: what needs the merchant, what fell together, what ends soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from webapp.models.health import QUIET_NOTE, Health
from webapp.queries import wording
from webapp.queries.board_facts import OutbreakFacts
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at, at_integrations, fine, unknown
from webapp.words import say, say_number

SILENT = (Health.PAUSED, Health.DISCONNECTED)


def nothing_connected() -> Check:
    return at_integrations(State.ATTENTION, say("Nothing is connected yet, so there is nothing to look at."))


def problems(rows: Sequence[IntegrationFacts]) -> list[Check]:
    """Every open problem with its own words; one good line when there is none."""
    if not rows:
        return [nothing_connected()]
    found = []
    for one in rows:
        if one.incident is None or one.health in SILENT:
            continue
        told = one.incident.explanation
        sentence = say("{name}: {title}. {affects}", name=_named(one), title=told.title, affects=told.affects)
        found.append(at(one, State.ATTENTION if one.health.needs_merchant else State.UNKNOWN, sentence))
    late = [one for one in rows if one.health is Health.DELAYED and one.incident is None]
    found += [at(one, State.UNKNOWN, f"{_named(one)}: {one.sentence}") for one in late]
    return found or [_all_well(rows)]


def to_reconnect(rows: Sequence[IntegrationFacts]) -> list[Check]:
    """What a Reconnect would mend now."""
    if not rows:
        return [nothing_connected()]
    dead = [one for one in rows if one.health is Health.NEEDS_RECONNECT]
    found = [at(one, State.ATTENTION, say("{name} needs a Reconnect.", name=_named(one))) for one in dead]
    return found or [fine(say("Nothing needs a Reconnect right now."))]


def causes(rows: Sequence[IntegrationFacts]) -> list[Check]:
    """Why each permission ended that has ended."""
    if not rows:
        return [nothing_connected()]
    found = []
    for one in rows:
        if one.health is Health.NEEDS_RECONNECT and one.incident is not None:
            told = one.incident.explanation
            sentence = say("{name}: {title}. Likely: {likely}.", name=_named(one), title=told.title, likely=told.likely)
            found.append(at(one, State.ATTENTION, sentence))
    return found or [fine(say("No permission of this workspace has ended."))]


def together(rows: Sequence[IntegrationFacts], outbreak: OutbreakFacts | None) -> list[Check]:
    """What dropped at one time and is still down."""
    if not rows:
        return [nothing_connected()]
    if outbreak is not None:
        sentence = say("{title}. {likely}", title=outbreak.title, likely=outbreak.likely)
        return [at_integrations(State.ATTENTION, sentence)]
    down = sum(one.health is Health.NEEDS_RECONNECT for one in rows)
    if down:
        return [at_integrations(
            State.ATTENTION,
            say_number("{count} connection needs a Reconnect; it did not drop together with another.",
                       "{count} connections need a Reconnect; they did not drop together.", down),
        )]  # fmt: skip
    return [fine(say("No connections have dropped together."))]


def lasting(rows: Sequence[IntegrationFacts], now: datetime) -> list[Check]:
    """Which permissions will end by themselves, soonest first."""
    if not rows:
        return [nothing_connected()]
    found = []
    for one in sorted((one for one in rows if one.ends_at is not None), key=lambda one: one.ends_at or now):
        if one.health in (*SILENT, Health.NEEDS_RECONNECT) or one.ends_at is None:
            continue
        day = wording.dated(one.ends_at.astimezone(ZoneInfo(one.timezone)).date())
        sentence = say(
            "The permission for {name} ends {day}. A Reconnect before then renews it.", name=_named(one), day=day
        )
        soon = one.ends_at - now <= QUIET_NOTE
        found.append(at(one, State.ATTENTION if soon else State.GOOD, sentence))
    return [*problems(rows), *found] if found else [*problems(rows), _none_ends(rows)]


def _all_well(rows: Sequence[IntegrationFacts]) -> Check:
    active = [one for one in rows if one.health not in SILENT]
    if not active:
        return at_integrations(State.ATTENTION, say("Everything is paused or disconnected. Nothing new comes in."))
    unchecked = [one for one in active if one.checked_at is None]
    if unchecked:
        names = wording.listed(list(dict.fromkeys(one.platform_name for one in unchecked)))
        return unknown(say("Nothing is wrong so far; {names} has not been checked yet.", names=names))
    return fine(say_number(
        "Your {count} connection works.", "All {count} connections work.", len(active)
    ))  # fmt: skip


def _none_ends(rows: Sequence[IntegrationFacts]) -> Check:
    return fine(say("No permission of this workspace ends by itself."))


def _named(one: IntegrationFacts) -> str:
    return say("{platform} ({account})", platform=one.platform_name, account=one.account_name)
