"""A platform's public keys, by id: fetched when needed, kept as long as it says, never fetched in a storm."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping

from webapp.platforms.answer import Stage, dig, dig_text
from webapp.platforms.wire import Request, Wire

Key = Mapping[str, str]

KEPT_SECONDS = (300, 86_400)
USUAL_SECONDS = 3600
# An id nobody knows may be a new key, or somebody's invention: it is worth one question a minute.
ASK_AGAIN_SECONDS = 60.0
MOST_KEYS = 50


class KeysOutOfReach(Exception):
    """The keys could not be fetched: nothing can be said about a signature now."""


class PublicKeys:
    """The keys of one platform. Thread-safe; one caller fetches, the others go on with what there is."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._fetching = threading.Lock()
        self._found: dict[str, Key] = {}
        self._good_until = self._asked_at = float("-inf")

    def find(self, url: str, kid: str) -> Key | None:
        """The key with this id at `url`; None when the platform has no such key (any more). Raises KeysOutOfReach."""
        now = time.monotonic()
        known = kid in self._found and now < self._good_until
        if not known and now - self._asked_at >= ASK_AGAIN_SECONDS and self._fetching.acquire(blocking=False):
            try:
                self._fetch(url)
            finally:
                self._fetching.release()
        if time.monotonic() >= self._good_until:
            raise KeysOutOfReach
        return self._found.get(kid)

    def _fetch(self, url: str) -> None:
        self._asked_at = time.monotonic()
        answer = self._wire.send(Request(url=url), stage=Stage.API)
        keys = dig(answer.json, "keys") if answer.status == 200 else None
        if not isinstance(keys, list):
            return
        self._found = {
            dig_text(one, "kid"): one for one in keys[:MOST_KEYS] if isinstance(one, dict) and dig_text(one, "kid")
        }
        said = re.search(r"max-age=(\d{1,9})", answer.headers.get("cache-control", ""))
        least, most = KEPT_SECONDS
        self._good_until = self._asked_at + min(max(int(said.group(1)) if said else USUAL_SECONDS, least), most)
