"""From the moment a platform tells us that access ended to the badge that says so, everything over real HTTP."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.effort import Effort
from tests.bench.product import product
from tests.e2e.world import World, http, until
from tests.figures import Figure

GOAL_SECONDS = 2.0
TELLING = ("shopify", "meta_ads", "google_ads")


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    took = [seconds for number in range(effort.rounds) for seconds in _round(folder / str(number))]
    yield Figure(
        "signal: from a platform's signal to the badge",
        f"{max(took):.2f} s at the most, {median(took):.2f} s as a rule ({len(took)} signals)",
        f"<= {GOAL_SECONDS:.0f} s",
        max(took) <= GOAL_SECONDS,
    )


def _round(folder: Path) -> Iterator[float]:
    folder.mkdir()
    with product(folder) as world:
        world.until_all_green()
        until(lambda: len(_webhooks(world)) > 0, "what has an API is registered", seconds=20)
        for slug in {row["platform"] for row in world.rows("SELECT platform FROM integration")} & set(TELLING):
            time.sleep(random.uniform(1, 2))
            began = time.monotonic()
            world.switch(slug, "access_revoked")
            until(lambda: _is_red(world, slug), f"{slug}: the badge is red")  # noqa: B023
            yield time.monotonic() - began
        assert all(one["status"] == 200 for one in json.loads(http.request("GET", f"{world.sandbox}/signals").data))


def _is_red(world: World, slug: str) -> bool:
    """What the badge is derived from. Looked at without a pause that would count as ours."""
    return bool(world.rows(
        "SELECT 1 FROM incident JOIN integration ON integration.id = incident.integration_id "
        "WHERE platform = ? AND closed_at IS NULL AND certainty = 'sure'", slug,
    ))  # fmt: skip


def _webhooks(world: World) -> list[object]:
    return world.rows("SELECT 1 FROM subscription WHERE registered_at IS NOT NULL")
