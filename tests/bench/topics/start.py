"""From the command to the first page, in an empty folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.effort import Effort
from tests.e2e.world import World
from tests.figures import Figure

GOAL_SECONDS = 5.0


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    took = [_seconds(folder / str(number)) for number in range(effort.rounds)]
    yield Figure(
        "start: python app.py to its first page",
        f"{median(took):.1f} s ({', '.join(f'{one:.1f}' for one in took)})",
        f"<= {GOAL_SECONDS:.0f} s",
        median(took) <= GOAL_SECONDS,
    )


def _seconds(folder: Path) -> float:
    folder.mkdir()
    world = World(folder)
    try:
        return world.start(page="/login")
    finally:
        world.stop()
