"""Disconnect, replace and delete are separate acts, and each says what goes."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.lifecycle.test_together import two_accounts
from tests.views.conftest import plain
from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_to_disconnect_deletes_nothing_and_to_delete_is_refused_while_connected(ana, acts):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    rows = acts.compared(one).rows
    page = plain(ana.client.get(f"/integrations/{one}/data-deletion").text)
    assert "It is still connected: whatever was deleted would come in again." in page
    refused = ana.post(f"/integrations/{one}/data-deletion", sure="1")
    assert refused.location == f"/integrations/{one}/disconnection"
    assert acts.compared(one).rows == rows
    ana.post(f"/integrations/{one}/disconnection")
    assert acts.compared(one).is_equal
    assert acts.row(one).sentence == "Everything imported is kept. Nothing new comes in."


def test_to_delete_says_what_goes_and_it_is_gone(ana, acts):
    first, second = two_accounts(acts)
    for one in (first, second):
        acts.syncs(one)
    kept = acts.compared(second)
    ana.post(f"/integrations/{first}/disconnection")
    page = plain(ana.client.get(f"/integrations/{first}/data-deletion").text)
    assert f"{acts.compared(first).rows:,} campaign days of spend" in page
    assert "your past profit is then without them" in page
    ana.post(f"/integrations/{first}/data-deletion")
    assert acts.compared(first).is_equal, "not without the tick"
    ana.post(f"/integrations/{first}/data-deletion", sure="1")
    assert acts.compared(first).lost == acts.compared(first).rows > 0
    assert acts.compared(second) == kept
    row = acts.row(first)
    assert (row.health, row.complete_through) == (Health.DISCONNECTED, None)
    assert row.sentence.startswith("Its imported data was deleted, ")
    history = plain(ana.client.get(f"/integrations/{first}/history").text)
    assert "Imported data deleted by Ana" in history
    assert "Connected by Ana" in history, "what happened stays"
    acts.reconnects(first)
    assert acts.syncs(first) is Outcome.DONE
    assert acts.compared(first).is_equal, "connected again it is imported anew"


def test_a_successor_is_one_of_the_same_platform_that_is_connected(ana, acts):
    first, second = two_accounts(acts)
    store = acts.connects("shopify")
    page = ana.client.get(f"/integrations/{first}/replacement").text
    assert f'value="{second}"' in page
    assert store not in page.split("</form>")[-2]
    for wrong in (first, store, "absent"):
        ana.post(f"/integrations/{first}/replacement", successor=wrong)
        assert acts.row(first).health is not Health.DISCONNECTED
    ana.post(f"/integrations/{first}/replacement", successor=second)
    assert acts.row(first).is_replaced
    assert "Connect another Meta Ads account" in ana.client.get(f"/integrations/{second}/replacement").text


def test_a_successor_connected_from_there_leads_back_there_and_comes_first(ana, acts):
    first, second = two_accounts(acts)
    page = f"/integrations/{first}/replacement"
    away = ana.post("/authorizations", page, platform="meta_ads", replaces=first).location
    params = acts.sandbox.approve(away, "bob@borealis.test")
    back = ana.client.get("/oauth/meta_ads/callback", query_string=params).location
    if back.startswith("/authorizations/"):
        account = re.search(r'name="account" value="(\w+)" checked', ana.client.get(back).text).group(1)
        back = ana.post(f"{back}/accounts", back, account=account).location
    assert back.startswith(f"{page}?new="), back
    new = back.rpartition("=")[2]
    assert new not in (first, second)
    offered = re.findall(r'name="successor" value="(\w+)" required( checked)?', ana.client.get(back).text)
    assert offered == [(new, " checked"), (second, "")]
    again = ana.client.get("/oauth/meta_ads/callback", query_string=params).location
    assert ana.client.get(again, follow_redirects=True).text.count("checked") == 1, "opened once more, the same"
    ana.post(page, page, successor=new)
    assert acts.row(first).is_replaced


def test_declined_it_is_still_about_the_replacement(ana, acts, bob):
    one = acts.connects("meta_ads")
    page = f"/integrations/{one}/replacement"
    away = ana.post("/authorizations", page, platform="meta_ads", replaces=one).location
    state = parse_qs(urlsplit(away).query)["state"][0]
    back = ana.client.get("/oauth/meta_ads/callback", query_string={"error": "access_denied", "state": state}).location
    told = ana.client.get(back).text
    assert f'href="{page}"' in told
    assert f'name="replaces" value="{one}"' in told
    assert bob.post("/authorizations", platform="meta_ads", replaces=one).status_code == 404
    assert ana.post("/authorizations", platform="tiktok_ads", replaces=one).status_code == 404
