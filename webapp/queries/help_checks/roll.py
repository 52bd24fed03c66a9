"""What came of holding orders and products against the store's own list, in words: which are missing here, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from webapp.platforms.roll import Origin
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at, fine
from webapp.queries.help_checks.roll_facts import Held, RollFacts
from webapp.words import say, say_number

CHOICES = (7, 30, 90)
NAMES_SAID = 5


def counted(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    """What came of it, order by order and product by product."""
    return [*_orders(store, facts), *_left_out(store, facts), *_products(store, facts.variants)]


def not_counted(store: IntegrationFacts) -> Check:
    """The store did not answer, or cannot be asked."""
    return at(store, State.UNKNOWN, say(
        "The orders of {account} could not be counted at {company} just now.", account=store.account_name,
        company=store.company,
    ))  # fmt: skip


def _orders(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    orders, names = facts.orders, {"company": store.company, "days": facts.days}
    if not orders.one_by_one:
        return [_orders_by_number(store, orders, names)]
    found = []
    if orders.lost:
        found.append(at(store, State.ATTENTION, say_number(
            "{company} lists {count} order of the last {days} days that is not here: {orders}. Sync now reads it.",
            "{company} lists {count} orders of the last {days} days that are not here: {orders}. Sync now reads them.",
            len(orders.lost), orders=_placed(orders.lost, facts.places), **names,
        )))  # fmt: skip
    if orders.hidden:
        found.append(at(store, State.ATTENTION, say_number(
            "{company} counts {count} order of the last {days} days that it does not show us: the permission sees "
            "only part of the store.",
            "{company} counts {count} orders of the last {days} days that it does not show us: the permission sees "
            "only part of the store.",
            orders.hidden, **names,
        )))  # fmt: skip
    if orders.unread:
        found.append(at(store, State.UNKNOWN, say_number(
            "{count} order was placed since we last read, and comes with the next sync: {orders}.",
            "{count} orders were placed since we last read, and come with the next sync: {orders}.",
            len(orders.unread), orders=_named(orders.unread),
        )))  # fmt: skip
    if orders.gone:
        found.append(at(store, State.UNKNOWN, say_number(
            "{count} order here is no longer listed at {company}, and leaves with the next sync: {orders}.",
            "{count} orders here are no longer listed at {company}, and leave with the next sync: {orders}.",
            len(orders.gone), orders=_named(orders.gone), **names,
        )))  # fmt: skip
    return found or [fine(say_number(
        "Counted at {company} just now: the {count} order of the last {days} days is here, whatever its location.",
        "Counted at {company} just now: all {count} orders of the last {days} days are here, whatever their location.",
        orders.listed, **names,
    ))]  # fmt: skip


def _orders_by_number(store: IntegrationFacts, orders: Held, names: Mapping[str, object]) -> Check:
    said = say(
        "{company} counts {listed} orders of the last {days} days, too many to hold one by one; {here} are here. "
        "Choose fewer days to see which.",
        listed=wording.count(orders.listed), here=wording.count(orders.here), **names,
    )  # fmt: skip
    return fine(said) if orders.listed == orders.here else at(store, State.ATTENTION, said)


def _left_out(store: IntegrationFacts, facts: RollFacts) -> list[Check]:
    found = []
    if facts.cut_at is not None:
        found.append(fine(say(
            "Counted from {day} on: the permission shows us no orders from before.", day=wording.dated(facts.cut_at),
        )))  # fmt: skip
    for origin, names in facts.elsewhere.items():
        found.append(fine(_elsewhere(origin, names, store)))
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


def _elsewhere(origin: Origin, names: Collection[str], store: IntegrationFacts) -> str:
    said = {"orders": _named(names), "company": store.company}
    if origin is Origin.COUNTER:
        return say_number(
            "{count} order was sold at a point of sale and is here, whichever location that is: {orders}. A list at "
            "{company} that is narrowed to one location leaves out the others.",
            "{count} orders were sold at a point of sale and are here, whichever location that is: {orders}. A list at "
            "{company} that is narrowed to one location leaves out the others.",
            len(names), **said,
        )  # fmt: skip
    if origin is Origin.DRAFT:
        return say_number(
            "{count} order was made from a draft and is here: {orders}. A draft that is still open is no order.",
            "{count} orders were made from drafts and are here: {orders}. A draft that is still open is no order.",
            len(names), **said,
        )  # fmt: skip
    return say_number(
        "{count} order came through another app and is here: {orders}.",
        "{count} orders came through other apps and are here: {orders}.", len(names), **said,
    )  # fmt: skip


def _products(store: IntegrationFacts, found: Held | None) -> list[Check]:
    if found is None:
        return []
    names = {"company": store.company, "ours": wording.count(found.here)}
    if not found.one_by_one:
        said = say_number(
            "{company} counts {count} product variant; {ours} are here. They are read every six hours, or by Sync now.",
            "{company} counts {count} product variants; {ours} are here. They are read every six hours, or by Sync "
            "now.",
            found.listed, **names,
        )  # fmt: skip
        return [fine(said) if found.listed == found.here else at(store, State.ATTENTION, said)]
    told = []
    if found.lost:
        told.append(at(store, State.ATTENTION, say_number(
            "{company} lists {count} product variant that is not here: {variants}. It was there when products were "
            "last read; Sync now reads them again.",
            "{company} lists {count} product variants that are not here: {variants}. They were there when products "
            "were last read; Sync now reads them again.",
            len(found.lost), variants=_named(found.lost), **names,
        )))  # fmt: skip
    if found.hidden:
        told.append(at(store, State.ATTENTION, say_number(
            "{company} counts {count} product variant that it does not show us: the permission sees only part of the "
            "store.",
            "{company} counts {count} product variants that it does not show us: the permission sees only part of the "
            "store.",
            found.hidden, **names,
        )))  # fmt: skip
    if found.unread:
        told.append(at(store, State.UNKNOWN, say_number(
            "{count} product variant was added since products were last read, which is every six hours or by Sync now: "
            "{variants}.",
            "{count} product variants were added since products were last read, which is every six hours or by Sync "
            "now: {variants}.",
            len(found.unread), variants=_named(found.unread),
        )))  # fmt: skip
    if found.gone:
        told.append(at(store, State.UNKNOWN, say_number(
            "{count} product variant here is no longer listed at {company}: {variants}. What it cost is kept for the "
            "days it sold on.",
            "{count} product variants here are no longer listed at {company}: {variants}. What they cost is kept for "
            "the days they sold on.",
            len(found.gone), variants=_named(found.gone), **names,
        )))  # fmt: skip
    return told or [fine(say_number(
        "{company} lists {count} product variant, and it is here.",
        "{company} lists {count} product variants, and all of them are here, one by one.", found.listed, **names,
    ))]  # fmt: skip


def _placed(lost: Collection[str], places: Mapping[str, Origin]) -> str:
    """ "#1001, #1002 (sold at a point of sale)"."""
    words = {
        Origin.COUNTER: say("sold at a point of sale"),
        Origin.DRAFT: say("made from a draft"),
        Origin.APP: say("from another app"),
    }
    return _named([f"{name} ({words[places[name]]})" if name in places else name for name in lost])


def _named(names: Collection[str]) -> str:
    """ "#1001, #1002 and 12 more"."""
    said = list(names)[:NAMES_SAID]
    if len(names) > NAMES_SAID:
        said.append(say_number("{count} more", "{count} more", len(names) - NAMES_SAID))
    return wording.listed(said)
