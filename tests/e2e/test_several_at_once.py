"""Three drop together: one card, one mail, each reconnected."""

import re

from playwright.sync_api import expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


def test_three_at_once_are_one_story(merchant: Merchant):
    world, page = merchant.world, merchant.page
    for platform in ("meta_ads", "google_ads", "tiktok_ads"):
        world.switch(platform, "access_revoked")
    page.get_by_role("button", name="Check all").click()
    expect(page.get_by_role("heading", name="3 connections dropped together")).to_be_visible(timeout=45_000)
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    until(lambda: world.inbox(), "the mail")
    for name in ("Meta Ads", "Google Ads", "TikTok Ads"):
        merchant.presses_reconnect(name)
        merchant.approves()
        merchant.is_back()
        merchant.sees_badge(name, "Connected")
    expect(page.get_by_role("heading", name=re.compile("dropped together"))).to_have_count(0)
    broken = [one for one in world.inbox() if "dropped" in one["subject"] or "needed" in one["subject"]]
    assert len(broken) == 1, [one["subject"] for one in world.inbox()]
    for name in ("Meta Ads", "Google Ads", "TikTok Ads"):
        assert name in broken[0]["text"]
