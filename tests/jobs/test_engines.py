"""The two engines: one timetable, a share for every platform, and everything in one process where that is asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import urllib3
from croniter import croniter
from sqlmodel import col, func, select

from jobs.engines import engine_of, prepare_database
from jobs.fleet import SHARE, cron
from jobs.timetable import SYNC_TICK, TIMETABLE
from tests.e2e.world import free_port, until
from tests.jobs.fleet import ROOT
from tests.jobs.many import Readers, all_read_since, connect, owners, shorten
from tests.sandbox_server import SandboxServer
from webapp.models.integration import Integration
from webapp.queries.gauges import last_tick

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


WITHOUT_PROCRASTINATE = """
import sys
sys.modules["procrastinate"] = None
from app import create_app
from jobs.engines import engine_of, prepare_database
app = create_app()
prepare_database(app.extensions["runtime"])
engine = engine_of(app)
engine.start()
engine.stop()
print("worked")
"""


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "JOBS_ENGINE": "procrastinate", "PORT": str(free_port())}


@pytest.fixture
def sandbox(tmp_path):
    server = SandboxServer(tmp_path, threads=20)
    yield server
    server.stop()


@pytest.mark.parametrize("every", [SYNC_TICK, *(job.every for job in TIMETABLE), timedelta(hours=6), timedelta(days=1)])
def test_what_the_timetable_says_the_fleet_says_in_crons_words(every):
    moments = croniter(cron(every), 0.0)
    first, second = moments.get_next(float), moments.get_next(float)
    assert second - first == every.total_seconds()


def test_a_rhythm_that_cron_cannot_say_is_refused():
    for every in (timedelta(seconds=7), timedelta(minutes=90), timedelta(days=3)):
        with pytest.raises(ValueError, match="no rhythm"):
            cron(every)


@on_postgres
def test_a_slow_platform_does_not_hold_the_others(app, runtime, people, sandbox, monkeypatch):
    prepare_database(runtime)
    readers = Readers(seconds=3, only="meta_ads")
    readers.watch(monkeypatch)
    for owner in owners(monkeypatch, 40):
        connect(runtime, sandbox, people["ana"], owner)
    shorten(runtime)
    engine = engine_of(app)
    engine.start()
    try:
        until(lambda: unread(runtime, "google_ads") == 0, "the quick platform is read", seconds=60)
        assert unread(runtime, "meta_ads") > 5, "the slow one is not nearly done"
        assert 1 <= readers.most["meta_ads"] <= SHARE
    finally:
        engine.stop()


def unread(runtime, slug: str) -> int:
    with runtime.database.reading() as session:
        never = (Integration.platform == slug) & col(Integration.last_success_at).is_(None)
        return session.exec(select(func.count()).select_from(Integration).where(never)).one()


@on_postgres
def test_app_py_is_a_web_process_and_a_worker_in_one(acts, runtime, environ, tmp_path):
    integration = acts.connects("google_ads")
    with (tmp_path / "app.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **environ}, stdout=log,
                                   stderr=log)  # fmt: skip
    try:
        until(lambda: all_read_since(runtime, runtime.started_at), "it syncs", seconds=60)
        reply = urllib3.request("GET", f"http://127.0.0.1:{environ['PORT']}/heartbeat", retries=False)
        assert (reply.status, reply.data) == (200, b"ok\n")
        with runtime.database.reading() as session:
            assert last_tick(session), "by the clock itself, not by a web process that has only just started"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait(timeout=20)
    assert acts.is_complete(integration) > 300
    assert "Traceback" not in (tmp_path / "app.log").read_text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_one_machine_the_engine_of_many_need_not_be_installed(environ, tmp_path):
    alone = {**os.environ, **environ, "JOBS_ENGINE": "inprocess", "INSTANCE": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", WITHOUT_PROCRASTINATE], cwd=ROOT, env=alone, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert (said.returncode, said.stdout) == (0, "worked\n"), said.stderr


@on_postgres
def test_the_commands_that_do_one_thing_work_beside_the_fleet(acts, environ, sandbox):
    integration = acts.connects("meta_ads")
    assert flask(environ, "sync", "--all") == "1 synced"
    sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    assert flask(environ, "send-notices") == "1 sent"
    assert len(sandbox.letters()) == 1


def flask(environ: dict[str, str], *command: str) -> str:
    said = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *command], cwd=ROOT,
                          env={**os.environ, **environ}, capture_output=True, text=True, check=True)  # fmt: skip
    return said.stdout.strip()
