"""What a platform said of the running day, page by page: said the same again, there is nothing to write.

Figures of the day are asked for more often than most platforms work them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

import msgspec
from sqlalchemy import bindparam, null, update
from sqlmodel import Session

from webapp.database import table_of
from webapp.models.data import SpendRow
from webapp.models.integration import Integration
from webapp.models.sync import Cursor
from webapp.platforms.streams import Page, Stream

# A day of more pages is not remembered: its digests are read with every sync.
MOST = 200
_spend, _cursor = table_of(SpendRow), table_of(Cursor)
_FORGET = (
    update(_cursor)
    .where(
        _cursor.c.workspace_id == bindparam("workspace"),
        _cursor.c.platform == bindparam("slug"),
        _cursor.c.account_id == bindparam("account"),
        _cursor.c.stream == bindparam("named"),
    )
    .values(said=null())
)
_SEEN = (
    update(_spend)
    .where(
        _spend.c.workspace_id == bindparam("workspace"),
        _spend.c.platform == bindparam("slug"),
        _spend.c.account_id == bindparam("account"),
        _spend.c.day == bindparam("on"),
        _spend.c.read_at == bindparam("before"),
    )
    .values(read_at=bindparam("again"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A digest of each page of `day`, in order; the rows that they brought are stored, and carry `read_at`."""

    day: date
    read_at: datetime
    pages: tuple[str, ...]

    @classmethod
    def of(cls, kept: dict[str, object] | None) -> Said | None:
        return msgspec.convert(kept, cls) if kept else None

    def as_json(self) -> dict[str, object]:
        return {"day": self.day.isoformat(), "read_at": self.read_at.isoformat(), "pages": list(self.pages)}


class Hearing:
    """The pages of one window as they come, beside those of last time.

    `same` pages came before, each as it was last time; None where pages came before that were not.
    """

    def __init__(self, last: Said | None, *, same: int | None) -> None:
        self._last = last.pages if last is not None else ()
        self._pages = list(self._last[:same]) if same is not None and same <= len(self._last) else None
        self.same = len(self._pages or ())

    def repeats(self, page: Page) -> bool:
        """Whether this page, like every one before it, says what it said last time."""
        if self._pages is None:
            return False
        at = len(self._pages)
        self._pages.append(_digest(page))
        if self.same == at and self._last[at : at + 1] == (self._pages[at],):
            self.same += 1
        return self.same > at

    def said(self, day: date, read_at: datetime) -> Said | None:
        """What to remember at the end, of a day that was written from its first page on."""
        if self._pages is None or self.same or len(self._pages) > MOST:
            return None
        return Said(day=day, read_at=read_at, pages=tuple(self._pages))


def forget(
    session: Session, integration: Integration, stream: Stream, said: Said, *, same: int, read_at: datetime
) -> None:
    """Before anything of its day is written. Where `same` pages said the same before, their rows count as seen.

    Which rows those are is known only together: what else was seen last time counts as seen too, this once.
    """
    owner = {"workspace": integration.workspace_id, "slug": integration.platform, "account": integration.account_id}
    session.execute(_FORGET, owner | {"named": stream.name})
    if same:
        session.execute(_SEEN, owner | {"on": said.day, "before": said.read_at, "again": read_at})


def _digest(page: Page) -> str:
    said = msgspec.msgpack.encode((page.resume is None, page.records))
    return blake2b(said, digest_size=12).hexdigest()
