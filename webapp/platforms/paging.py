"""Following pages without being led in circles."""

from __future__ import annotations

from webapp.platforms.answer import Answer
from webapp.platforms.decode import garbled

MAX_PAGES = 2_000


class Trail:
    """The cursors followed so far; the endless and the circular raise Trouble."""

    def __init__(self, start: str | None = None) -> None:
        self._seen = {start}

    def follow(self, cursor: str | None, answer: Answer) -> str:
        """The cursor of the next page, when it is one and a new one."""
        if not cursor or cursor in self._seen:
            raise garbled(answer, "its next page is one we have already read")
        if len(self._seen) >= MAX_PAGES:
            raise garbled(answer, "its pages have no end")
        self._seen.add(cursor)
        return cursor
