"""What proofs and benchmarks say in the end: a line per figure, `name | value | goal | met or short`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    name: str
    value: str
    goal: str
    met: bool


def print_figures(figures: Iterable[Figure]) -> int:
    """Print them; how many are short comes back."""
    found = list(figures)
    for one in found:
        print(f"{one.name} | {one.value} | {one.goal} | {'met' if one.met else 'short'}")
    return sum(not one.met for one in found)
