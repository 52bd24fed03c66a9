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


def test_from_the_mail_through_all_of_them(merchant: Merchant):
    world, page = merchant.world, merchant.page
    for platform in ("meta_ads", "google_ads", "tiktok_ads"):
        world.switch(platform, "access_revoked")
    page.get_by_role("button", name="Check all").click()
    expect(page.get_by_role("link", name="Reconnect all (1 of 3)")).to_be_visible(timeout=45_000)
    link = re.search(r"https?://\S+/guide", until(lambda: world.inbox(), "the mail")[0]["text"]).group(0)

    page.goto(link)
    expect(page.get_by_role("heading", name="Reconnect all: 1 of 3")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Reconnect .* as ana@aurora.test")).click()
    merchant.approves()
    expect(page.get_by_role("heading", name="Reconnect all: 2 of 3")).to_be_visible()

    # The tab is closed in between; on another day or device it goes on from there.
    merchant.opens_elsewhere(link)
    merchant.fill_in_sign_in()
    expect(page.get_by_role("heading", name="Reconnect all: 2 of 3")).to_be_visible()
    for heading in ("Reconnect all: 3 of 3", "What came back"):
        page.get_by_role("button", name=re.compile("^Reconnect .* as ana@aurora.test")).click()
        merchant.approves()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    expect(page.locator("#guide .badge").get_by_text("Connected", exact=True)).to_have_count(3, timeout=45_000)
    expect(page.get_by_role("link", name="Day by day")).to_have_count(3)
