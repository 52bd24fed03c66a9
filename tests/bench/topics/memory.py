"""What the demo weighs when everything is connected and imported: the product and its sandbox."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.effort import Effort
from tests.bench.product import product, signed_in
from tests.e2e.world import http
from tests.figures import Figure

GOAL_MB = 220
SETTLED_SECONDS = 3


def measure(folder: Path, _effort: Effort) -> Iterator[Figure]:
    with product(folder) as world:
        world.until_all_green()
        assert http.request("GET", f"{world.url}/integrations", headers=signed_in(world)).status == 200
        time.sleep(SETTLED_SECONDS)
        assert world.process is not None
        app = psutil.Process(world.process.pid)
        ours, beside = _mb(app), sum(_mb(one) for one in app.children(recursive=True))
    yield Figure(
        "memory: python app.py after its first import",
        f"{ours + beside:.0f} MB (product {ours:.0f}, sandbox {beside:.0f})",
        f"<= {GOAL_MB} MB",
        ours + beside <= GOAL_MB,
    )


def _mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1024 / 1024
