"""The page over five hundred workspaces: its poll while nothing changes, against a bare route, and the page itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app import create_app
from tests.bench.bare import bare_server
from tests.bench.effort import Effort
from tests.bench.interleaved import is_empty, ratio
from tests.bench.load import Target
from tests.bench.product import HTMX, poll_path, product, signed_in
from tests.bench.seed import integrated, just_checked
from tests.e2e.world import World, http
from tests.figures import Figure
from webapp.lifecycle.demo_person import ensure_demo_person
from webapp.lifecycle.migrate import migrate
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.sync import Cursor
from webapp.settings import Settings

WORKSPACES, EACH = 500, 4
POLL_GOAL, ANEW_GOAL_MS = 0.4, 1000
PATH = "/workspaces"


def measure(folder: Path, effort: Effort) -> Iterator[Figure]:
    _seed(folder)
    with product(folder) as world, bare_server() as bare:
        headers = signed_in(world) | HTMX | {"HX-Current-URL": f"{world.url}{PATH}"}
        found = ratio(
            lambda: Target.get(world.port, poll_path(world, headers, PATH), headers),
            Target.get(bare, "/bare", headers),
            is_right=is_empty,
            effort=effort,
        )
        anew = median(_anew(world, headers) for _ in range(effort.rounds * 2)) * 1000
    yield Figure(
        f"agency: poll of {WORKSPACES} workspaces, unchanged, against a bare route",
        f"{found.value:.2f} ({found.rate:.0f}/s to {found.yardstick:.0f}/s)",
        f">= {POLL_GOAL}",
        found.value >= POLL_GOAL,
    )
    yield Figure(
        f"agency: page of {WORKSPACES} workspaces with {EACH} connections each, all of it looked at anew",
        f"{anew:.0f} ms",
        f"<= {ANEW_GOAL_MS} ms",
        anew <= ANEW_GOAL_MS,
    )


def _anew(world: World, headers: dict[str, str]) -> float:
    just_checked(world, WORKSPACES * EACH)
    plain = {name: value for name, value in headers.items() if not name.startswith("HX-")}
    began = time.perf_counter()
    reply = http.request("GET", f"{world.url}{PATH}", headers=plain)
    took = time.perf_counter() - began
    # The demo person's own workspace is there too.
    assert reply.data.count(b"</article>") == WORKSPACES + 1
    return took


def _seed(folder: Path) -> None:
    runtime: Runtime = create_app(Settings.from_env({"ENV": "demo"}, instance=folder)).extensions["runtime"]
    migrate(runtime.database)
    person_id, own = ensure_demo_person(runtime)
    now = runtime.now()
    with runtime.database.writing() as session:
        # All of the demo's platforms are there, so the start adds none.
        for number, platform in enumerate(runtime.platforms()):
            integrated(session, platform, own, person_id, number, now)
        for number in range(WORKSPACES):
            place = open_workspace(session, person_id=person_id, name=f"Client {number:03}", now=now)
            for platform in runtime.platforms()[:EACH]:
                one = integrated(session, platform, place, person_id, 100 + number, now)
                # The months of syncs that each would have are asked for by nothing here.
                for stream in platform.streams:
                    session.add(
                        Cursor(workspace_id=place, platform=platform.slug, account_id=one.account_id,
                               stream=stream.name, through=now)
                    )  # fmt: skip
    runtime.database.engine.dispose()
