"""The page over all workspaces of a person: what comes first, what a filter lets through, and its poll."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from tests.views.test_poll import HTMX, first_poll_url, places
from webapp.lifecycle.members import remove_member
from webapp.lifecycle.runtime import bump
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.integration import Integration
from webapp.models.people import Member, Role
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Cause, Certainty, Fault, Remedy

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def agency(runtime, people) -> dict[str, str]:
    """Ana looks after Aurora, Birch and Cedar; in Cedar, Meta needs somebody. Integrations by workspace."""
    made = {}
    with runtime.database.writing() as session:
        for name in ("Birch", "Cedar"):
            people[name] = open_workspace(session, person_id=people["ana"], name=name, now=runtime.now())
            made[name] = connected(runtime, session, people[name], "meta_ads", f"{name} US")
        session.add(trouble(made["Cedar"], people["Cedar"], runtime.now()))
        made["Borealis"] = connected(runtime, session, people["borealis"], "tiktok_ads", "Borealis DE")
    return made


def connected(runtime, session, workspace_id: str, slug: str, account: str) -> str:
    now = runtime.now()
    one = Integration(
        workspace_id=workspace_id, platform=slug, account_id=account.lower(), account_name=account, currency="USD",
        timezone="America/New_York", created_at=now, first_day=now.date(), granted_at=now, imported_at=None,
    )  # fmt: skip
    session.add(one)
    session.flush()
    return one.id


def trouble(integration_id: str, workspace_id: str, now) -> Incident:
    return Incident(
        integration_id=integration_id, workspace_id=workspace_id, opened_at=now, began_at=now,
        cause=Cause.ACCESS_REVOKED, remedy=Remedy.RECONNECT, fault=Fault.MERCHANT, certainty=Certainty.SURE,
        stage="api", http_status=400, code="190", message="",
    )  # fmt: skip


def shown(page: str) -> list[str]:
    return re.findall(r'value="\w+" class="link-like">([^<]+)</button>', page)


def test_those_first_that_need_somebody_and_nobody_elses(agency, ana, vic):
    page = ana.client.get("/workspaces").text
    assert shown(page) == ["Cedar", "Birch", "Aurora"]
    assert "1 of 3 workspaces needs somebody." in page
    assert "<title>(1) Workspaces" in page
    assert "Borealis" not in page
    assert shown(vic.client.get("/workspaces").text) == ["Aurora"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("q=bir", ["Birch"]), ("q=CEDAR+us", ["Cedar"]), ("platform=meta_ads", ["Cedar", "Birch"]),
     ("state=needs", ["Cedar"]), ("state=importing", ["Birch"]), ("state=needs&q=birch", []),
     ("platform=nowhere", []), ("state=nonsense", ["Cedar", "Birch", "Aurora"]), ("q=%3Cscript%3E", []),
     ("q=" + "x" * 5000, []), ("q=borealis", []), ("platform=tiktok_ads", [])],
)  # fmt: skip
def test_a_filter_shows_what_it_says(agency, ana, asked, found):
    page = ana.client.get(f"/workspaces?{asked}")
    assert page.status_code == 200
    assert shown(page.text) == found
    assert "<script>" not in page.text


def test_the_poll_is_empty_until_something_anywhere_changes(agency, ana, runtime, people):
    url = first_poll_url(ana.client.get("/workspaces").text)
    assert url.startswith("/workspaces/board")
    unchanged = ana.client.get(url, headers=HTMX)
    assert (unchanged.status_code, unchanged.data) == (204, b"")
    with runtime.database.writing() as session:
        bump(session, people["Birch"])
    routine = ana.client.get(url, headers=HTMX)
    assert places(routine.text) == ["#status"], "nothing that is shown has changed"
    again = first_poll_url(routine.text)
    assert ana.client.get(again, headers=HTMX).status_code == 204
    with runtime.database.writing() as session:
        session.add(trouble(agency["Birch"], people["Birch"], runtime.now()))
        bump(session, people["Birch"])
    told = ana.client.get(again, headers=HTMX).text
    assert places(told) == ["#status", "#places"]
    assert "2 of 3 workspaces need somebody." in told
    assert shown(told) == ["Birch", "Cedar", "Aurora"]


def test_a_filtered_page_polls_what_it_shows(agency, ana, runtime, people):
    url = first_poll_url(ana.client.get("/workspaces?q=birch").text)
    with runtime.database.writing() as session:
        session.add(trouble(agency["Birch"], people["Birch"], runtime.now()))
        bump(session, people["Birch"])
    assert shown(ana.client.get(url, headers=HTMX).text) == ["Birch"]


def test_coming_and_going_changes_the_page(agency, ana, bob, runtime, people):
    url = first_poll_url(ana.client.get("/workspaces").text)
    with runtime.database.writing() as session:
        session.add(Member(workspace_id=people["borealis"], person_id=people["ana"], role=Role.VIEWER,
                           created_at=runtime.now()))  # fmt: skip
    joined = ana.client.get(url, headers=HTMX)
    assert shown(joined.text) == ["Cedar", "Birch", "Borealis", "Aurora"]
    url = first_poll_url(joined.text)
    remove_member(runtime, workspace_id=people["borealis"], person_id=people["ana"], by=people["bob"])
    assert shown(ana.client.get(url, headers=HTMX).text) == ["Cedar", "Birch", "Aurora"]


def test_one_workspace_in_the_place_of_another_is_seen(agency, ana, runtime, people):
    url = first_poll_url(ana.client.get("/workspaces").text)
    with runtime.database.writing() as session:
        mine = session.exec(
            select(Member).where(Member.workspace_id == people["Birch"], Member.person_id == people["ana"])
        ).one()
        session.delete(mine)
        session.flush()
        # Never changed either, so that the revisions come to the same.
        open_workspace(session, person_id=people["ana"], name="Dune", now=runtime.now())
    assert shown(ana.client.get(url, headers=HTMX).text) == ["Cedar", "Aurora", "Dune"]


@pytest.mark.parametrize("seen", ["", "x", "..", "a.b.c", "1.2-3-4.99999999999", "\u2028.1.2", "é.1.9999999999"])
def test_a_digest_made_up_is_answered_with_the_board(agency, ana, seen):
    reply = ana.client.get("/workspaces/board", query_string={"seen": seen}, headers=HTMX)
    assert reply.status_code == 200
    assert shown(reply.text) == ["Cedar", "Birch", "Aurora"]


def test_nobody_polls_with_anothers_digest(agency, ana, bob):
    url = first_poll_url(ana.client.get("/workspaces").text)
    assert shown(bob.client.get(url, headers=HTMX).text) == ["Borealis"]


def test_a_workspace_is_one_press_away(agency, ana, people):
    assert ana.post("/workspace", "/workspaces", workspace=people["Cedar"]).status_code == 303
    assert "Cedar US" in ana.client.get("/integrations").text
