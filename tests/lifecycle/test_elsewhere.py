"""One sign-in, and what else hung on that login comes back in the person's other workspaces: proven, and no other."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from tests.acts import Acts
from webapp.lifecycle.members import change_role
from webapp.lifecycle.repair_elsewhere import Repaired, repair_elsewhere
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.access import Ending, Grant
from webapp.models.integration import Integration
from webapp.models.people import Member, Role
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def places(runtime, sandbox, people) -> dict[str, Acts]:
    """Aurora, Birch and Cedar are Ana's; Borealis is Bob's, though the same login at Meta holds it."""
    acts = {"Aurora": Acts(runtime, sandbox, people["ana"], people["aurora"])}
    for name in ("Birch", "Cedar"):
        with runtime.database.writing() as session:
            made = open_workspace(session, person_id=people["ana"], name=name, now=runtime.now())
        acts[name] = Acts(runtime, sandbox, people["ana"], made)
    acts["Borealis"] = Acts(runtime, sandbox, people["bob"], people["borealis"])
    return acts


def broken(places: dict[str, Acts], slug: str = "meta_ads") -> dict[str, str]:
    """The login's permission ends everywhere at once; integrations by workspace."""
    ids = {name: acts.connects(slug) for name, acts in places.items()}
    for name, acts in places.items():
        acts.syncs(ids[name])
    places["Aurora"].sandbox.switch(slug, "access_revoked")
    assert {acts.syncs(ids[name]) for name, acts in places.items()} == {Outcome.TROUBLE}
    return ids


def repairs(acts: Acts, integration_id: str) -> Repaired | None:
    return repair_elsewhere(
        acts.runtime, integration_id=integration_id, workspace_id=acts.workspace_id, person_id=acts.person_id
    )


def still_open(acts: Acts) -> set[str]:
    return {one.integration_id for one in acts.open_incidents()}


def test_what_hangs_on_the_login_comes_back_in_ones_own_workspaces(places, ana, people):
    ids, aurora = broken(places), places["Aurora"]
    page = f"/integrations/{ids['Aurora']}"
    assert "Repair them too" not in ana.client.get(page).text, "nobody has signed in yet"
    assert aurora.reconnects(ids["Aurora"]).ending is Ending.CONNECTED
    offered = ana.client.get(page).text
    assert "also holds 2 broken connections in other workspaces you manage" in offered
    assert "Birch, Cedar" in offered
    assert still_open(aurora) == {ids["Birch"], ids["Cedar"], ids["Borealis"]}, "looking repaired nothing"
    assert ana.post(f"{page}/repairs").status_code == 303
    after = ana.client.get(page).text
    assert "2 connections repaired, in 2 workspaces." in after
    assert "Repair them too" not in after
    assert still_open(aurora) == {ids["Borealis"]}, "Bob's is Bob's"
    for name in ("Birch", "Cedar"):
        assert places[name].syncs(ids[name]) is Outcome.DONE
        assert places[name].is_complete(ids[name])
        assert "Repaired by the same sign-in by Ana" in ana.client.get(f"/integrations/{ids[name]}/history").text


def test_only_where_the_person_may_change_things(places, people, runtime):
    ids, aurora = broken(places), places["Aurora"]
    with runtime.database.writing() as session:
        session.add(Member(workspace_id=people["borealis"], person_id=people["ana"], role=Role.VIEWER,
                           created_at=runtime.now()))  # fmt: skip
        session.add(Member(workspace_id=places["Birch"].workspace_id, person_id=people["vic"], role=Role.OWNER,
                           created_at=runtime.now()))  # fmt: skip
    change_role(runtime, workspace_id=places["Birch"].workspace_id, person_id=people["ana"], by=people["vic"],
                role="viewer")  # fmt: skip
    aurora.reconnects(ids["Aurora"])
    assert repairs(aurora, ids["Aurora"]) == Repaired(1, 1, ())
    assert still_open(aurora) == {ids["Birch"], ids["Borealis"]}


def test_an_account_that_is_not_reached_stays_as_it_is(places, runtime):
    ids, aurora = broken(places), places["Aurora"]
    with runtime.database.writing() as session:
        one = session.get_one(Integration, ids["Birch"])
        one.account_id, one.account_name = "act_elsewhere", "Birch US"
    aurora.reconnects(ids["Aurora"])
    assert repairs(aurora, ids["Aurora"]) == Repaired(1, 1, ("Birch US",))
    assert ids["Birch"] in still_open(aurora)


def test_another_person_of_the_workspace_has_nothing_to_repair(places, people, runtime, vic):
    ids, aurora = broken(places), places["Aurora"]
    change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="admin")
    aurora.reconnects(ids["Aurora"])
    assert "Repair them too" not in vic.client.get(f"/integrations/{ids['Aurora']}").text
    aurora.person_id = people["vic"]
    assert repairs(aurora, ids["Aurora"]) is None


def test_where_renewing_would_end_the_others_each_signs_in_by_itself(places, ana):
    ids, aurora = broken(places, "pinterest_ads"), places["Aurora"]
    aurora.reconnects(ids["Aurora"])
    page = ana.client.get(f"/integrations/{ids['Aurora']}").text
    assert "wants a sign-in for each of them" in page
    assert "Repair them too" not in page
    assert repairs(aurora, ids["Aurora"]) is None
    assert ids["Birch"] in still_open(aurora)


def test_repaired_twice_there_is_one_permission(places, runtime):
    ids, aurora = broken(places), places["Aurora"]
    aurora.reconnects(ids["Aurora"])
    assert repairs(aurora, ids["Aurora"]) == Repaired(2, 2, ())
    assert repairs(aurora, ids["Aurora"]) is None
    login = aurora.integration(ids["Birch"]).login_id
    with runtime.database.reading() as session:
        live = session.exec(select(Grant).where(Grant.login_id == login, col(Grant.ended_at).is_(None))).all()
    assert len(live) == 1
    assert live[0].live_at is not None


def test_a_platform_that_does_not_answer_changes_nothing(places, ana):
    ids, aurora = broken(places), places["Aurora"]
    aurora.reconnects(ids["Aurora"])
    aurora.sandbox.switch("meta_ads", "outage")
    ana.post(f"/integrations/{ids['Aurora']}/repairs")
    assert "did not answer just now" in ana.client.get(f"/integrations/{ids['Aurora']}").text
    assert still_open(aurora) == {ids["Birch"], ids["Cedar"], ids["Borealis"]}
