"""Which pages the platforms were asked for, attempt by attempt: what a kill made us ask for once more."""

from __future__ import annotations

import json
from collections import Counter
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

    `resumed` is how often one went on in the middle of a window, by platform; `most_again` how many pages of one
    platform an attempt asked for that had been asked for before; `started_over` how many windows' places had died.
    """

    def __init__(self) -> None:
        self.resumed: Counter[str] = Counter()
        self.most_again = self.started_over = 0
        self._begun: dict[tuple[str, str], datetime] = {}
        self._asked: dict[tuple[str, str], set[str]] = {}

    def attempt(self, asked: Iterable[str], now: datetime) -> None:
        """What was asked for in one attempt, in order."""
        before = {window: set(places) for window, places in self._asked.items()}
        here: dict[tuple[str, str], set[str]] = {}
        for page in filter(None, map(page_of, asked)):
            window = page.slug, page.window
            too_old = window in self._begun and now - self._begun[window] > registry()[page.slug].page_life
            if window not in self._begun or (too_old and not page.place):
                self.started_over += too_old
                self._begun[window], self._asked[window], before[window] = now, set(), set()
            if window not in here:
                self.resumed[page.slug] += page.place != ""
            # Once, though it may be there twice: what the dead one had asked last may have been heard late.
            here.setdefault(window, set()).add(page.place)
            self._asked[window].add(page.place)
        again: Counter[str] = Counter()
        for (slug, first), places in here.items():
            again[slug] += len(places & before[slug, first])
        self.most_again = max(self.most_again, *again.values(), 0)


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
