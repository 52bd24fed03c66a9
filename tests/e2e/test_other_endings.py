"""Ways a permission ends, and outages that must never look like one."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


@pytest.mark.parametrize(
    ("platform", "name", "switch", "code"),
    [
        ("meta_ads", "Meta Ads", "password_changed", "190/460"),
        ("meta_ads", "Meta Ads", "token_expired", "190/463"),
        ("google_ads", "Google Ads", "security_policy", "invalid_rapt"),
        ("tiktok_ads", "TikTok Ads", "access_revoked", "40105"),
        ("shopify", "Shopify", "access_revoked", "invalid_request"),
    ],
)
def test_a_permission_that_ended_is_said_and_mended(merchant: Merchant, platform, name, switch, code):
    world, page = merchant.world, merchant.page
    world.switch(platform, switch)
    # The access tokens of that hour still have to age, as they would in life.
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge(name, "Reconnect needed")
    row = merchant.open_row(name)
    row.get_by_text("Technical details").click()
    expect(row.locator("pre").get_by_text(code)).to_be_visible()
    merchant.presses_reconnect(name)
    merchant.approves()
    merchant.is_back()
    merchant.sees_badge(name, "Connected")
    account = world.integration(platform)["account_id"]
    assert world.assert_complete(platform, account, before=world.now().date().isoformat()) > 100


@pytest.mark.parametrize("switch", ["outage", "rate_limited", "garbled"])
def test_passing_trouble_is_never_called_a_disconnection(merchant: Merchant, switch):
    world, page = merchant.world, merchant.page
    for platform in ("shopify", "meta_ads", "google_ads", "tiktok_ads"):
        world.switch(platform, switch)
    before = world.rows("SELECT count(*) AS n FROM sync_run")[0]["n"]
    page.get_by_role("button", name="Check all").click()
    until(lambda: world.rows("SELECT count(*) AS n FROM sync_run WHERE outcome = 'trouble'")[0]["n"] >= 4,
          "all four tries failed", seconds=90)  # fmt: skip
    expect(page.get_by_text("Reconnect needed")).to_have_count(0)
    assert world.inbox() == []
    assert world.rows("SELECT * FROM incident WHERE remedy <> 'wait'") == []
    for platform in ("shopify", "meta_ads", "google_ads", "tiktok_ads"):
        world.switch(platform, switch, on=False)
    world.advance(minutes=30)
    page.get_by_role("button", name="Check all").click()
    for name in ("Shopify", "Meta Ads", "Google Ads", "TikTok Ads"):
        merchant.sees_badge(name, "Connected")
    time.sleep(3)
    assert world.inbox() == []
    assert world.rows("SELECT count(*) AS n FROM sync_run")[0]["n"] > before


def test_a_disabled_account_is_not_a_dead_permission(merchant: Merchant):
    world, page = merchant.world, merchant.page
    world.switch("meta_ads", "account_disabled")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Action needed at Meta")
    row = merchant.open_row("Meta Ads")
    expect(row.get_by_role("link", name=re.compile("Open Meta")).first).to_be_visible()
    world.switch("meta_ads", "account_disabled", on=False)
    row.get_by_role("button", name="Check again").click()
    merchant.sees_badge("Meta Ads", "Connected")
