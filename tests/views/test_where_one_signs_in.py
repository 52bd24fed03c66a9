"""A platform whose logins live in one of several places asks which, and sends the merchant there every time."""

from __future__ import annotations

import pytest
from sqlmodel import select

from webapp.models.access import Login
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def leaves(ana, **said: str) -> str:
    response = ana.post("/authorizations", platform="amazon_ads", **said)
    assert response.status_code == 303
    return response.headers["location"]


def test_the_page_asks_where_and_the_login_is_renewed_and_reconnected_there(acts, ana):
    page = ana.client.get("/integrations").text
    assert "Where you sign in to Amazon Ads" in page
    assert '<option value="fe">Japan, Australia, Singapore</option>' in page
    assert "/www.amazon.com/ap/oa" in leaves(ana)
    assert "/eu.account.amazon.com/ap/oa" in leaves(ana, region="eu")
    one = acts.connects("amazon_ads", region="fe")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch("amazon_ads", "token_expired")
    assert acts.syncs(one) is Outcome.TROUBLE
    assert "/apac.account.amazon.com/ap/oa" in ana.post(f"/integrations/{one}/authorization").headers["location"]
    acts.reconnects(one)
    acts.sandbox.advance(hours=2)
    assert acts.syncs(one) is Outcome.DONE, "an hour later the token was renewed where it came from"
    with acts.runtime.database.reading() as session:
        assert session.scalars(select(Login.tenant)).all() == ["fe"]


def test_a_place_that_is_none_leads_nowhere(acts, ana):
    assert leaves(ana, region="https://evil.test") == "/integrations#add"
    assert "Choose where you sign in to Amazon Ads." in ana.client.get("/integrations").text
