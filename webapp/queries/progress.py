"""How far an import or a catch-up has come, and how long the rest may take."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.sync import Coverage, SyncRun
from webapp.models.trouble import Receipt
from webapp.platforms.base import Platform
from webapp.platforms.streams import Reading
from webapp.queries.facts import Progress


def import_progress(
    session: Session, integration: Integration, platform: Platform, run: SyncRun | None, now: datetime
) -> Progress:
    """Days read of the first import, over all streams that have days."""
    dated = [stream.name for stream in platform.streams if stream.reading is not Reading.SNAPSHOT]
    read, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Coverage.rows)), 0)).where(
            Coverage.workspace_id == integration.workspace_id,
            Coverage.platform == integration.platform,
            Coverage.account_id == integration.account_id,
            col(Coverage.stream).in_(dated),
            col(Coverage.day) >= integration.first_day,
        )
    ).one()
    today = local_day(now, ZoneInfo(integration.timezone))
    owed = (today - integration.first_day).days + 1
    done = int(read) // max(1, len(dated))
    return _progress(platform, run, done=min(done, owed), owed=owed, rows=int(rows), now=now)


def catch_up_progress(
    integration: Integration,
    platform: Platform,
    receipt: Receipt | None,
    run: SyncRun | None,
    through: datetime | None,
    now: datetime,
) -> Progress:
    """Days back of the days missed."""
    if receipt is not None and receipt.complete_at is None:
        rows = sum(receipt.found.values())
        return _progress(platform, run, done=receipt.done_days, owed=receipt.owed_days, rows=rows, now=now)
    zone = ZoneInfo(integration.timezone)
    owed = (local_day(now, zone) - local_day(through or integration.created_at, zone)).days + 1
    return _progress(platform, run, done=0, owed=owed, rows=run.rows if run else 0, now=now)


def _progress(platform: Platform, run: SyncRun | None, *, done: int, owed: int, rows: int, now: datetime) -> Progress:
    stream = platform.stream(run.stream) if run is not None and run.stream else platform.streams[0]
    return Progress(
        stage=stream.label,
        done_days=done,
        owed_days=owed,
        rows=rows,
        unit=stream.unit[1],
        seconds_left=_seconds_left(run, owed - done, now),
        rows_per_second=_rate(run, now),
    )


def _rate(run: SyncRun | None, now: datetime) -> float | None:
    seconds = (now - run.started_at) / timedelta(seconds=1) if run is not None else 0.0
    return run.rows / seconds if run is not None and run.rows and seconds >= 1 else None


def _seconds_left(run: SyncRun | None, days_left: int, now: datetime) -> int | None:
    if run is None or run.days == 0:
        return None
    elapsed = (now - run.started_at) / timedelta(seconds=1)
    return round(elapsed / run.days * days_left)
