"""Old routine runs are forgotten, however many there are, and nothing that tells a merchant's story."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import func, select

from webapp.lifecycle import tidy as tidying
from webapp.lifecycle.follow_link import ask_to_connect
from webapp.lifecycle.tidy import KEEP_RUNS, tidy
from webapp.models.integration import Event
from webapp.models.link import Link
from webapp.models.sync import SyncRun
from webapp.models.trouble import Incident


def count(runtime, table) -> int:
    with runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_old_runs_go_and_the_story_stays(acts, runtime, sandbox, monkeypatch):
    integration = acts.connects("meta_ads")
    sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    old = runtime.now() - KEEP_RUNS - timedelta(minutes=1)
    with runtime.database.writing() as session:
        session.add_all(SyncRun(integration_id=integration, started_at=old) for _ in range(7))
    monkeypatch.setattr(tidying, "AT_ONCE", 3)
    tidy(runtime)
    assert count(runtime, SyncRun) == 1
    assert (count(runtime, Incident), count(runtime, Event)) == (1, 1)


def test_links_long_over_go_with_whom_they_were_mailed_to(acts, runtime, sandbox, people):
    for days in (8 + 30, 0):
        ask_to_connect(
            runtime, workspace_id=people["aurora"], person_id=people["ana"], slug="meta_ads", email="x@y.test"
        )
        sandbox.advance(days=days)
    tidy(runtime)
    assert count(runtime, Link) == 1
