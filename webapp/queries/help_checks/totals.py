"""Whether our figures come to what the platform itself says; every night asks anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from webapp.models.comparison import Comparison
from webapp.models.day_note import DayNote
from webapp.models.integration import Integration
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at_days, fine, unknown, what_of
from webapp.words import say, say_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFacts:
    """When an integration's days were last held against the platform's, which, and those that differ still."""

    compared_at: datetime
    first_day: date
    last_day: date
    differing: tuple[date, ...]


def compared(session: Session, workspace_id: str) -> dict[str, ComparedFacts]:
    """By integration; one that was never compared is not there."""
    mine = session.exec(
        select(Integration, Comparison)
        .join(Comparison, col(Comparison.integration_id) == col(Integration.id))
        .where(Integration.workspace_id == workspace_id)
    ).all()
    notes = session.exec(
        select(DayNote).where(DayNote.workspace_id == workspace_id, col(DayNote.settled_at).is_(None))
    ).all()
    found = {}
    for integration, last in mine:
        if last.compared_at is None or last.first_day is None or last.last_day is None:
            continue
        account = (integration.platform, integration.account_id)
        days = {note.day for note in notes if (note.platform, note.account_id) == account}
        found[integration.id] = ComparedFacts(
            compared_at=last.compared_at,
            first_day=last.first_day,
            last_day=last.last_day,
            differing=tuple(sorted(days)),
        )
    return found


def agreeing(rows: Sequence[IntegrationFacts], found: dict[str, ComparedFacts], *, kind: str) -> list[Check]:
    """One check for each connection of this kind; none where there is no such, which `completeness` says."""
    return [_check(one, what_of(one, rows), found.get(one.id)) for one in rows if one.kind == kind]


def _check(one: IntegrationFacts, what: str, facts: ComparedFacts | None) -> Check:
    if facts is None:
        return unknown(say(
            "Your {what}: not held against {company}'s own total yet. We do it every night.", what=what,
            company=one.company,
        ))  # fmt: skip
    if not facts.differing:
        return fine(say(
            "Your {what}: {first} to {last} match {company}'s own total, compared {when}.",
            what=what, company=one.company, first=wording.short_day(facts.first_day),
            last=wording.short_day(facts.last_day), when=wording.moment(facts.compared_at, one.timezone),
        ))  # fmt: skip
    return at_days(one, State.ATTENTION, say_number(
        "Your {what}: {count} day differs from {company}'s own total: {days}.",
        "Your {what}: {count} days differ from {company}'s own total: {days}.", len(facts.differing),
        what=what, company=one.company, days=wording.days_listed(facts.differing),
    ))  # fmt: skip
