"""What a problem asks of the merchant: first at the platform where that must be, and no Reconnect that cannot help."""

from __future__ import annotations

import pytest

from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_security_check_comes_before_reconnect(acts, ana, vic):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch("meta_ads", "security_policy")
    assert acts.syncs(one) is Outcome.TROUBLE
    page = ana.client.get(f"/integrations/{one}/incident").text
    first, then, button = page.index("First, at Meta"), page.index("<dt>Then</dt>"), page.index(">Reconnect as")
    assert first < page.index("<li>Open facebook.com first and clear the security check") < then < button
    assert page.index(">Open Meta") < then, "the way there stands with the steps"
    board = ana.client.get("/integrations").text
    assert "What to do first" in board
    assert "What to do first" not in vic.client.get("/integrations").text


def test_an_account_that_is_closed_offers_no_reconnect(acts, ana):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch("meta_ads", "account_disabled")
    assert acts.syncs(one) is Outcome.TROUBLE
    row = acts.row(one)
    assert row.health is Health.ACTION_NEEDED
    assert row.incident.explanation.title == f"{row.account_name} is disabled at Meta"
    for path in (f"/integrations/{one}/incident", "/integrations"):
        page = ana.client.get(path).text
        assert '/authorization"' not in page, path
        assert "facebook.com" in page
