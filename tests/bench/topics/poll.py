"""What an open page asks every few seconds while nothing changes, against the barest route there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.bare import bare_server
from tests.bench.effort import Effort
from tests.bench.interleaved import is_empty, ratio
from tests.bench.load import Target
from tests.bench.product import HTMX, poll_path, product, signed_in
from tests.bench.seed import seed_twenty
from tests.figures import Figure

GOAL, STRETCH = 0.4, 0.6


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    seed_twenty(folder)
    with product(folder) as world, bare_server() as bare:
        headers = signed_in(world) | HTMX | {"HX-Current-URL": f"{world.url}/integrations"}
        found = ratio(
            lambda: Target.get(world.port, poll_path(world, headers), headers),
            # The same request to both: what is compared is the answer, not how much there is to parse.
            Target.get(bare, "/bare", headers),
            is_right=is_empty,
            effort=effort,
        )
    yield Figure(
        "poll: unchanged, against a bare route",
        f"{found.value:.2f} ({found.rate:.0f}/s to {found.yardstick:.0f}/s)",
        f">= {GOAL} (stretch {STRETCH})",
        found.value >= GOAL,
    )
