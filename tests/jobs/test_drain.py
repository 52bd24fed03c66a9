"""SIGTERM in the middle of a renewal: the answer is waited for and stored, then the process ends."""

from __future__ import annotations

import re
import signal
import threading
import time

import pytest

from jobs import inprocess, serve
from jobs.engines import prepare_database
from tests.jobs.test_kills import ROOT, Worker
from webapp.lifecycle.open_grant import live_grant, open_tokens
from webapp.lifecycle.pause import pause
from webapp.lifecycle.refresh import usable_token

SLOW_SECONDS = 3


ENGINES = [("sqlite", "inprocess"), ("postgresql", "inprocess"), ("postgresql", "procrastinate")]


@pytest.fixture
def engine(request) -> str:
    name: str = request.param
    return name


@pytest.fixture
def environ(environ: dict[str, str], engine: str) -> dict[str, str]:
    url = environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    return {**environ, "JOBS_ENGINE": engine, "DATABASE_URL": url}


@pytest.mark.parametrize(("database_url", "engine"), ENGINES, indirect=True)
@pytest.mark.parametrize("used_by", ["the sync", "the clock"])
def test_a_renewal_under_way_commits_first(acts, runtime, environ, used_by):
    prepare_database(runtime)
    integration = acts.connects("shopify", shop="cedar.myshopify.com")
    login_id = acts.integration(integration).login_id
    if used_by == "the clock":
        pause(runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id)
    acts.sandbox.rotates("shopify", "rotation_strict")
    acts.sandbox.advance(days=9)
    answered = threading.Event()

    def on_renewal(answer):
        answered.set()
        time.sleep(SLOW_SECONDS)
        return answer

    acts.sandbox.on_renewal = on_renewal
    with Worker(environ) as worker:
        assert answered.wait(40), "nothing was renewed"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
    assert (grant.generation, grant.intent_at, grant.lease_until) == (1, None, None)
    assert usable_token(runtime, login_id) == open_tokens(runtime.vault, grant)[0]
    assert acts.sandbox.world.counted("shopify")["refresh"] == 1


def test_web_processes_are_waited_for_as_long_as_jobs_are():
    """A request may renew a permission, or trade a code for one."""
    said = re.search(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text(), re.MULTILINE)
    assert said
    assert int(said.group(1)) >= inprocess.DRAIN_SECONDS == serve.DRAIN_SECONDS
