"""Campaigns a page at a time, each with its days: bookmarks followed, micros exact, nothing that was not asked for."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest

from tests.platforms.conftest import OurApp
from webapp.oauth import session as oauth
from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import Trouble
from webapp.platforms.streams import DeadCursor
from webapp.platforms.wire import Wire

PINTEREST = registry()["pinterest_ads"]
SPEND = PINTEREST.streams[0]
ACCOUNT = Account(id="54", name="Aurora", currency="EUR", timezone="UTC")
ROW = {"CAMPAIGN_ID": 7, "DATE": "2026-11-02", "SPEND_IN_MICRO_DOLLAR": 12340000}


def campaigns(*ids, bookmark=None):
    return {"items": [{"id": str(one), "name": f"Campaign {one}"} for one in ids], "bookmark": bookmark}


def read(canned, week, *replies, resume=None):
    canned.replies = list(replies)
    return list(PINTEREST.read(canned.api(PINTEREST), ACCOUNT, SPEND, week, resume=resume))


def test_bookmarks_are_followed_and_every_campaign_named_in_a_question(canned, week):
    pages = read(canned, week, campaigns(7, 8, bookmark="b1"), [ROW], campaigns(9), [{**ROW, "CAMPAIGN_ID": "9"}])
    assert [page.resume for page in pages] == ["b1", None]
    assert [row.campaign_id for page in pages for row in page.records] == ["7", "9"]
    assert "campaign_ids=7&campaign_ids=8" in canned.asked[1].path
    assert "bookmark=b1" in canned.asked[2].path
    assert pages[0].records[0].currency == "EUR", "micro dollars are millionths of the account's own currency"


@pytest.mark.parametrize(("written", "meant"), [
    ("12340000", 12_340_000), ("12340000.0", 12_340_000), ("1.234E7", 12_340_000), ("0", 0), ("null", 0),
    ("9007199254740993", 9_007_199_254_740_993),
])  # fmt: skip
def test_an_amount_is_exact_however_it_is_written(canned, week, written, meant):
    body = json.dumps([ROW]).replace("12340000", written).encode()
    canned.replies = [campaigns(7), (200, body)]
    pages = list(PINTEREST.read(canned.api(PINTEREST), ACCOUNT, SPEND, week, resume=None))
    assert pages[0].records[0].spend_micros == meant


@pytest.mark.parametrize("row", [
    {**ROW, "CAMPAIGN_ID": 99}, {**ROW, "DATE": "2026-12-02"}, {**ROW, "DATE": "x"},
    {**ROW, "SPEND_IN_MICRO_DOLLAR": -1}, {**ROW, "SPEND_IN_MICRO_DOLLAR": "lots"}, {"CAMPAIGN_ID": 7},
], ids=json.dumps)  # fmt: skip
def test_a_row_that_was_not_asked_for_discards_the_page(canned, week, row):
    with pytest.raises(Trouble):
        read(canned, week, campaigns(7), [ROW, row])


def test_bookmarks_in_a_circle_end(canned, week):
    with pytest.raises(Trouble):
        read(canned, week, *[campaigns(bookmark="b1")] * 3)


def test_an_account_without_campaigns_is_a_window_without_rows(canned, week):
    assert [page.records for page in read(canned, week, campaigns())] == [()]


def test_a_bookmark_that_is_forgotten_starts_the_window_over(canned, week):
    with pytest.raises(DeadCursor):
        read(canned, week, (400, {"code": 1, "message": "Invalid bookmark."}), resume="old")


def test_the_wait_is_the_one_it_states():
    body = b'{"code": 8, "message": "You have exceeded your rate limit."}'
    for header, wait in (("42", 42.0), ("42, 60", 42.0), ("soon", None), ("-1", None)):
        found = PINTEREST.diagnose(Answer(Stage.API, 429, {"x-ratelimit-reset": header}, body))
        assert found.retry_after == wait


def test_our_app_signs_in_by_basic_authentication(canned):
    answer = {"access_token": "a", "refresh_token": "b", "expires_in": 2592000, "scope": "ads:read,user_accounts:read"}
    canned.replies = [answer]
    wire, now = Wire(base_url=canned.url), datetime.now(UTC)
    found = oauth.exchange(PINTEREST, wire, OurApp(), tenant=None, redirect_uri="https://x.test/", code="c",
                           verifier=None, now=now)  # fmt: skip
    assert found.scopes == {"ads:read", "user_accounts:read"}
    assert (found.refresh_expires_at - now).days == 60
    assert canned.asked[0].headers["Authorization"] == f"Basic {b64encode(b'our-app:our-secret').decode()}"
    sent = canned.asked[0].body.decode()
    assert "continuous_refresh=true" in sent
    assert "secret" not in sent
