"""How far an integration's data reaches."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.models.comparison import Figures
from webapp.models.integration import Integration
from webapp.models.plan import CoveredDay
from webapp.models.sync import Coverage, Cursor
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading, Stream


def covered(session: Session, integration: Integration, stream: Stream) -> dict[date, CoveredDay]:
    """What has been read of each day of a stream."""
    rows = session.execute(
        select(
            col(Coverage.day), col(Coverage.complete), col(Coverage.read_through), col(Coverage.fetched_at),
            col(Coverage.again_at),
        ).where(
            col(Coverage.workspace_id) == integration.workspace_id,
            col(Coverage.platform) == integration.platform,
            col(Coverage.account_id) == integration.account_id,
            col(Coverage.stream) == stream.name,
            col(Coverage.day) >= integration.first_day,
        )
    )  # fmt: skip
    return {
        day: CoveredDay(complete=complete, read_through=through, fetched_at=fetched, again_at=again)
        for day, complete, through, fetched, again in rows
    }


def figures(session: Session, integration: Integration, stream: Stream, *, since: date) -> dict[date, Figures]:
    """Rows and amount of each day read, from `since` on."""
    rows = session.execute(
        select(col(Coverage.day), col(Coverage.rows), col(Coverage.amount_micros)).where(
            col(Coverage.workspace_id) == integration.workspace_id,
            col(Coverage.platform) == integration.platform,
            col(Coverage.account_id) == integration.account_id,
            col(Coverage.stream) == stream.name,
            col(Coverage.day) >= since,
        )
    )
    return {day: Figures(number, amount) for day, number, amount in rows}


def data_through(session: Session, platform: Platform, integration: Integration) -> datetime | None:
    """Everything before this instant is here, in every stream that has days; None before the first import is done."""
    dated = [stream.name for stream in platform.streams if stream.reading is not Reading.SNAPSHOT]
    marks = session.exec(
        select_row(Cursor.through).where(
            Cursor.workspace_id == integration.workspace_id,
            Cursor.platform == integration.platform,
            Cursor.account_id == integration.account_id,
            col(Cursor.stream).in_(dated),
        )
    ).all()
    if len(marks) < len(dated) or any(mark is None for mark in marks):
        return None
    return min(mark for mark in marks if mark is not None)
