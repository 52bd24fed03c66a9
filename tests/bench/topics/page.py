"""The whole Integrations page with twenty integrations, against the barest route there is."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.bare import bare_server
from tests.bench.effort import Effort
from tests.bench.interleaved import ratio
from tests.bench.load import Answer, Target
from tests.bench.product import product, signed_in
from tests.bench.seed import ACCOUNTS, just_checked, seed_twenty
from tests.e2e.world import World, http
from tests.figures import Figure

GOAL = 0.1
GZIP = 16 + zlib.MAX_WBITS


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    seed_twenty(folder)
    with product(folder) as world, bare_server() as bare:
        headers = signed_in(world)
        found = ratio(
            lambda: Target.get(world.port, "/integrations", headers),
            Target.get(bare, "/bare", headers),
            is_right=_is_whole,
            effort=effort,
            share=0.2,
        )
        anew = median(_first_time(world, headers) for _ in range(effort.rounds * 3))
    against = f"{found.rate:.0f}/s to {found.yardstick:.0f}/s"
    yield Figure(
        f"page: {ACCOUNTS} integrations, against a bare route",
        f"{found.value:.2f} ({against}; {anew * 1000:.0f} ms when all of it has just changed)",
        f">= {GOAL}",
        found.value >= GOAL,
    )


def _is_whole(answer: Answer) -> bool:
    return answer.status == 200 and zlib.decompress(answer.body, GZIP).count(b"</article>") == ACCOUNTS


def _first_time(world: World, headers: dict[str, str]) -> float:
    """Seconds for the page when every row of it reads differently than the last time."""
    just_checked(world, ACCOUNTS)
    began = time.perf_counter()
    reply = http.request("GET", f"{world.url}/integrations", headers=headers)
    took = time.perf_counter() - began
    assert reply.status == 200
    return took
