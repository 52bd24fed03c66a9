"""Away at the platform: every open page says who is, whoever left can cancel, and two at once end in one permission."""

from __future__ import annotations

import re
import threading

import pytest
from sqlmodel import select

from tests.conftest import AtTheBrowser
from tests.views.conftest import plain
from webapp.lifecycle.complete_authorization import Return
from webapp.lifecycle.start_authorization import reconnect
from webapp.models.access import Ending, Grant
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.people import Member, Role
from webapp.models.sync import Outcome

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def broken(acts) -> str:
    one = acts.connects("meta_ads")
    acts.syncs(one)
    acts.sandbox.switch("meta_ads", "access_revoked")
    assert acts.syncs(one) is Outcome.TROUBLE
    return one


def leaves(someone: AtTheBrowser, one: str) -> str:
    return someone.post(f"/integrations/{one}/authorization").location


@on_sqlite
def test_before_leaving_the_page_names_login_and_account(ana, broken):
    page = plain(ana.client.get(f"/integrations/{broken}/incident").text)
    assert "At Meta, sign in as ana@aurora.test and leave Aurora Outdoor US ticked." in page
    assert "Account 7010001." in page


@on_sqlite
def test_while_away_every_tab_and_everybody_sees_it_until_it_is_over(ana, vic, acts, broken):
    page = ana.client.get("/integrations").text
    asks = re.search(r'hx-get="([^"]+)"', page).group(1).replace("&amp;", "&")
    url = leaves(ana, broken)
    told = ana.client.get(asks, headers={"HX-Request": "true"})
    assert told.status_code == 200, "a second tab is told at once"
    assert "Waiting for you to finish at Meta." in told.text
    seen = vic.client.get("/integrations").text
    assert "Waiting for Ana to finish at Meta." in seen
    assert "/cancellation" not in seen, "only whoever left can cancel"
    acts.sandbox.advance(minutes=11)
    assert "Waiting for" not in ana.client.get("/integrations").text, "it is over by itself"
    reply = ana.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(url))
    assert "unfinished" in reply.location
    ana.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(leaves(ana, broken)))
    assert "Waiting for" not in ana.client.get("/integrations").text
    assert acts.row(broken).health is Health.CATCHING_UP


@on_sqlite
def test_who_cancels_changes_nothing_by_coming_back(ana, bob, acts, broken):
    urls = [leaves(ana, broken), leaves(ana, broken)]
    cancel = re.search(r'formaction="(/authorizations/\w+/cancellation)"', ana.client.get("/integrations").text).group(
        1
    )
    assert bob.post(cancel).status_code == 404
    assert ana.post(cancel).location == f"/integrations/{broken}"
    assert "Waiting for" not in ana.client.get("/integrations").text
    for url in urls:
        reply = ana.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(url))
        assert "Nothing was changed: you cancelled" in ana.client.get(reply.location).text
    assert acts.row(broken).health is Health.NEEDS_RECONNECT
    assert acts.reconnects(broken).ending is Ending.CONNECTED
    assert ana.post(cancel).status_code == 303, "pressed again in an old tab it does no harm"


@on_sqlite
def test_a_first_connection_is_waited_for_too(ana):
    ana.post("/authorizations", platform="meta_ads")
    assert "Waiting for you to finish at Meta Ads, since" in ana.client.get("/integrations").text


def test_two_admins_at_once_end_in_one_live_permission(acts, runtime, people, broken):
    """Both are at the platform, both approve, and both come back at the same moment."""
    with runtime.database.writing() as session:
        member = session.exec(select(Member).where(Member.person_id == people["vic"])).one()
        member.role = Role.ADMIN
    google = acts.connects("google_ads")
    for _ in range(3):
        for slug, one in (("meta_ads", broken), ("google_ads", google)):
            back = at_once(acts, runtime, slug, one, [people["ana"], people["vic"]] * 2)
            assert [one.ending for one in back] == [Ending.CONNECTED] * 4
    with runtime.database.reading() as session:
        login_ids = session.exec(select(Integration.login_id)).all()
        live = [one for one in session.exec(select(Grant)) if one.is_live]
    assert sorted(one.login_id for one in live) == sorted(login_ids), "one for each, and no more"
    assert acts.open_incidents() == []
    assert [acts.syncs(one) for one in (broken, google)] == [Outcome.DONE] * 2


def test_two_who_connect_the_same_for_the_first_time_make_one_connection(acts, runtime, people):
    urls = [(people["ana"], acts.leaves_for("shopify")) for _ in range(4)]
    back = come_back(acts, "shopify", urls)
    assert len({one.integration_id for one in back}) == 1
    with runtime.database.reading() as session:
        assert len([one for one in session.exec(select(Grant)) if one.is_live]) == 1
    assert acts.syncs(back[0].integration_id) is Outcome.DONE


def at_once(acts, runtime, slug: str, one: str, person_ids: list[str]) -> list[Return]:
    urls = [
        (person, reconnect(runtime, integration_id=one, person_id=person, workspace_id=acts.workspace_id,
                           browser="a browser"))
        for person in person_ids
    ]  # fmt: skip
    return come_back(acts, slug, urls)


def come_back(acts, slug: str, urls: list[tuple[str, str]]) -> list[Return]:
    """All of them at the same moment, in threads of their own."""
    params = [(person, acts.sandbox.approve(url)) for person, url in urls]
    back: list[Return] = []
    start = threading.Barrier(len(params))

    def come(person: str, came: dict[str, str]) -> None:
        start.wait(timeout=30)
        back.append(acts.returns(slug, came, person_id=person))

    threads = [threading.Thread(target=come, args=one) for one in params]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(back) == len(params), "somebody came back to an error"
    return back
