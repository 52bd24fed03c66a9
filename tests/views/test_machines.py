"""What machines are told: whether we live, how we are doing, and nothing about anybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.leave_tick import leave_tick
from webapp.models.sync import Outcome, SyncRun
from webapp.models.tick import STOPPED_AFTER, has_stopped
from webapp.platforms import registry

TOKEN = "a token for the scraper"


def read(client, **headers: str) -> Callable[..., float | None]:
    """What /metrics says, as a question `(name, **labels)`; None where there is no such number."""
    reply = client.get("/metrics", headers=headers)
    assert reply.status_code == 200, reply.text
    samples = [one for family in text_string_to_metric_families(reply.text) for one in family.samples]

    def number(name: str, **labels: str) -> float | None:
        found = [one.value for one in samples if one.name == f"shopimize_{name}" and one.labels == labels]
        assert len(found) < 2, "told twice"
        return found[0] if found else None

    return number


def test_a_clock_that_stopped_is_noticed(app, runtime, sandbox):
    client = app.test_client()
    assert client.get("/heartbeat").status_code == 200, "it has only just started"
    leave_tick(runtime)
    sandbox.advance(seconds=STOPPED_AFTER.total_seconds() + 1)
    reply = client.get("/heartbeat")
    assert (reply.status_code, reply.text) == (503, "the clock has stopped\n")
    leave_tick(runtime)
    assert client.get("/heartbeat").status_code == 200


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=3)])
def test_a_clock_that_stopped_is_noticed_though_the_machines_time_was_set_back(ahead):
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    silent = {"now": now, "started_at": now - timedelta(hours=1) + ahead}
    assert has_stopped(now - timedelta(hours=1), **silent)
    assert has_stopped(None, **silent)
    assert not has_stopped(now - timedelta(seconds=5), **silent)


def test_a_database_that_does_not_answer_is_said_so(app, runtime):
    with runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tick")
    client = app.test_client()
    for path in ("/heartbeat", "/metrics"):
        reply = client.get(path)
        assert (reply.status_code, reply.text) == (503, "the database does not answer\n")


def test_the_numbers_are_the_databases_own(app, acts, runtime, sandbox, send_mail):
    healthy, broken = acts.connects("shopify"), acts.connects("meta_ads")
    acts.syncs(healthy)
    acts.syncs(broken)
    leave_tick(runtime)
    found = read(app.test_client())
    assert found("integrations", platform="shopify", status="syncing") == 1
    assert found("syncs_5m", platform="shopify", outcome="done") == 1
    assert found("rows_5m", platform="meta_ads", outcome="done") == acts.is_complete(broken)
    assert found("integrations_late", platform="shopify") == 0
    assert found("incidents_open", platform="meta_ads", cause="access_revoked", remedy="reconnect") is None

    sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(broken)
    found = read(app.test_client())
    assert found("incidents_open", platform="meta_ads", cause="access_revoked", remedy="reconnect") == 1
    assert found("integrations", platform="meta_ads", status="stopped") == 1
    assert found("syncs_5m", platform="meta_ads", outcome="trouble") == 1
    assert found("refreshes_5m", platform="meta_ads", outcome="refused") == 1
    sandbox.advance(seconds=20)
    assert read(app.test_client())("notices_waiting", platform="meta_ads", kind="broken") == 1
    assert read(app.test_client())("notice_lag_seconds", platform="meta_ads", kind="broken") >= 20
    send_mail()
    assert read(app.test_client())("notices_sent_5m", platform="meta_ads", kind="broken") == 1

    sandbox.advance(hours=1)
    found = read(app.test_client())
    assert found("integrations_late", platform="shopify") == 1
    assert found("sync_lag_seconds", platform="shopify") > 2000
    assert found("oldest_success_seconds", platform="shopify") > 3600
    assert found("tick_age_seconds") > 3600
    assert claim_due(runtime, limit=5)
    assert read(app.test_client())("syncs_running", platform="shopify") == 1


def test_a_renewal_is_counted(app, acts, sandbox):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    sandbox.advance(hours=2)
    acts.syncs(integration)
    assert read(app.test_client())("refreshes_5m", platform="google_ads", outcome="renewed") == 1


def test_a_sync_is_counted_when_it_ends_however_long_it_took(app, acts, runtime):
    integration, now = acts.connects("shopify"), runtime.now()
    long_ago, lately = now - timedelta(hours=2), now - timedelta(minutes=1)
    for begun, ended, outcome, rows in (
        (long_ago, lately, Outcome.DONE, 30_000), (long_ago, lately, Outcome.INTERRUPTED, 500),
        (long_ago, long_ago, Outcome.DONE, 7), (lately, None, None, 12), (long_ago, None, None, 9),
    ):  # fmt: skip
        with runtime.database.writing() as session:
            session.add(
                SyncRun(integration_id=integration, started_at=begun, ended_at=ended, outcome=outcome, rows=rows)
            )
    found = read(app.test_client())
    for outcome, rows in (("done", 30_000), ("interrupted", 500), ("unfinished", 12)):
        assert found("syncs_5m", platform="shopify", outcome=outcome) == 1
        assert found("rows_5m", platform="shopify", outcome=outcome) == rows


def test_what_ended_and_what_fails_is_counted_too(app, acts, runtime, sandbox):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    sandbox.advance(hours=2)
    sandbox.switch("google_ads", "outage")
    acts.syncs(integration)
    found = read(app.test_client())
    assert found("refreshes_failing", platform="google_ads") == 1
    sandbox.switch("google_ads", "outage", on=False)
    sandbox.switch("google_ads", "access_revoked")
    sandbox.advance(hours=1)
    acts.syncs(integration)
    acts.reconnects(integration)
    found = read(app.test_client())
    assert found("incidents_closed_5m", platform="google_ads", closing="reconnected") == 1
    assert found("refreshes_failing", platform="google_ads") is None


def test_no_number_names_anybody(app, acts, sandbox, send_mail):
    connected = [acts.integration(acts.connects(slug)) for slug in registry()]
    sandbox.switch("meta_ads", "password_changed")
    named: list[str] = []
    for one in connected:
        acts.syncs(one.id)
        named += [one.id, one.account_id, one.account_name, one.workspace_id]
    send_mail()
    text = app.test_client().get("/metrics").text
    assert "meta_ads" in text
    for word in (*named, "ana@test.test", "ana@aurora.test", "Aurora", "myshopify"):
        assert word not in text


def test_every_number_is_explained_to_operators(app):
    told = (Path(__file__).parent.parent.parent / "docs/operating.md").read_text()
    names = re.findall(r"^# TYPE shopimize_(\w+)", app.test_client().get("/metrics").text, re.MULTILINE)
    assert len(names) > 12
    assert [name for name in names if f"`{name}" not in told] == []


@pytest.fixture
def with_settings(runtime) -> Iterator[Callable[..., FlaskClient]]:
    """Somebody at the same installation, had it been started with other settings."""
    made = []

    def start(**settings: str) -> FlaskClient:
        made.append(create_app(replace(runtime.settings, **settings)))
        return made[-1].test_client()

    yield start
    for app in made:
        app.extensions["runtime"].database.engine.dispose()


def test_with_a_token_only_who_shows_it_may_read(with_settings):
    guarded = with_settings(metrics_token=TOKEN)
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    for wrong in ({}, {"Authorization": TOKEN}, {"Authorization": "Bearer a token"}, {"Authorization": "Bearer ü"}):
        assert guarded.get("/metrics", headers=wrong).status_code == 404, wrong


def test_without_one_only_this_machine_may_read_and_in_production_nobody(app, with_settings):
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404, header
    assert with_settings(env="production").get("/metrics").status_code == 404
