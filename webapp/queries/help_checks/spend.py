"""Why an ad account's spend may read differently at the platform, for each account and day as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from webapp.models.data import Tombstone
from webapp.models.day_note import DayNote
from webapp.models.day_sum import Because
from webapp.models.integration import Integration
from webapp.models.restated import DayFigure, Restated
from webapp.platforms import registry
from webapp.queries import wording
from webapp.queries.differences import note_words
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at_days, fine, what_of
from webapp.words import say, say_number

DAYS, DAYS_SAID, NAMES_SAID = 30, 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentFacts:
    """What sets an account's figures apart: from the shop's, its time zone and currency, where they are others; from
    what they were, the days the platform corrected; from the platform's total, each day that differs, in words, and
    the campaigns that it no longer reports. It may correct `look_back` days."""

    differing: tuple[tuple[date, str], ...] = ()
    zones: tuple[str, str] | None = None
    currencies: tuple[str, str] | None = None
    corrected: tuple[date, ...] = ()
    deleted: tuple[str, ...] = ()
    look_back: int = 0


def spent(session: Session, workspace_id: str, *, now: datetime) -> dict[str, SpentFacts]:
    """By integration, of every ad account."""
    integrations = session.exec(
        select(Integration).where(Integration.workspace_id == workspace_id).order_by(col(Integration.created_at))
    ).all()
    platforms = registry()
    shop = next((one for one in integrations if platforms[one.platform].kind == "store"), None)
    return {
        one.id: _spent(session, one, shop, now) for one in integrations if platforms[one.platform].kind == "ads"
    }  # fmt: skip


def explained(rows: Sequence[IntegrationFacts], found: Mapping[str, SpentFacts]) -> list[Check]:
    """What there is to know of each ad account; nothing where nothing sets it apart."""
    return [check for one in rows if one.id in found for check in _checks(one, what_of(one, rows), found[one.id])]


def _checks(one: IntegrationFacts, what: str, facts: SpentFacts) -> list[Check]:
    found = [
        at_days(one, State.ATTENTION, say("Your {what}, {day}: {words}", what=what, day=wording.day(day), words=words))
        for day, words in facts.differing[:DAYS_SAID]
    ]
    names = {"what": what, "company": one.company}
    if facts.zones:
        own, theirs = facts.zones
        found.append(fine(say(
            "Your {what} counts its days in {zone}, your shop in {shop}: single days differ, weeks hardly do.",
            zone=own, shop=theirs, **names,
        )))  # fmt: skip
    if facts.currencies:
        own, theirs = facts.currencies
        found.append(fine(say(
            "Your {what} is billed in {currency} and shown in {shop} by the rate of each day.",
            currency=own, shop=theirs, **names,
        )))  # fmt: skip
    if facts.corrected:
        found.append(at_days(one, State.GOOD, say_number(
            "{company} corrected {count} day after we had read it, and we took the new figure: {days}.",
            "{company} corrected {count} days after we had read them, and we took the new figures: {days}.",
            len(facts.corrected), days=wording.days_listed(facts.corrected), **names,
        )))  # fmt: skip
    if facts.deleted:
        said = wording.listed(facts.deleted[:NAMES_SAID])
        found.append(at_days(one, State.GOOD, say_number(
            "{company} no longer reports {names}, so our figures leave it out; its own total may still hold it.",
            "{company} no longer reports {names} and others, {count} in all, so our figures leave them out; its own "
            "total may still hold them.",
            1 if len(facts.deleted) <= NAMES_SAID else len(facts.deleted), names=said, company=one.company,
        )))  # fmt: skip
    if facts.look_back:
        found.append(fine(say_number(
            "{company} may still change the last {count} day: clicks credited late, and the value of orders.",
            "{company} may still change the last {count} days: clicks credited late, and the value of orders.",
            facts.look_back, company=one.company,
        )))  # fmt: skip
    return found


def _spent(session: Session, one: Integration, shop: Integration | None, now: datetime) -> SpentFacts:
    platform, since = registry()[one.platform], now.date() - timedelta(days=DAYS)
    notes = session.exec(
        select(DayNote)
        .where(
            DayNote.workspace_id == one.workspace_id, DayNote.platform == one.platform,
            DayNote.account_id == one.account_id, col(DayNote.settled_at).is_(None),
        )
        .order_by(col(DayNote.day).desc())
    )  # fmt: skip
    corrected = session.exec(
        select(Restated).where(
            Restated.workspace_id == one.workspace_id, Restated.platform == one.platform,
            Restated.account_id == one.account_id, Restated.figure == DayFigure.SPEND, col(Restated.day) >= since,
        )
    )  # fmt: skip
    deleted = session.exec(
        select(Tombstone).where(
            Tombstone.workspace_id == one.workspace_id, Tombstone.platform == one.platform,
            Tombstone.account_id == one.account_id, col(Tombstone.day) >= since,
        )
    )  # fmt: skip
    return SpentFacts(
        differing=tuple((note.day, note_words(note, one, platform)) for note in notes),
        zones=(one.timezone, shop.timezone) if shop and shop.timezone != one.timezone else None,
        currencies=(one.currency, shop.currency) if shop and shop.currency != one.currency else None,
        corrected=tuple(sorted({row.day for row in corrected if row.because is Because.ROWS})),
        deleted=tuple(sorted({stone.name for stone in deleted})),
        look_back=max((stream.look_back for stream in platform.dated_streams), default=0),
    )  # fmt: skip
