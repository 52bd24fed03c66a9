"""Which pages the platforms were asked for, attempt by attempt: what a kill made us ask for once more."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from webapp.platforms import registry

# A store's place in a window never dies; the others' live for minutes, numbered or as the platform's own word.
PAGED = ("shopify", "meta_ads", "tiktok_ads", "snapchat_ads")
SPANS = {
    "meta_ads": ("since", "until"),
    "tiktok_ads": ("start_date", "end_date"),
    "snapchat_ads": ("start_time", "end_time"),
}
LEVELS = ("level", "data_level", "breakdown")


class Page(NamedTuple):
    """One page of a stream as it was asked for; `place` is empty for the first one of its window."""

    slug: str
    window: str
    place: str


class Pages:
    """What all attempts asked for.

    `again` are pages that were asked for once more though they were stored: whoever asks a stream for its next page
    has stored the one before, so what a kill may repeat is the last one it had asked for. `resumed` is how often an
    attempt went on in the middle of a window, `started_over` how many windows began anew because their place had died.
    """

    def __init__(self) -> None:
        self.again = self.resumed = self.started_over = 0
        self._begun: dict[tuple[str, str], datetime] = {}
        self._stored: set[Page] = set()

    def attempt(self, asked: Iterable[str], now: datetime) -> None:
        """What was asked for in one attempt, in order."""
        last: dict[str, Page] = {}
        for page in filter(None, map(page_of, asked)):
            before, last[page.slug] = last.get(page.slug), page
            # What the dead one had asked last may have been heard late.
            if before == page:
                continue
            if before is not None:
                self._stored.add(before)
            self.resumed += before is None and page.place != ""
            self._begin(page, now)
            self.again += page in self._stored

    def _begin(self, page: Page, now: datetime) -> None:
        window = page.slug, page.window
        begun = self._begun.setdefault(window, now)
        if not page.place and now - begun > registry()[page.slug].page_life:
            self.started_over += 1
            self._begun[window] = now
            self._stored = {one for one in self._stored if (one.slug, one.window) != window}


def page_of(asked: str) -> Page | None:
    """Which page this is of a stream's rows; None for anything else: tokens, names, totals, products.

    None for the running day of ad spend, too: it is owed again as soon as it was read, killed or not.
    """
    _, address, body = asked.split(" ", 2)
    address, _, query = address.partition("?")
    if address.endswith("/graphql.json"):
        question = json.loads(body)
        if "query Orders(" not in question["query"]:
            return None
        # A window ends with the moment it was begun at: begun anew it ends elsewhere, and is the same one.
        return Page("shopify", question["variables"]["changed"].split("'")[1], question["variables"]["after"] or "")
    said = dict(parse_qsl(query))
    if not any("campaign" in said.get(level, "").lower() for level in LEVELS):
        return None
    said |= json.loads(said.get("time_range", "{}"))
    slug, first, last = next((slug, said[a][:10], said[b][:10]) for slug, (a, b) in SPANS.items() if a in said)
    if (date.fromisoformat(last) - date.fromisoformat(first)).days < 2:
        return None
    place = said.get("after") or said.get("cursor") or said.get("page", "")
    return Page(slug, f"{first} {last}", "" if place == "1" else place)
