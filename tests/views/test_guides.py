"""Reconnect all: one walk through several, the dearest first, whoever goes on with it and wherever."""

from __future__ import annotations

import re

import pytest

from tests.conftest import AtTheBrowser
from tests.lifecycle.test_together import two_accounts
from tests.views.conftest import plain
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def fallen(acts, runtime) -> dict[str, str]:
    """Two accounts of one login at Meta and one at Google, all down; what each is worth is known."""
    first, second = two_accounts(acts)
    found = {"meta": first, "other": second, "google": acts.connects("google_ads")}
    for one in found.values():
        acts.syncs(one)
    sum_stale_days(runtime)
    acts.sandbox.advance(hours=2)
    for slug in ("meta_ads", "google_ads"):
        acts.sandbox.switch(slug, "access_revoked")
    for one in found.values():
        assert acts.syncs(one) is Outcome.TROUBLE
    return found


def steps(page: str) -> list[str]:
    """The integrations in the order in which the page offers to reconnect them."""
    return re.findall(r'formaction="/integrations/(\w+)/authorization"', page)


def leaves(someone: AtTheBrowser, page: str, one: str) -> str:
    """Press the page's button for this one; the consent page's address."""
    reply = someone.post(f"/integrations/{one}/authorization", page, guided="1")
    assert reply.status_code == 303
    return reply.location


def returns(someone: AtTheBrowser, acts, url: str, slug: str, person: str = "ana@aurora.test") -> str:
    """Approve, and come back; where that leads."""
    reply = someone.client.get(f"/oauth/{slug}/callback", query_string=acts.sandbox.approve(url, person))
    assert reply.status_code == 303
    return reply.location


def test_from_the_mail_to_what_came_back(ana, acts, app, fallen, send_mail):
    send_mail()
    link = re.search(r"http://127.0.0.1:5000(/integrations/\w+/guide)", acts.sandbox.letters()[0]["text"]).group(1)
    page = ana.client.get(link).text
    assert "<h1>Reconnect all: 1 of 3</h1>" in page
    assert sorted(steps(page)) == sorted(fallen.values())
    dearest = steps(page)[0]
    amounts = re.findall(r"About (.)([\d,]+) a day was spent here", page)
    assert [currency for currency, _ in amounts] == ["$", "$", "€"], "what no rate turns into dollars comes last"
    assert int(amounts[0][1].replace(",", "")) > int(amounts[1][1].replace(",", ""))
    assert "sign in as ana@aurora.test and leave" in page
    url = leaves(ana, link, dearest)
    walk = returns(ana, acts, url, acts.integration(dearest).platform)
    assert re.fullmatch(r"/guides/\w+", walk)

    # The tab is gone and somebody signs in anew, even on another machine: it goes on from there.
    elsewhere = AtTheBrowser(app, "ana@test.test")
    reply = elsewhere.client.get(link)
    assert (reply.status_code, reply.location) == (303, f"/login?next={link}")
    elsewhere.sign_in(next=link)
    page = elsewhere.client.get(link).text
    left = steps(page)
    assert dearest not in left
    assert "Reconnected by you at" in plain(page)
    while left:
        walk = returns(elsewhere, acts, leaves(elsewhere, link, left[0]), acts.integration(left[0]).platform)
        page = elsewhere.client.get(walk).text
        left = steps(page)
    for one in fallen.values():
        assert acts.syncs(one) is Outcome.DONE
    page = plain(elsewhere.client.get(walk).text)
    assert "All 3 connections are back, with everything they missed." in page
    assert "What came back" in page
    assert "Repaired by the same sign-in of you at" in page
    assert page.count("day, ") + page.count("days, ") == 3, "a line of each, with what it brought"
    assert plain(elsewhere.client.get(link).text).count("Repaired by the same sign-in") == 1, "an old mail's link too"


def test_what_one_sign_in_repaired_is_not_asked_again(ana, acts, fallen):
    link = f"/integrations/{fallen['meta']}/guide"
    page = ana.client.get(link).text
    walk = returns(ana, acts, leaves(ana, link, fallen["meta"]), "meta_ads")
    page = ana.client.get(walk).text
    assert steps(page) == [fallen["google"]]
    assert "<h1>Reconnect all: 3 of 3</h1>" in page
    assert "Reconnect all (3 of 3)" in ana.client.get("/integrations").text, "and the page leads back to it"


def test_a_colleague_joins_the_same_walk_and_each_sees_what_the_other_did(ana, acts, app, people, fallen):
    ana.post(f"/members/{people['vic']}/role", role="admin")
    vic = AtTheBrowser(app, "vic@test.test")
    vic.sign_in()
    link = f"/integrations/{fallen['google']}/guide"
    hers = returns(ana, acts, leaves(ana, link, fallen["google"]), "google_ads")
    his = returns(vic, acts, leaves(vic, link, fallen["meta"]), "meta_ads")
    assert hers == his
    assert "Reconnected by Ana at" in plain(vic.client.get(his).text)
    assert "Reconnected by Vic at" in plain(ana.client.get(hers).text)
    assert acts.row(fallen["other"]).health is Health.CATCHING_UP


def test_the_open_page_is_told_only_what_is_new(ana, acts, fallen):
    page = ana.client.get(f"/integrations/{fallen['meta']}/guide").text
    asks = re.search(r'id="guide" hx-get="([^"]+)"', page).group(1)
    assert ana.client.get(asks, headers={"HX-Request": "true"}).status_code == 204
    acts.reconnects(fallen["google"])
    told = ana.client.get(asks, headers={"HX-Request": "true"})
    assert (told.status_code, told.text.startswith('<div id="guide"')) == (200, True)
    assert "<h1>Reconnect all: 1 of 2</h1>" in told.text


def test_nothing_to_do_is_said_and_a_stranger_sees_nothing(ana, bob, acts):
    one = acts.connects("meta_ads")
    assert "Nothing needs a Reconnect" in ana.client.get(f"/integrations/{one}/guide").text
    assert bob.client.get(f"/integrations/{one}/guide").status_code == 404
    assert ana.client.get("/guides/absent").status_code == 404


def test_whoever_presses_too_late_is_told_who_was_faster(ana, vic, acts, app, fallen, people):
    ana.post(f"/members/{people['vic']}/role", role="admin")
    acts.reconnects(fallen["google"])
    late = vic.post(f"/integrations/{fallen['google']}/authorization", broken="1")
    assert late.location == f"/integrations/{fallen['google']}", "an open tab that still shows it broken"
    page = vic.client.get(late.location).text
    assert "Nothing to reconnect here any more." in page
    assert "Already fixed by Ana" in page
    link = f"/integrations/{fallen['google']}/guide"
    assert vic.post(f"/integrations/{fallen['google']}/authorization", guided="1").location == link


def test_what_is_paused_is_no_step(ana, acts, fallen):
    ana.post(f"/integrations/{fallen['other']}/pause")
    link = f"/integrations/{fallen['meta']}/guide"
    assert "<h1>Reconnect all: 1 of 2</h1>" in ana.client.get(link).text
    walk = returns(ana, acts, leaves(ana, link, fallen["google"]), "google_ads")
    page = ana.client.get(walk).text
    assert "<h1>Reconnect all: 2 of 2</h1>" in page
    assert steps(page) == [fallen["meta"]]
