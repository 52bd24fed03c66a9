"""How far an integration's data reaches."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.plan import CoveredDay
from webapp.models.sync import Coverage, Cursor
from webapp.platforms.base import Platform, Reading, Stream


def covered(session: Session, integration: Integration, stream: Stream) -> dict[date, CoveredDay]:
    """What has been read of each day of a stream."""
    rows = session.execute(
        select(col(Coverage.day), col(Coverage.complete), col(Coverage.read_through), col(Coverage.fetched_at)).where(
            Coverage.workspace_id == integration.workspace_id,
            Coverage.platform == integration.platform,
            Coverage.account_id == integration.account_id,
            Coverage.stream == stream.name,
            col(Coverage.day) >= integration.first_day,
        )
    )
    return {
        day: CoveredDay(complete=complete, read_through=through, fetched_at=fetched)
        for day, complete, through, fetched in rows
    }


def data_through(session: Session, platform: Platform, integration: Integration) -> datetime | None:
    """Everything before this instant is here, in every stream that has days; None before the first import is done."""
    dated = [stream.name for stream in platform.streams if stream.reading is not Reading.SNAPSHOT]
    marks = session.exec(
        select(Cursor.through).where(
            Cursor.workspace_id == integration.workspace_id,
            Cursor.platform == integration.platform,
            Cursor.account_id == integration.account_id,
            col(Cursor.stream).in_(dated),
        )
    ).all()
    if len(marks) < len(dated) or any(mark is None for mark in marks):
        return None
    return min(mark for mark in marks if mark is not None)
