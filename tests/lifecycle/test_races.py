"""Many processes want the same permission renewed: it is renewed once, and nobody is left with a dead token."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from sandbox import grants
from tests.lifecycle.renewing_process import renewing_processes
from webapp.lifecycle.open_grant import live_grant, open_tokens

# The third is Shopify's own: the old one works until one of the new is first used.
RULES = ("rotation_strict", "rotation_grace", None)


@pytest.mark.timeout(3600)
@pytest.mark.prove(small=20, full=1000)
def test_a_race_of_processes_renews_once_and_loses_nothing(acts, runtime, environ, tmp_path, count, figure):
    world = acts.sandbox.world
    login_id = acts.integration(acts.connects("shopify")).login_id
    found: Counter[str] = Counter()
    with renewing_processes(8, environ, tmp_path) as processes:
        for number in range(count):
            acts.sandbox.rotates("shopify", RULES[number % 3])
            kind = random.choice(["aged", "soon", "refused", "idle"])
            before, calls = stored(runtime, login_id), world.counted("shopify")["refresh"]
            # Aged: nobody can do without. Soon: due, but it lives. Idle: the clock's own job is in the race too.
            acts.sandbox.advance(minutes={"aged": 120, "soon": 57, "refused": 5, "idle": 9 * 1440}[kind])
            racing, start = processes[: random.randint(2, 8)], time.monotonic() + 0.01
            for place, process in enumerate(racing):
                what = "refused" if kind == "refused" else "clock" if kind == "idle" and place % 2 else "use"
                process.ask(what, at=start, login_id=login_id, refused=before[0] if what == "refused" else None)
            tokens = {process.answer() for process in racing} - {None}
            after = stored(runtime, login_id)
            found["races"] += 1
            found[f"races with {len(racing)} processes"] += 1
            found["more or fewer calls than one"] += world.counted("shopify")["refresh"] != calls + 1
            found["more or fewer generations than one"] += after[2] != before[2] + 1
            found["tokens nobody stored"] += not tokens <= ({after[0], before[0]} if kind == "soon" else {after[0]})
            found["tokens lost"] += not all(is_good(world, one) for one in tokens) or not is_newest(world, after[1])
    figure("races", found["races"], f"= {count}", found["races"] == count)
    for name in ("tokens lost", "tokens nobody stored", "more or fewer calls than one",
                 "more or fewer generations than one"):  # fmt: skip
        figure(name, found[name], "= 0", found[name] == 0)


def stored(runtime, login_id: int) -> tuple[str, str | None, int]:
    """Access token, refresh token, generation."""
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
    return (*open_tokens(runtime.vault, grant), grant.generation)


def is_good(world, token: str) -> bool:
    try:
        grants.use(world, "shopify", token, kind="access")
    except grants.Refused:
        return False
    return True


def is_newest(world, refresh: str) -> bool:
    token = world.data["tokens"][refresh]
    grant = world.data["grants"][token["grant"]]
    return grant["death"] is None and token["generation"] == grant["newest"]
