"""Orders and products held one by one against what the store itself lists: which are missing here, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from webapp.platforms.roll import Called, Roll
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at, fine, unknown
from webapp.words import say, say_number

DAYS = 7
NAMES_SAID = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RollFacts:
    """Orders by name. `lost` are listed there and not here, though their days were read; `unread` were placed since;
    `tests` are left out on purpose; `gone` are here and listed no more. `hidden` is how many the store counts and does
    not show us, `older` how many are from before `first_day`, where our data begins."""

    listed: int
    lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    hidden: int = 0
    older: int = 0
    first_day: date
    variants: int | None = None
    our_variants: int = 0


def roll_facts(
    roll: Roll, *, ours: dict[str, str], read_through: datetime, first_day: date, our_variants: int
) -> RollFacts:
    """`ours` are the names of our orders of the same days by id; everything placed before `read_through` was read."""
    real = [one for one in roll.called if not one.is_test]
    missing = [one for one in real if one.id not in ours]
    there = {one.id for one in real}
    return RollFacts(
        listed=len(real),
        lost=_names(one for one in missing if one.placed_at < read_through),
        unread=_names(one for one in missing if one.placed_at >= read_through),
        tests=_names(one for one in roll.called if one.is_test),
        cancelled=_names(one for one in real if one.is_cancelled and one.id in ours),
        gone=tuple(name for id, name in ours.items() if id not in there) if not _hides(roll, real) else (),
        hidden=_hides(roll, real),
        older=roll.older or 0,
        first_day=first_day,
        variants=roll.variants,
        our_variants=our_variants,
    )


def counted(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    """What came of it, order by order, and for the products in one number."""
    return [*_orders(store, facts), *_left_out(store, facts), *_products(store, facts)]


def not_counted(store: IntegrationFacts) -> Check:
    """The store did not answer, or cannot be asked."""
    return at(store, State.UNKNOWN, say(
        "The orders of {account} could not be counted at {company} just now.", account=store.account_name,
        company=store.company,
    ))  # fmt: skip


def _orders(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    names = {"company": store.company, "days": DAYS}
    found = []
    if facts.lost:
        found.append(at(store, State.ATTENTION, say_number(
            "{company} lists {count} order of the last {days} days that is not here: {orders}. Sync now reads it.",
            "{company} lists {count} orders of the last {days} days that are not here: {orders}. Sync now reads them.",
            len(facts.lost), orders=_named(facts.lost), **names,
        )))  # fmt: skip
    if facts.hidden:
        found.append(at(store, State.ATTENTION, say_number(
            "{company} counts {count} order of the last {days} days that it does not show us: the permission sees "
            "only part of the store.",
            "{company} counts {count} orders of the last {days} days that it does not show us: the permission sees "
            "only part of the store.",
            facts.hidden, **names,
        )))  # fmt: skip
    if facts.unread:
        found.append(unknown(say_number(
            "{count} order was placed since we last read, and comes with the next sync: {orders}.",
            "{count} orders were placed since we last read, and come with the next sync: {orders}.",
            len(facts.unread), orders=_named(facts.unread),
        )))  # fmt: skip
    if facts.gone:
        found.append(unknown(say_number(
            "{count} order here is no longer listed at {company}, and leaves with the next sync: {orders}.",
            "{count} orders here are no longer listed at {company}, and leave with the next sync: {orders}.",
            len(facts.gone), orders=_named(facts.gone), **names,
        )))  # fmt: skip
    return found or [fine(say_number(
        "Counted at {company} just now: the {count} order of the last {days} days is here, whatever its location.",
        "Counted at {company} just now: all {count} orders of the last {days} days are here, whatever their location.",
        facts.listed, **names,
    ))]  # fmt: skip


def _left_out(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    found = []
    if facts.tests:
        found.append(fine(say_number(
            "Left out on purpose: {count} test order, {orders}.", "Left out on purpose: {count} test orders, {orders}.",
            len(facts.tests), orders=_named(facts.tests),
        )))  # fmt: skip
    if facts.cancelled:
        found.append(fine(say_number(
            "{count} cancelled order is here and counts only with what was charged and given back: {orders}.",
            "{count} cancelled orders are here and count only with what was charged and given back: {orders}.",
            len(facts.cancelled), orders=_named(facts.cancelled),
        )))  # fmt: skip
    if facts.older:
        found.append(fine(say_number(
            "{count} older order is from before {day}, where your data begins here.",
            "{count} older orders are from before {day}, where your data begins here.",
            facts.older, day=wording.dated(facts.first_day),
        )))  # fmt: skip
    return found


def _products(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    if facts.variants is None:
        return []
    names = {"company": store.company, "ours": wording.count(facts.our_variants)}
    if facts.variants == facts.our_variants:
        return [fine(say_number(
            "{company} counts {count} product variant, and it is here.",
            "{company} counts {count} product variants, and all of them are here.", facts.variants, **names,
        ))]  # fmt: skip
    return [at(store, State.ATTENTION, say_number(
        "{company} counts {count} product variant; {ours} are here. They are read every six hours, or by Sync now.",
        "{company} counts {count} product variants; {ours} are here. They are read every six hours, or by Sync now.",
        facts.variants, **names,
    ))]  # fmt: skip


def _hides(roll: Roll, real: Sequence[Called]) -> int:
    return max(0, roll.counted - len(real)) if roll.counted is not None else 0


def _names(called: Iterable[Called]) -> tuple[str, ...]:
    return tuple(one.name for one in called)


def _named(names: Collection[str]) -> str:
    """ "#1001, #1002 and 12 more"."""
    said = list(names)[:NAMES_SAID]
    if len(names) > NAMES_SAID:
        said.append(say_number("{count} more", "{count} more", len(names) - NAMES_SAID))
    return wording.listed(said)
