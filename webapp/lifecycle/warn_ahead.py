"""The clock looks ahead: who is to be told that a permission ends soon is owed one mail, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.runtime import Runtime
from webapp.models.ahead import Owed, owed
from webapp.models.notice import Notice, NoticeKind
from webapp.queries.ending import endings


def warn_ahead(runtime: Runtime) -> int:
    """Write what is owed and not written yet; how many mails that will be, unless it is put right meanwhile."""
    now = runtime.now()
    with runtime.database.reading() as session:
        ends: dict[str, list[datetime]] = defaultdict(list)
        for one in endings(session, runtime.platforms(), now):
            ends[one.person_id].append(one.ends_at)
        written = _written(session, ends)
    fresh = []
    for person_id, instants in ends.items():
        mine = written[person_id]
        weekly_at = max((at for one, at in mine.items() if one.kind is NoticeKind.ENDS_SOON and at), default=None)
        fresh += [(person_id, one) for one in owed(instants, now, weekly_at=weekly_at) if one not in mine]
    if not fresh:
        return 0
    with runtime.database.writing() as session:
        return sum(_owe(session, person_id, one, now) for person_id, one in fresh)


def _written(session: Session, people: Collection[str]) -> dict[str, dict[Owed, datetime | None]]:
    """What was written to whom, and when; no time for what was dropped, since it told nobody anything."""
    found: dict[str, dict[Owed, datetime | None]] = defaultdict(dict)
    for notice in session.exec(
        select(Notice).where(col(Notice.person_id).in_(list(people)), col(Notice.period).is_not(None))
    ):
        at = notice.created_at if notice.dropped_at is None else None
        found[notice.person_id or ""][Owed(notice.kind, notice.period or "")] = at
    return found


def _owe(session: Session, person_id: str, one: Owed, now: datetime) -> int:
    """Two that look ahead at once write it once."""
    made = session.execute(
        insert_of(session)(table_of(Notice))
        .values(
            kind=one.kind, period=one.period, person_id=person_id, created_at=now, due_at=now, tries=0, fence=0,
        )
        .on_conflict_do_nothing(index_elements=["person_id", "kind", "period"])
        .returning(col(Notice.id))
    )  # fmt: skip
    return len(made.all())
