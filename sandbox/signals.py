"""What the stand-ins tell the product by themselves: over real HTTP, to the addresses they were given."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import urllib3

from sandbox.world import World

TRIES, WAIT_SECONDS, TIMEOUT_SECONDS = 4, 1.0, 3.0
KEPT = 50
http = urllib3.PoolManager(retries=False, timeout=TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery. `after_seconds` of the sandbox's own clock it goes out; nothing waits for it."""

    url: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    after_seconds: float = 0


def address_of(world: World, slug: str, kind: str) -> str | None:
    """What the app's own page at the platform has been given as the address for this kind; None while it has none."""
    found: str | None = world.data["callbacks"].get(slug, {}).get(kind)
    return found


def send(world: World, letters: list[Letter]) -> None:
    """Send what is due in the background, and keep the rest until the clock has come so far."""
    now = world.now()
    for letter in letters:
        if letter.after_seconds <= 0:
            _begin(world, letter.url, letter.body, letter.headers)
            continue
        due = now.timestamp() + letter.after_seconds
        with world.changing() as data:
            data["later"].append({"due": due, "url": letter.url, "body": letter.body, "headers": letter.headers})


def send_what_is_due(world: World) -> None:
    """After the clock was moved."""
    now = world.now().timestamp()
    with world.changing() as data:
        due = [one for one in data["later"] if one["due"] <= now]
        data["later"] = [one for one in data["later"] if one["due"] > now]
    for one in due:
        _begin(world, one["url"], one["body"], one["headers"])


def _begin(world: World, url: str, body: str, headers: dict[str, str]) -> None:
    threading.Thread(target=_deliver, args=(world, url, body, headers), name="signal", daemon=True).start()


def _deliver(world: World, url: str, body: str, headers: dict[str, str]) -> None:
    status, at = 0, world.now()
    for attempt in range(TRIES):
        try:
            status = http.request("POST", url, body=body.encode(), headers=headers, redirect=False).status
        except urllib3.exceptions.HTTPError:
            status = 0
        if 200 <= status < 300:
            break
        time.sleep(WAIT_SECONDS * 2**attempt)
    _remember(world, url, status, at)


def _remember(world: World, url: str, status: int, at: datetime) -> None:
    kept: dict[str, Any] = {"url": url, "status": status, "at": at.isoformat()}
    with world.changing() as data:
        data["signals"].append(kept)
        del data["signals"][:-KEPT]
