"""Two things measured in turns, A B A B A B: whatever else the machine does meanwhile, it does to both."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from tests.bench.effort import Effort
from tests.bench.load import Answer, Target, rate

WARM_UP = 50


class Ratio(NamedTuple):
    """How many times B's rate A reached, round by round; rates are medians, in answers a second."""

    rounds: list[float]
    rate: float
    yardstick: float

    @property
    def value(self) -> float:
        return median(self.rounds)


def ratio(
    first: Callable[[], Target],
    yardstick: Target,
    *,
    is_right: Callable[[Answer], bool],
    effort: Effort,
    share: float = 1.0,
) -> Ratio:
    """`first` is made anew for every round; `share` of the requests is enough where each takes longer."""
    found = []
    for _ in range(effort.rounds):
        target, many = first(), max(1, round(effort.requests * share))
        for warmed, right in ((target, is_right), (yardstick, is_empty)):
            rate(warmed, right, requests=min(WARM_UP, many), seconds=effort.seconds)
        ours = rate(target, is_right, requests=many, seconds=effort.seconds)
        theirs = rate(yardstick, is_empty, requests=effort.requests, seconds=effort.seconds)
        found.append((ours, theirs))
    return Ratio([a / b for a, b in found], median(a for a, _ in found), median(b for _, b in found))


def is_empty(answer: Answer) -> bool:
    return answer.status == 204 and not answer.body
