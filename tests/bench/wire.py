"""What really crosses the wire: a Chromium that says how many bytes each answer was, headers included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.e2e.chromium import EXECUTABLE, QUIET
from tests.e2e.world import World


@dataclass
class Crossing:
    """One answer. `size` and `body` are bytes on the wire, with and without its headers."""

    path: str
    status: int
    size: int = 0
    body: int = 0
    is_over: bool = False


class Wire:
    """A browser signed in to the product that has never seen it before."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._found: dict[str, Crossing] = {}
        listener = page.context.new_cdp_session(page)
        listener.on("Network.responseReceived", self._received)
        listener.on("Network.dataReceived", self._counted)
        listener.on("Network.loadingFinished", self._finished)
        listener.send("Network.enable")

    @property
    def crossings(self) -> list[Crossing]:
        return [one for one in self._found.values() if one.is_over]

    def next_poll(self, wanted: Callable[[Crossing], bool], *, seconds: float = 20) -> Crossing:
        """The next poll's answer that is wanted."""
        before = len(self.crossings)
        for _ in range(round(seconds * 10)):
            for one in self.crossings[before:]:
                if one.path == "/integrations/board" and wanted(one):
                    return one
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no such poll within {seconds} s: {self.crossings[before:]}")

    def _received(self, event: dict) -> None:
        reply = event["response"]
        self._found[event["requestId"]] = Crossing(urlsplit(reply["url"]).path, reply["status"])

    def _counted(self, event: dict) -> None:
        if event["requestId"] in self._found:
            self._found[event["requestId"]].body += event["encodedDataLength"]

    def _finished(self, event: dict) -> None:
        if event["requestId"] in self._found:
            one = self._found[event["requestId"]]
            one.size, one.is_over = event["encodedDataLength"], True


@contextmanager
def wire(world: World, cookie: str) -> Iterator[Wire]:
    """With nothing in its cache and somebody's session cookie in its jar."""
    name, _, value = cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=QUIET)
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": value, "url": world.url}])
        yield Wire(context.new_page())
        browser.close()
