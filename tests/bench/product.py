"""The product under measurement: `python app.py` as a process of its own, and somebody signed in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.world import World, http

QUIET = {"SYNC_INTERVAL": "86400", "POLL_SECONDS": "5"}
BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "en-US,en;q=0.9"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Source": "p#status", "HX-Target": "div#board"}


@contextmanager
def product(folder: Path, **settings: str) -> Iterator[World]:
    """Run it until the block ends; a traceback in its log fails the benchmark."""
    world = World(folder, **QUIET | settings)
    try:
        world.start()
        yield world
    finally:
        world.stop()
    assert "Traceback" not in world.log(), world.log()[-6000:]


def signed_in(world: World) -> dict[str, str]:
    """The headers of the demo person's browser, session included."""
    page = http.request("GET", f"{world.url}/login")
    token = re.search(rb'name="csrf_token" value="([^"]+)"', page.data)
    assert token
    form = {"email": "demo@shopimize.test", "password": "demo", "csrf_token": token[1].decode()}
    reply = http.request("POST", f"{world.url}/session", fields=form, encode_multipart=False, redirect=False,
                         headers={"Cookie": _cookie(page)})  # fmt: skip
    assert reply.status == 303, reply.data
    # The first page notes the workspace in the session.
    first = http.request("GET", f"{world.url}/integrations", headers={"Cookie": _cookie(reply)})
    return BROWSER | {"Cookie": _cookie(first)}


def poll_path(world: World, headers: dict[str, str], path: str = "/integrations") -> str:
    """The address a page rendered just now polls."""
    page = http.request("GET", f"{world.url}{path}", headers=headers).data.decode()
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found, page[:2000]
    return found[1].replace("&amp;", "&")


def _cookie(reply) -> str:
    return reply.headers["set-cookie"].partition(";")[0]
