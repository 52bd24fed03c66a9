"""What a store itself lists: its orders of some days and its products, by name, to hold ours against one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Origin(StrEnum):
    """Where an order came about: COUNTER at a point of sale, whichever location; DRAFT was written by the merchant."""

    SHOP = "shop"
    COUNTER = "counter"
    DRAFT = "draft"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One order as the store lists it."""

    id: str
    name: str
    placed_at: datetime
    is_test: bool
    is_cancelled: bool
    origin: Origin = Origin.SHOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One variant as the store lists it."""

    id: str
    name: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """`called` are the orders listed and `listed` the variants; None where they are too many to be listed one by one.
    `counted` is how many orders the store counts of the same days, test orders left out; `older` how many before a
    day, `variants` how many variants its products are made of."""

    called: tuple[Called, ...] | None
    counted: int | None
    older: int | None
    listed: tuple[Listed, ...] | None
    variants: int | None
