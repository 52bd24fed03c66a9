"""What an operator's monitoring asks, counted from the database when it asks.

Processes are many, come and go, and are killed: a number kept in one of them would be wrong. So nothing here is a
counter of a process; everything is a count of rows, the same from whichever process answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from webapp.models.access import Grant, Login
from webapp.models.breaker import Breaker
from webapp.models.integration import Integration
from webapp.models.lease import Lease
from webapp.models.notice import Notice
from webapp.models.sync import SyncRun
from webapp.models.tick import CLOCK, Tick
from webapp.models.trouble import Incident

LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number by its labels; `says` is its line of help."""

    name: str
    says: str
    labels: tuple[str, ...]
    values: list[tuple[tuple[str, ...], float]] = field(default_factory=list)


def gauges(session: Session, *, now: datetime, sync_interval: timedelta) -> Iterator[Gauge]:
    """Every number there is. No label names a merchant, an account or a person."""
    since = now - LATELY
    yield from _integrations(session, now, sync_interval)
    yield from _due(session, now)
    yield from _syncs(session, since)
    yield from _refreshes(session, now, since)
    yield from _incidents(session, since)
    yield _breakers(session)
    yield from _notices(session, now, since)
    yield _tick(session, now)


def last_tick(session: Session) -> datetime | None:
    """When the clock last said that it runs; None when it never has."""
    tick = session.get(Tick, CLOCK)
    return tick.at if tick is not None else None


def _integrations(session: Session, now: datetime, sync_interval: timedelta) -> Iterator[Gauge]:
    disconnected, paused = col(Integration.disconnected_at).is_not(None), col(Integration.paused_at).is_not(None)
    # Nothing is asked of one that is paused, disconnected or waits for its merchant.
    asked = col(Integration.next_sync_at).is_not(None)
    reached = func.coalesce(col(Integration.last_success_at), col(Integration.granted_at))
    late = and_(asked, reached < now - 2 * sync_interval)
    rows = session.execute(
        select(
            col(Integration.platform),
            _count(disconnected),
            _count(and_(paused, ~disconnected)),
            _count(asked),
            _count(and_(~asked, ~paused, ~disconnected)),
            _count(late),
            func.min(case((asked, reached))),
        ).group_by(col(Integration.platform))
    ).all()
    states = ("disconnected", "paused", "syncing", "stopped")
    yield Gauge(
        "shopimize_integrations", "Integrations by what is done with them.", ("platform", "status"),
        [((row[0], state), row[1 + number]) for row in rows for number, state in enumerate(states)],
    )  # fmt: skip
    yield Gauge(
        "shopimize_integrations_late", "Syncing, and not read for more than two intervals.", ("platform",),
        [((row[0],), row[5]) for row in rows],
    )  # fmt: skip
    yield Gauge(
        "shopimize_oldest_success_seconds", "Age of the oldest last success of all that are syncing.", ("platform",),
        [((row[0],), _age(row[6], now)) for row in rows],
    )  # fmt: skip


def _due(session: Session, now: datetime) -> Iterator[Gauge]:
    lease, due_at = col(Lease.until), col(Integration.next_sync_at)
    rows = session.execute(
        select(col(Integration.platform), _count(or_(lease.is_(None), lease < now)), _count(lease >= now),
               func.min(case((or_(lease.is_(None), lease < now), due_at))))
        .join(Lease, col(Lease.integration_id) == col(Integration.id), isouter=True)
        .where(due_at <= now)
        .group_by(col(Integration.platform))
    ).all()  # fmt: skip
    yield Gauge("shopimize_syncs_due", "Syncs whose time has come and that nobody has claimed.", ("platform",),
                [((row[0],), row[1]) for row in rows])  # fmt: skip
    yield Gauge("shopimize_syncs_running", "Syncs somebody has claimed.", ("platform",),
                [((row[0],), row[2]) for row in rows])  # fmt: skip
    yield Gauge("shopimize_sync_lag_seconds", "How long the first of those due has waited.", ("platform",),
                [((row[0],), _age(row[3], now)) for row in rows])  # fmt: skip


def _syncs(session: Session, since: datetime) -> Iterator[Gauge]:
    outcome, ended, begun = col(SyncRun.outcome), col(SyncRun.ended_at), col(SyncRun.started_at)
    found = session.execute(
        select(col(Integration.platform), outcome, func.count(), func.sum(col(SyncRun.rows)))
        .join(Integration, col(Integration.id) == col(SyncRun.integration_id))
        .where(or_(ended >= since, and_(ended.is_(None), begun >= since)))
        .group_by(col(Integration.platform), outcome)
    ).all()
    # Begun lately and under way, or its worker died.
    rows = [((platform, str(how or "unfinished")), count, stored) for platform, how, count, stored in found]
    by = ("platform", "outcome")
    yield Gauge("shopimize_syncs_5m", "Syncs ended in the last five minutes.", by, [(row[0], row[1]) for row in rows])
    yield Gauge("shopimize_rows_5m", "Rows those syncs stored.", by, [(row[0], row[2]) for row in rows])


def _refreshes(session: Session, now: datetime, since: datetime) -> Iterator[Gauge]:
    live = and_(col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None))
    found: list[tuple[tuple[str, ...], float]] = []
    for outcome, happened in (("renewed", col(Grant.renewed_at) >= since), ("refused", col(Grant.refused_at) >= since)):
        found += [((platform, outcome), count) for platform, count in _by_platform(session, happened)]
    by = ("platform", "outcome")
    yield Gauge("shopimize_refreshes_5m", "Permissions renewed or refused in the last five minutes.", by, found)
    nobody = or_(col(Grant.lease_until).is_(None), col(Grant.lease_until) < now)
    begun = and_(live, col(Grant.intent_at).is_not(None), nobody)
    hanging: list[tuple[tuple[str, ...], float]] = [
        ((platform,), count) for platform, count in _by_platform(session, begun)
    ]
    yield Gauge("shopimize_refreshes_interrupted", "Renewals that never said how they ended.", ("platform",), hanging)
    failing: list[tuple[tuple[str, ...], float]] = [
        ((platform,), count) for platform, count in _by_platform(session, and_(live, col(Grant.failed_tries) > 0))
    ]
    yield Gauge("shopimize_refreshes_failing", "Permissions whose last renewal failed and is tried again.",
                ("platform",), failing)  # fmt: skip


def _by_platform(session: Session, happened: ColumnElement[bool]) -> Iterable[tuple[str, int]]:
    return [
        (platform, count)
        for platform, count in session.execute(
            select(col(Login.platform), func.count())
            .join(Grant, col(Grant.login_id) == col(Login.id))
            .where(happened)
            .group_by(col(Login.platform))
        )
    ]


def _incidents(session: Session, since: datetime) -> Iterator[Gauge]:
    rows = session.execute(
        select(col(Integration.platform), col(Incident.cause), col(Incident.remedy), func.count())
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(col(Incident.closed_at).is_(None))
        .group_by(col(Integration.platform), col(Incident.cause), col(Incident.remedy))
    )
    yield Gauge("shopimize_incidents_open", "Open incidents.", ("platform", "cause", "remedy"),
                [((platform, str(cause), str(remedy)), count) for platform, cause, remedy, count in rows])  # fmt: skip
    closed = session.execute(
        select(col(Integration.platform), col(Incident.closing), func.count())
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(col(Incident.closed_at) >= since)
        .group_by(col(Integration.platform), col(Incident.closing))
    )
    yield Gauge("shopimize_incidents_closed_5m", "Incidents closed in the last five minutes, by how.",
                ("platform", "closing"),
                [((platform, str(closing)), count) for platform, closing, count in closed])  # fmt: skip


def _breakers(session: Session) -> Gauge:
    tripped = session.execute(select(col(Breaker.platform)).where(col(Breaker.released_at).is_(None))).scalars()
    return Gauge("shopimize_breakers_tripped", "Platforms whose verdicts nobody is told.", ("platform",),
                 [((platform,), 1) for platform in tripped])  # fmt: skip


def _notices(session: Session, now: datetime, since: datetime) -> Iterator[Gauge]:
    waiting = (
        col(Notice.due_at) <= now, col(Notice.sent_at).is_(None), col(Notice.dropped_at).is_(None),
        col(Notice.refused_at).is_(None),
    )  # fmt: skip
    yield Gauge("shopimize_notices_waiting", "Mails that are due and not sent.", ("platform", "kind"),
                _notices_where(session, waiting))  # fmt: skip
    oldest = session.execute(_about_notices(func.min(col(Notice.due_at))).where(*waiting))
    yield Gauge("shopimize_notice_lag_seconds", "How long the first of them has waited.", ("platform", "kind"),
                [((name, str(kind)), _age(since, now)) for name, kind, since in oldest])  # fmt: skip
    yield Gauge("shopimize_notices_sent_5m", "Mails sent in the last five minutes.", ("platform", "kind"),
                _notices_where(session, [col(Notice.sent_at) >= since]))  # fmt: skip
    yield Gauge("shopimize_notices_refused_5m", "Mails no server took, in the last five minutes.", ("platform", "kind"),
                _notices_where(session, [col(Notice.refused_at) >= since]))  # fmt: skip


def _notices_where(session: Session, wanted: Sequence[ColumnElement[bool]]) -> list[tuple[tuple[str, ...], float]]:
    rows = session.execute(_about_notices(func.count()).where(*wanted))
    return [((name, str(kind)), count) for name, kind, count in rows]


def _about_notices(what: ColumnElement[Any]) -> Select[Any]:
    """By platform of the incident that they are about ("none" where there is none), and kind."""
    platform = func.coalesce(col(Integration.platform), "none")
    return (
        select(platform, col(Notice.kind), what)
        .select_from(Notice)
        .join(Incident, col(Incident.id) == col(Notice.incident_id), isouter=True)
        .join(Integration, col(Integration.id) == col(Incident.integration_id), isouter=True)
        .group_by(platform, col(Notice.kind))
    )


def _tick(session: Session, now: datetime) -> Gauge:
    last = last_tick(session)
    return Gauge("shopimize_tick_age_seconds", "How long ago the clock last said that it runs.", (),
                 [((), _age(last, now))] if last is not None else [])  # fmt: skip


def _count(happened: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((happened, 1), else_=0)), 0)


def _age(since: datetime | None, now: datetime) -> float:
    return round(max(0.0, (now - since).total_seconds()), 3) if since is not None else 0.0
