"""Disconnect, replace and delete are separate acts, and each says what goes."""

from __future__ import annotations

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
