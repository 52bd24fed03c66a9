"""Mute alerts for an hour: what drops meanwhile is seen, but told only afterwards, as one problem, if it is still so.

Somebody who is about to change a password knows what will drop, and wants one mail with the way out, not three alarms.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, text, update
from sqlmodel import Session, col, select

from webapp.database import insert_of, table_of
from webapp.lifecycle.ask_now import make_all_due_in
from webapp.lifecycle.clock_jump import SKEW
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.mute import LENGTH, OPEN, Mute
from webapp.models.notice import TOLD, Notice


def mute(runtime: Runtime, *, workspace_id: str, person_id: str) -> None:
    """Nobody in this workspace gets mail about what breaks for an hour from now; a mute that runs already stays."""
    now = runtime.now()
    with runtime.database.writing() as session:
        session.execute(
            insert_of(session)(table_of(Mute))
            .values(workspace_id=workspace_id, person_id=person_id, began_at=now, until=now + LENGTH)
            .on_conflict_do_nothing(index_elements=["workspace_id"], index_where=text(OPEN))
        )
        muted = last_mute(session, workspace_id)
        assert muted is not None
        _put_off(session, workspace_id, muted.until)
        bump(session, workspace_id)


def unmute(runtime: Runtime, *, workspace_id: str) -> None:
    """Tell again, from now on; nothing where nothing is muted."""
    with runtime.database.writing() as session:
        _end(runtime, session, col(Mute.workspace_id) == workspace_id)


def end_mutes(runtime: Runtime) -> int:
    """Those whose hour is over; how many that were."""
    # One that began in the future is of a clock that ran ahead, and would keep everybody quiet until it is reached.
    over = (col(Mute.until) <= runtime.now()) | (col(Mute.began_at) > runtime.now() + SKEW)
    with runtime.database.reading() as session:
        if session.exec(select(Mute.id).where(over, col(Mute.ended_at).is_(None)).limit(1)).first() is None:
            return 0
    with runtime.database.writing() as session:
        return _end(runtime, session, over)


def is_told() -> ColumnElement[bool]:
    """Which notices may go out: not those about what broke, while their workspace is muted."""
    muted = select(Mute.id).where(Mute.workspace_id == Notice.workspace_id, col(Mute.ended_at).is_(None)).exists()
    return col(Notice.kind).not_in(TOLD) | ~muted


def together_since(session: Session, workspace_id: str, now: datetime, *, within: timedelta) -> datetime:
    """Since when what broke probably has one cause: `within` the last minutes, or since alerts were muted for it."""
    muted = last_mute(session, workspace_id)
    if muted is None or (muted.ended_at is not None and muted.ended_at < now - within):
        return now - within
    return min(muted.began_at, now - within)


def last_mute(session: Session, workspace_id: str) -> Mute | None:
    """The one that runs, or else the one before."""
    return session.exec(
        select(Mute).where(Mute.workspace_id == workspace_id).order_by(col(Mute.began_at).desc()).limit(1)
    ).first()


def _end(runtime: Runtime, session: Session, which: ColumnElement[bool]) -> int:
    """Ask everything once more before anybody is told, so that one mail holds all of it; how many were ended."""
    now = runtime.now()
    ended = session.execute(
        update(Mute).where(which, col(Mute.ended_at).is_(None)).values(ended_at=now).returning(col(Mute.workspace_id))
    ).scalars()
    workspaces = sorted(ended)
    if workspaces:
        make_all_due_in(session, workspaces, now)
    for workspace_id in workspaces:
        _put_off(session, workspace_id, now + timedelta(seconds=runtime.settings.notice_hold))
    return len(workspaces)


def _put_off(session: Session, workspace_id: str, until: datetime) -> None:
    session.execute(
        update(Notice)
        .where(
            col(Notice.workspace_id) == workspace_id,
            col(Notice.kind).in_(TOLD),
            col(Notice.sent_at).is_(None),
            col(Notice.dropped_at).is_(None),
        )
        .values(due_at=until)
    )
