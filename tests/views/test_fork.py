"""Back with another login, or without the account: nothing changes, and the page says what there is to do."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import urllib3
from sqlmodel import select

from tests.views.conftest import plain
from webapp.models.access import Authorization, Ending, Grant
from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def leaves(ana, one: str) -> str:
    return ana.post(f"/integrations/{one}/authorization").location


def comes_back(ana, acts, slug: str, url: str, person: str = "bob@borealis.test") -> str:
    """The page that she lands on."""
    reply = ana.client.get(f"/oauth/{slug}/callback", query_string=acts.sandbox.approve(url, person))
    return reply.location


def ticks_other(acts, url: str, account: str) -> dict[str, str]:
    """At the consent page, as herself, but with another account ticked."""
    form = {"choice": "approve", "person": "ana@aurora.test", "account": account, "scope": "ads_read"}
    reply = urllib3.PoolManager().request("POST", url, fields=form, encode_multipart=False, redirect=False)
    return dict(parse_qsl(urlsplit(reply.headers["location"]).query))


def live(acts) -> set[str]:
    with acts.runtime.database.reading() as session:
        return {one.id for one in session.exec(select(Grant)) if one.is_live}


def test_both_are_shown_side_by_side_and_the_next_try_asks_who_it_is(ana, acts):
    one = acts.connects("google_ads")
    before, first = live(acts), leaves(ana, one)
    assert parse_qs(urlsplit(first).query)["prompt"] == ["consent"]
    page = plain(ana.client.get(comes_back(ana, acts, "google_ads", first)).text)
    for said in ("Nothing was changed.", "Expected", "signed in as ana@aurora.test", "You came back as",
                 "bob@borealis.test", "Google asks you then which login to use."):  # fmt: skip
        assert said in page
    assert live(acts) == before
    again = parse_qs(urlsplit(leaves(ana, one)).query)
    assert (again["prompt"], again["login_hint"]) == (["select_account consent"], ["ana@aurora.test"])
    acts.reconnects(one)
    assert parse_qs(urlsplit(leaves(ana, one)).query)["prompt"] == ["consent"], "and not for ever"


def test_where_a_platform_cannot_be_made_to_ask_the_page_says_how_to_change_the_login(ana, acts):
    one = acts.connects("meta_ads")
    page = plain(ana.client.get(comes_back(ana, acts, "meta_ads", leaves(ana, one))).text)
    assert "Meta goes on with whoever is signed in there in this browser." in page
    assert 'href="https://www.facebook.com/"' in page


def test_the_other_account_can_be_added_and_the_expected_one_stays(ana, acts):
    one = acts.connects("meta_ads")
    page = comes_back(ana, acts, "meta_ads", leaves(ana, one))
    account = re.search(r'name="account" value="(\w+)"', ana.client.get(page).text).group(1)
    added = ana.post(f"{page}/accounts", page, account=account).location.rsplit("/", 1)[1]
    assert (acts.integration(added).account_id, acts.integration(one).disconnected_at) == (account, None)


def test_a_successor_takes_its_place_and_the_old_one_nags_no_more(ana, acts):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    acts.sandbox.switch("meta_ads", "account_disabled", account="7010001")
    assert acts.syncs(one) is Outcome.TROUBLE
    rows = acts.compared(one).rows
    page = comes_back(ana, acts, "meta_ads", leaves(ana, one))
    account = re.search(r'name="account" value="(\w+)"', ana.client.get(page).text).group(1)
    ana.post(f"{page}/accounts", page, account=account, replaces="1")
    old = acts.row(one)
    assert (old.health, old.is_replaced, acts.open_incidents()) == (Health.DISCONNECTED, True, [])
    assert re.fullmatch(r"Replaced with Borealis .+\. Its history is kept, and nothing new comes in\.", old.sentence)
    assert acts.compared(one).rows == rows, "nothing of its history is gone"
    assert "Replaced with another account by Ana" in plain(ana.client.get(f"/integrations/{one}/history").text)
    acts.sandbox.switch("meta_ads", "account_disabled", on=False, account="7010001")
    acts.reconnects(one)
    assert not acts.row(one).is_replaced, "connected again it is its own"


def test_the_same_login_without_the_account_says_so_and_whom_to_ask(ana, acts):
    one = acts.connects("meta_ads")
    before = live(acts)
    params = ticks_other(acts, leaves(ana, one), "7010002")
    page = plain(ana.client.get(ana.client.get("/oauth/meta_ads/callback", query_string=params).location).text)
    for said in ("You lost access to this account", "ana@aurora.test signed in as before", "Whom to ask",
                 "an admin of the account at Meta", "reconnect with somebody else who reaches it"):  # fmt: skip
        assert said in page, said
    assert live(acts) == before


def test_a_login_without_any_account_is_not_taken_twice(ana, acts):
    acts.leaves_for("google_ads")
    with acts.runtime.database.writing() as session:
        flow = session.exec(select(Authorization)).one()
        flow.ending, flow.ended_at = Ending.NO_ACCOUNTS, acts.runtime.now()
    again = parse_qs(urlsplit(ana.post("/authorizations", platform="google_ads").location).query)
    assert again["prompt"] == ["select_account consent"]
