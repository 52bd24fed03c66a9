"""Twenty integrations as months of real syncs leave them, written straight into a product's database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session

from app import create_app
from tests.e2e.world import World
from webapp.lifecycle.demo_person import ensure_demo_person
from webapp.lifecycle.migrate import migrate
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.tidy import KEEP_RUNS
from webapp.models.access import Grant, Login
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.plan import day_start, local_day
from webapp.models.sync import Coverage, Cursor, Outcome
from webapp.models.trouble import Incident, Receipt
from webapp.platforms.base import Platform
from webapp.platforms.consent import Renewal
from webapp.platforms.diagnosis import Cause, Certainty, Fault, Remedy
from webapp.platforms.streams import Reading
from webapp.settings import Settings

ACCOUNTS = 20
ZONE = "America/New_York"
ROUTINE, TAKES = timedelta(minutes=15), timedelta(seconds=2)
AGO = timedelta(minutes=7)
NEVER = timedelta(days=3650)


def seed_twenty(folder: Path) -> None:
    """Two of them broken, two just back; before the start. All of the demo's platforms are there, so it adds none."""
    runtime: Runtime = create_app(Settings.from_env({"ENV": "demo"}, instance=folder)).extensions["runtime"]
    migrate(runtime.database)
    person_id, workspace_id = ensure_demo_person(runtime)
    now = runtime.now()
    with runtime.database.writing() as session:
        for number in range(ACCOUNTS):
            platform = runtime.platforms()[number % len(runtime.platforms())]
            one = integrated(session, platform, workspace_id, person_id, number, now)
            read_to_the_end(session, platform, one, now)
            if number in (3, 5):
                _break(session, one, now)
            if number in (8, 10):
                session.add(_receipt(one, platform, person_id, now))
    runtime.database.engine.dispose()


def just_checked(world: World, many: int) -> list[str]:
    """A routine sync of so many integrations ended a moment ago; which."""
    with closing(sqlite3.connect(world.folder / "shopimize.db", timeout=20)) as database, database:
        found = database.execute(
            "UPDATE integration SET proved_at = ?, last_success_at = ? WHERE id IN "
            "(SELECT id FROM integration WHERE next_sync_at IS NOT NULL ORDER BY id LIMIT ?) RETURNING id",
            (*[_stored(datetime.now(UTC))] * 2, many),
        ).fetchall()
        database.execute("UPDATE workspace SET revision = revision + 1")
    return [one for (one,) in found]


def integrated(
    session: Session, platform: Platform, workspace_id: str, person_id: str, number: int, now: datetime
) -> Integration:
    began = now - KEEP_RUNS
    login = Login(workspace_id=workspace_id, platform=platform.slug, subject=f"subject-{number}", name="Ana",
                  email="ana@aurora.test", created_at=began)  # fmt: skip
    session.add(login)
    session.flush()
    ends_at = now + timedelta(days=40) if platform.renewal is Renewal.NONE else None
    session.add(Grant(login_id=login.id, access_sealed="sealed", scopes=sorted(platform.scopes), issued_at=began,
                      live_at=began, access_expires_at=ends_at))  # fmt: skip
    one = Integration(
        workspace_id=workspace_id, platform=platform.slug, account_id=str(7_010_000 + number),
        account_name=f"Aurora Outdoor {number}", currency="USD", timezone=ZONE, login_id=login.id, created_at=began,
        first_day=local_day(now, ZoneInfo(ZONE)) - timedelta(days=89), imported_at=began, granted_at=began,
        next_sync_at=now + NEVER, last_attempt_at=now - AGO, last_success_at=now - AGO, proved_at=now - AGO,
    )  # fmt: skip
    session.add(one)
    session.flush()
    session.add(Event(integration_id=one.id, kind=EventKind.CONNECTED, at=began, person_id=person_id))
    return one


def read_to_the_end(session: Session, platform: Platform, one: Integration, now: datetime) -> None:
    account = {"workspace_id": one.workspace_id, "platform": one.platform, "account_id": one.account_id}
    for stream in platform.streams:
        dated = stream.reading is not Reading.SNAPSHOT
        session.add(Cursor(**account, stream=stream.name, through=now - AGO if dated else None, read_at=now - AGO))
        if dated:
            session.execute(insert(Coverage), [account | day | {"stream": stream.name} for day in _days(one, now)])
    ends = [now - AGO - ROUTINE * number for number in range(int(KEEP_RUNS / ROUTINE))]
    # Thousands each: by the driver itself, or seeding takes longer than measuring.
    session.connection().exec_driver_sql(
        "INSERT INTO sync_run (integration_id, started_at, ended_at, outcome, rows, pages, days) "
        "VALUES (?, ?, ?, ?, 12, 2, 1)",
        [(one.id, _stored(end - TAKES), _stored(end), Outcome.DONE.value) for end in ends],
    )


def _days(one: Integration, now: datetime) -> Iterator[dict[str, object]]:
    zone, today = ZoneInfo(one.timezone), local_day(now, ZoneInfo(one.timezone))
    day: date = one.first_day
    while day <= today:
        end = day_start(day + timedelta(days=1), zone)
        yield {"day": day, "complete": day < today, "read_through": min(end, now - AGO), "fetched_at": now - AGO,
               "rows": 24, "amount_micros": 1_234_560_000}  # fmt: skip
        day += timedelta(days=1)


def _stored(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def _break(session: Session, one: Integration, now: datetime) -> None:
    one.next_sync_at, one.failing_since, one.failed_tries = None, now - AGO, 1
    session.add(Incident(
        integration_id=one.id, workspace_id=one.workspace_id, opened_at=now - AGO, began_at=now - AGO,
        data_through=now - AGO, cause=Cause.PASSWORD_CHANGED, remedy=Remedy.RECONNECT, fault=Fault.MERCHANT,
        certainty=Certainty.LIKELY, evidence=["Its last good answer was an hour ago."], stage="api", http_status=400,
        code="190/460", message="Error validating access token: The session has been invalidated because the user "
        "changed their password or the company has changed the session for security reasons.",
    ))  # fmt: skip


def _receipt(one: Integration, platform: Platform, person_id: str, now: datetime) -> Receipt:
    return Receipt(
        integration_id=one.id, away_from=now - timedelta(days=3), away_to=now - AGO, person_id=person_id, owed_days=3,
        done_days=3, found={platform.streams[0].name: 412}, amount_micros=2_184_000_000, currency="USD",
        complete_at=now - AGO,
    )  # fmt: skip
