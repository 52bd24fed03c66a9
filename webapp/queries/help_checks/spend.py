"""Why an ad account's spend may read differently at the platform, for each account and day as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.data import SpendRow, Tombstone
from webapp.models.day_note import DayNote
from webapp.models.day_state import DayState, day_state
from webapp.models.day_sum import Because
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.restated import DayFigure, Restated
from webapp.platforms import registry
from webapp.queries import wording
from webapp.queries.coverage import covered
from webapp.queries.differences import note_words
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import OVERVIEW, Check, State, at_days, fine, what_of
from webapp.queries.rates import exchange_of
from webapp.words import say, say_number

DAYS, DAYS_SAID, NAMES_SAID = 30, 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentFacts:
    """What sets an account's figures apart: from the shop's, its time zone and currency, where they are others; from
    what they were, the days the platform corrected; from the platform's total, each day that differs, in words, and
    the campaigns that it no longer reports. `unrated` are days whose spend cannot be converted; what it says of the
    days since `moves_since` it may still correct."""

    differing: tuple[tuple[date, str], ...] = ()
    zones: tuple[str, str] | None = None
    currencies: tuple[str, str] | None = None
    unrated: tuple[date, ...] = ()
    corrected: tuple[date, ...] = ()
    deleted: tuple[str, ...] = ()
    moves_since: date | None = None


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
        found.append(_converted(facts.unrated, currency=own, shop=theirs, what=what))
    if facts.corrected:
        found.append(at_days(one, State.GOOD, say_number(
            "{company} corrected {count} day after we had read it, and we took the new figure: {days}.",
            "{company} corrected {count} days after we had read them, and we took the new figures: {days}.",
            len(facts.corrected), days=wording.days_listed(facts.corrected), **names,
        )))  # fmt: skip
    if facts.deleted:
        more = len(facts.deleted) - NAMES_SAID
        rest = [say_number("{count} more", "{count} more", more)] if more > 0 else []
        said = wording.listed([*facts.deleted[:NAMES_SAID], *rest])
        found.append(at_days(one, State.GOOD, say_number(
            "{company} no longer reports {names}, so our figures leave it out; its own total may still hold it.",
            "{company} no longer reports {count} campaigns ({names}), so our figures leave them out; its own total may "
            "still hold them.",
            len(facts.deleted), names=said, company=one.company,
        )))  # fmt: skip
    if facts.moves_since is not None:
        found.append(fine(say(
            "{company} may still change what it says of {day} and later: it attributes orders to the day of the click, "
            "and takes back clicks that were none.",
            company=one.company, day=wording.short_day(facts.moves_since),
        )))  # fmt: skip
    return found


def _converted(unrated: Sequence[date], *, currency: str, shop: str, what: str) -> Check:
    names = {"currency": currency, "shop": shop, "what": what}
    if not unrated:
        return fine(say("Your {what} is billed in {currency} and shown in {shop} by the rate of each day.", **names))
    sentence = say(
        "Your {what} is billed in {currency}, and there is no rate to {shop} for {days}: what was spent then is left "
        "out of your profit.",
        days=wording.days_listed(unrated), **names,
    )  # fmt: skip
    return Check(state=State.ATTENTION, sentence=sentence, href=OVERVIEW, link=say("To your overview"))


def _spent(session: Session, one: Integration, shop: Integration | None, now: datetime) -> SpentFacts:
    platform, since = registry()[one.platform], now.date() - timedelta(days=DAYS)
    today = local_day(now, ZoneInfo(one.timezone))
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
        unrated=_unrated(session, one, shop, since, today) if shop else (),
        moves_since=_moves_since(session, one, today),
    )  # fmt: skip


def _moves_since(session: Session, one: Integration, today: date) -> date | None:
    read = [(stream, covered(session, one, stream)) for stream in registry()[one.platform].dated_streams]
    return min(
        (
            day
            for stream, days in read
            for day in days
            if day_state(one, stream, days, day, today=today) is DayState.CHANGING
        ),
        default=None,
    )


def _unrated(session: Session, one: Integration, shop: Integration, since: date, today: date) -> tuple[date, ...]:
    money = exchange_of(session, shop.currency, {one.currency}, since, today)
    spent = session.scalars(
        select(col(SpendRow.day))
        .where(
            SpendRow.workspace_id == one.workspace_id, SpendRow.platform == one.platform,
            SpendRow.account_id == one.account_id, col(SpendRow.day) >= since, col(SpendRow.spend_micros) != 0,
        )
        .distinct()
    )  # fmt: skip
    return tuple(sorted(day for day in spent if not money.knows(one.currency, day)))
