"""The operator's page: for operators only, made on the command line; for everybody else there is no such page."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.views.conftest import plain
from tests.views.test_tenancy import OPERATOR, path_of, rules
from webapp.lifecycle.operators import add_operator
from webapp.models.breaker import Breaker
from webapp.models.integration import Integration
from webapp.models.our_fault import OurFault
from webapp.models.people import Person
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Cause, Certainty, Fault, Remedy

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ids(acts, runtime) -> dict[str, str]:
    """A fault of ours that Aurora waits for, and a breaker that has tripped."""
    one, now = acts.connects("tiktok_ads"), runtime.now()
    answer = {"at": now.isoformat(), "stage": "api", "status": 200, "failure": None, "headers": {"date": "today"},
              "body": json.dumps({"code": 40104, "message": "<b>Access token is null</b>"})}  # fmt: skip
    with runtime.database.writing() as session:
        fault = OurFault(platform="tiktok_ads", cause=Cause.BAD_REQUEST, code="40104", message="Access token is null",
                         opened_at=now, last_at=now, answer=answer)  # fmt: skip
        breaker = Breaker(platform="meta_ads", since=now, tripped_at=now, workspaces=20, dead=22, active=30)
        session.add_all((fault, breaker))
        session.get_one(Integration, one).next_sync_at = now + timedelta(hours=1)
        session.add(Incident(
            integration_id=one, workspace_id=acts.workspace_id, opened_at=now, began_at=now, cause=Cause.BAD_REQUEST,
            remedy=Remedy.OPERATOR, fault=Fault.OURS, certainty=Certainty.SURE, stage="api", http_status=200,
            code="40104", message="Access token is null",
        ))  # fmt: skip
        session.flush()
        return {"fault_id": fault.id, "breaker_id": breaker.id, "integration": one, "_rest": "anything"}


def every(app, ids):
    return [(method, path_of(rule, ids)) for method, rule in rules(app, OPERATOR)]


def test_for_everybody_else_it_is_the_same_404_as_an_absent_page(app, ids, ana, bob, nobody):
    for someone in (ana, bob, nobody):
        absent = plain(someone.client.get("/no-such-page").text)
        for method, path in [*every(app, ids), ("PUT", "/operator"), ("OPTIONS", "/operator"), ("GET", "/operator/x")]:
            reply = someone.client.open(path, method=method)
            assert reply.status_code == 404, (method, path)
            assert plain(reply.text) == absent, (method, path)
        assert "Operator" not in someone.client.get("/integrations", follow_redirects=True).text


def test_the_operator_sees_the_queue_and_what_was_answered(ana, ids, runtime):
    add_operator(runtime, "ana@test.test")
    page = ana.client.get("/operator").text
    assert "TikTok Ads: 40104" in page
    assert "1 connection in 1 workspace" in page
    assert "Meta Ads turns away 20 workspaces at once" in page
    assert "22 of 30 connections" in page
    assert "&lt;b&gt;Access token is null" in page
    assert "Aurora Outdoor" not in page, "no merchant's account is named"
    assert "/operator" in ana.client.get("/integrations").text


def test_what_the_operator_does_works_and_needs_its_token(ana, ids, runtime, acts, people):
    add_operator(runtime, "ana@test.test")
    for path in (f"/operator/faults/{ids['fault_id']}/retry", f"/operator/breakers/{ids['breaker_id']}/release"):
        assert ana.client.post(path).status_code == 400
    assert ana.post(f"/operator/faults/{ids['fault_id']}/retry", "/operator").status_code == 303
    assert acts.integration(ids["integration"]).next_sync_at <= runtime.now()
    assert ana.post(f"/operator/breakers/{ids['breaker_id']}/retry", "/operator").status_code == 303
    assert ana.post(f"/operator/breakers/{ids['breaker_id']}/release", "/operator").status_code == 303
    with runtime.database.reading() as session:
        breaker = session.exec(select(Breaker)).one()
        assert breaker.released_at is not None
        assert breaker.released_by == people["ana"]
    for path in ("faults/x/retry", "breakers/x/retry", f"breakers/{ids['breaker_id']}/release"):
        assert ana.post(f"/operator/{path}", "/operator").status_code == 404
    assert re.search(r"by\s+Ana", ana.client.get("/operator").text)


def test_operators_are_made_and_unmade_on_the_command_line_only(app, ana, bob, runtime, people):
    run = app.test_cli_runner().invoke
    with runtime.database.writing() as session:
        session.get_one(Person, people["bob"]).confirmed_at = None
    for email, why in (("nobody@test.test", "Nobody has signed up"), ("bob@test.test", "is not confirmed")):
        refused = run(args=["operator", "add", email])
        assert refused.exit_code == 1
        assert why in refused.output
    assert run(args=["operator", "add", "Ana@Test.test"]).exit_code == 0
    assert ana.client.get("/operator").status_code == 200
    assert bob.client.get("/operator").status_code == 404
    assert run(args=["operator", "remove", "ana@test.test"]).exit_code == 0
    assert ana.client.get("/operator").status_code == 404, "at once, not at the next sign-in"
    assert run(args=["operator", "remove", "ana@test.test"]).exit_code == 1
