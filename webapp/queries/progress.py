"""How far an import or a catch-up has come, and how long the rest may take."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.sync import Coverage, SyncRun
from webapp.models.trouble import Receipt
from webapp.platforms.base import Platform
from webapp.queries.facts import Progress


def import_progress(
    session: Session, integration: Integration, platform: Platform, run: SyncRun | None, now: datetime
) -> Progress:
    """Days read of the first import, over all streams that have days."""
    owed = _days_since(integration.first_day, integration, now)
    done, rows = _read(session, integration, platform, col(Coverage.day) >= integration.first_day)
    return _progress(platform, run, done=min(done, owed), owed=owed, rows=rows, now=now)


def catch_up_progress(
    session: Session,
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
    first = local_day(through or integration.created_at, ZoneInfo(integration.timezone))
    owed = _days_since(first, integration, now)
    # Days that were behind already when this run began are not its doing, unless they are complete.
    begun = run.started_at if run is not None else now
    is_back = or_(col(Coverage.complete), col(Coverage.fetched_at) >= begun)
    done, _ = _read(session, integration, platform, col(Coverage.day) >= first, is_back)
    return _progress(platform, run, done=min(done, owed), owed=owed, rows=run.rows if run else 0, now=now)


def _days_since(first: date, integration: Integration, now: datetime) -> int:
    return (local_day(now, ZoneInfo(integration.timezone)) - first).days + 1


def _read(
    session: Session, integration: Integration, platform: Platform, *which: ColumnElement[bool]
) -> tuple[int, int]:
    """How many days of these every stream has, in the mean, and their rows."""
    dated = [stream.name for stream in platform.dated_streams]
    days, rows = session.execute(
        select(func.count(), func.coalesce(func.sum(col(Coverage.rows)), 0)).where(
            col(Coverage.workspace_id) == integration.workspace_id,
            col(Coverage.platform) == integration.platform,
            col(Coverage.account_id) == integration.account_id,
            col(Coverage.stream).in_(dated),
            *which,
        )
    ).one()
    return int(days) // max(1, len(dated)), int(rows)


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
