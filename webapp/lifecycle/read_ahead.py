"""The next page is fetched and understood while the last one is written: one page ahead, on a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from webapp.platforms.base import Page

# A window that has proved to be long. What a kill repeats grows with reading ahead from the page that was being
# written to that and the next; a short window gains nothing that is worth it.
LONG_WINDOW_PAGES = 3


def read_ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The same pages in the same order; what reading the next one raises comes after the one before it."""
    yield from islice(pages, LONG_WINDOW_PAGES)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as reader:
        coming = reader.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = reader.submit(next, pages, None)
            yield page
