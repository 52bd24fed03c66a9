"""Bytes on the wire: the first load with everything it needs, a poll that found a change, and one that did not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.bench.effort import Effort
from tests.bench.product import product, signed_in
from tests.bench.seed import ACCOUNTS, just_checked, seed_twenty
from tests.bench.wire import Wire, wire
from tests.e2e.world import World
from tests.figures import Figure

KB = 1024
FIRST_LOAD = 120 * KB
CHANGED = 2 * KB
ROW = "#rows > article"


def measure(folder: Path, _effort: Effort) -> Iterator[Figure]:
    four, twenty = folder / "four", folder / "twenty"
    four.mkdir(), twenty.mkdir()
    with product(four, POLL_SECONDS="1") as world:
        world.until_all_green()
        with wire(world, signed_in(world)["Cookie"]) as browser:
            yield _first_load(world, browser)
            yield _unchanged(browser)
            yield _changed(world, browser, 4)
    seed_twenty(twenty)
    with product(twenty, POLL_SECONDS="1") as world, wire(world, signed_in(world)["Cookie"]) as browser:
        browser.page.goto(f"{world.url}/integrations")
        yield _changed(world, browser, ACCOUNTS)


def _first_load(world: World, browser: Wire) -> Figure:
    browser.page.goto(f"{world.url}/integrations", wait_until="networkidle")
    assert browser.page.locator(ROW).count() == 4
    found = [one for one in browser.crossings if one.path != "/integrations/board"]
    size = sum(one.size for one in found)
    return Figure(
        "bytes: first load, 4 integrations",
        f"{size / KB:.1f} KB in {len(found)} answers",
        f"<= {FIRST_LOAD // KB} KB",
        size <= FIRST_LOAD,
    )


def _unchanged(browser: Wire) -> Figure:
    one = browser.next_poll(lambda poll: poll.status == 204)
    return Figure("bytes: unchanged poll", f"{one.body} ({one.size} with headers)", "empty body", one.body == 0)


def _changed(world: World, browser: Wire, rows: int) -> Figure:
    """One integration was looked at again, as after every routine sync."""
    browser.next_poll(lambda poll: poll.status == 204)
    changed = just_checked(world, 1)
    one = browser.next_poll(lambda poll: poll.status == 200)
    row = browser.page.locator(f"#integration-{changed[0]}").evaluate("row => row.outerHTML")
    allowed = CHANGED + len(zlib.compress(row.encode()))
    return Figure(
        f"bytes: changed poll, 1 of {rows} rows",
        f"{one.size / KB:.1f} KB with headers",
        f"<= {allowed / KB:.1f} KB (2 KB + the row, compressed)",
        one.size <= allowed,
    )
