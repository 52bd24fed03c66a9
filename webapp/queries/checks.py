"""What came of Check all: which connections were reachable since it was asked, which were not, which are still asked.

What could not be asked says nothing about a connection: what was last proved of it stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from webapp.models.health import Health
from webapp.queries import wording
from webapp.queries.board_facts import CheckFacts
from webapp.queries.facts import IntegrationFacts
from webapp.words import say, say_number

# A question that is not answered by then was not answered.
PATIENCE = timedelta(minutes=2)
WORTH_SAYING = timedelta(minutes=15)
QUIET = (Health.PAUSED, Health.DISCONNECTED)


def check_of(
    asked_at: datetime | None,
    rows: Sequence[IntegrationFacts],
    attempted: Mapping[str, datetime | None],
    now: datetime,
) -> tuple[CheckFacts | None, datetime | None]:
    """What to say of the check asked for at `asked_at`, and when the clock alone makes it read differently.

    `attempted` is when each connection was last asked anything, by its id.
    """
    active = [one for one in rows if one.health not in QUIET]
    if asked_at is None or not active or not asked_at <= now < asked_at + WORTH_SAYING:
        return None, None
    reached = [one for one in active if _is_reached(one, asked_at)]
    rest = [one for one in active if one not in reached]
    waiting = [one for one in rest if _is_awaited(one, attempted.get(one.id), asked_at)]
    if waiting and now < asked_at + PATIENCE:
        said = say_number(
            "Checking: {done} of {count} has answered.", "Checking: {done} of {count} have answered.", len(active),
            done=wording.count(len(active) - len(waiting)),
        )  # fmt: skip
        return CheckFacts(said=said, is_pending=True), asked_at + PATIENCE
    parts = [
        say("Checked {ago}: {reached} of {all} reachable.", ago=wording.ago(asked_at, now),
            reached=wording.count(len(reached)), all=wording.count(len(active))),
        _broken([one for one in rest if one.health.needs_merchant]),
        _unasked([one for one in rest if not one.health.needs_merchant]),
    ]  # fmt: skip
    turns = min(wording.ago_turns_at(asked_at, now), asked_at + WORTH_SAYING)
    return CheckFacts(said=" ".join(part for part in parts if part), is_pending=False), turns


def _is_reached(one: IntegrationFacts, asked_at: datetime) -> bool:
    if one.health.needs_merchant or one.checked_at is None:
        return False
    return one.checked_at >= asked_at


def _is_awaited(one: IntegrationFacts, attempted_at: datetime | None, asked_at: datetime) -> bool:
    # Of what is known to be broken nothing is awaited: a platform may have told us so itself, and then nobody asks.
    return not one.health.needs_merchant and (one.syncing or (attempted_at or asked_at) <= asked_at)


def _broken(rows: Sequence[IntegrationFacts]) -> str:
    if not rows:
        return ""
    names = wording.listed([_name(one) for one in rows])
    return say_number("{names} needs you.", "{names} need you.", len(rows), names=names)


def _unasked(rows: Sequence[IntegrationFacts]) -> str:
    if not rows:
        return ""
    proved = [
        say("{name} (last reachable {when})", name=_name(one), when=wording.moment(one.checked_at, one.timezone))
        if one.checked_at else _name(one)
        for one in rows
    ]  # fmt: skip
    return say("We could not check {names} just now.", names=wording.listed(proved))


def _name(one: IntegrationFacts) -> str:
    return f"{one.platform_name} {one.account_name}"
