"""A store's own list held against ours, one by one: what is missing here, left out on purpose, or too much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from webapp.platforms.roll import Called, Listed, Origin, Roll


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is here: names by id, of orders placed in the days asked for and of variants that the store still has. All
    orders placed before `read_through` were read; the variants were read whole at `variants_read_at`."""

    orders: Mapping[str, str]
    variants: Mapping[str, str]
    read_through: datetime
    variants_read_at: datetime | None
    first_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Names, of orders or of variants. `lost` are listed there and not here, though they should have been read;
    `unread` came about since; `gone` are here and listed no more. `hidden` is how many the store counts and does not
    show us. Where there were too many to list, only `listed`, as the store counts, and `here` are told."""

    listed: int
    here: int
    one_by_one: bool = True
    lost: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RollFacts:
    """`tests` are left out on purpose, `cancelled` are here; `older` is how many are from before `first_day`, where our
    data begins. `elsewhere` are those that were not placed in the online shop, by where, and `places` says of those
    that are lost where each was placed. `cut_at` is the first day that the permission reaches, where that is later than
    what was asked for. `variants` None: the store does not say, or its products were never read here."""

    orders: Held
    variants: Held | None
    days: int
    first_day: date
    cut_at: date | None = None
    tests: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    older: int = 0
    elsewhere: Mapping[Origin, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, Origin] = field(default_factory=dict)


def roll_facts(roll: Roll, ours: Ours, *, days: int, cut_at: date | None = None) -> RollFacts:
    """`days` is of how many it is."""
    called = roll.called or ()
    real = [one for one in called if not one.is_test]
    orders = _orders(roll, real, ours)
    lost = set(orders.lost)
    return RollFacts(
        orders=orders,
        variants=_variants(roll, ours),
        days=days,
        first_day=ours.first_day,
        cut_at=cut_at,
        tests=_names(one for one in called if one.is_test),
        cancelled=_names(one for one in real if one.is_cancelled and one.id in ours.orders),
        older=roll.older or 0,
        elsewhere={
            origin: found
            for origin in Origin
            if origin is not Origin.SHOP
            and (found := _names(one for one in real if one.origin is origin and one.id in ours.orders))
        },
        places={one.name: one.origin for one in real if one.name in lost and one.origin is not Origin.SHOP},
    )


def _orders(roll: Roll, real: Sequence[Called], ours: Ours) -> Held:
    if roll.called is None:
        return Held(listed=roll.counted or 0, here=len(ours.orders), one_by_one=False)
    missing = [one for one in real if one.id not in ours.orders]
    hidden = max(0, roll.counted - len(real)) if roll.counted is not None else 0
    return Held(
        listed=len(real),
        here=len(ours.orders),
        lost=_names(one for one in missing if one.placed_at < ours.read_through),
        unread=_names(one for one in missing if one.placed_at >= ours.read_through),
        gone=_gone(ours.orders, real, hidden),
        hidden=hidden,
    )


def _variants(roll: Roll, ours: Ours) -> Held | None:
    if roll.listed is None:
        if roll.variants is None:
            return None
        return Held(listed=roll.variants, here=len(ours.variants), one_by_one=False)
    read_at = ours.variants_read_at
    if read_at is None:
        return None
    missing = [one for one in roll.listed if one.id not in ours.variants]
    hidden = max(0, roll.variants - len(roll.listed)) if roll.variants is not None else 0
    return Held(
        listed=len(roll.listed),
        here=len(ours.variants),
        lost=_names(one for one in missing if one.made_at < read_at),
        unread=_names(one for one in missing if one.made_at >= read_at),
        gone=_gone(ours.variants, roll.listed, hidden),
        hidden=hidden,
    )


def _gone(ours: Mapping[str, str], theirs: Sequence[Called | Listed], hidden: int) -> tuple[str, ...]:
    """What is here and not there; where some are hidden nobody can tell."""
    there = {one.id for one in theirs}
    return () if hidden else tuple(name for id, name in ours.items() if id not in there)


def _names(found: Iterable[Called | Listed]) -> tuple[str, ...]:
    return tuple(one.name for one in found)
