"""What a store itself lists: every order it booked in some days, by name, to hold ours against one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One order as the store lists it."""

    id: str
    name: str
    placed_at: datetime
    is_test: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """`called` are the orders listed, `counted` how many the store counts of the same days, test orders left out;
    `older` how many it counts before a day, `variants` of how many variants its products are made."""

    called: tuple[Called, ...]
    counted: int | None
    older: int | None
    variants: int | None
