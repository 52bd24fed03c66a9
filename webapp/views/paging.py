"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from webapp.queries.drill import AT_ONCE

FURTHEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Paged:
    """Which page of how many rows is shown."""

    page: int
    rows: int

    @property
    def last(self) -> int:
        return max(1, -(-self.rows // AT_ONCE))

    @property
    def earlier(self) -> int | None:
        return min(self.page - 1, self.last) if self.page > 1 else None

    @property
    def later(self) -> int | None:
        return self.page + 1 if self.page < self.last else None


def page_asked() -> int:
    """The page an address asks for; the first where it asks for none that there could be."""
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), FURTHEST) if asked.isascii() and asked.isdecimal() and len(asked) <= 9 else 1
