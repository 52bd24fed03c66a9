"""Somebody who looks after several businesses sees them on one page, and mends what one login held in all of them."""

import re

from playwright.sync_api import expect

from tests.e2e.merchant import Merchant


def test_one_page_and_one_sign_in_for_two_workspaces(merchant: Merchant):
    world, page = merchant.world, merchant.page
    page.goto(f"{world.url}/members")
    page.get_by_label("Name", exact=True).fill("Birch")
    page.get_by_role("button", name="Create workspace").click()
    page.get_by_role("button", name="Connect Meta Ads").click()
    merchant.approves()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Connect", exact=True).click()
    merchant.sees_badge("Meta Ads", "Connected")

    page.goto(f"{world.url}/workspaces")
    expect(page.locator("#status")).to_have_text("All quiet in 2 workspaces.")
    page.get_by_label("Search").fill("typed, and not yet sent")
    world.switch("meta_ads", "access_revoked")
    # Meta tells us by itself; the page that is open learns of it with its poll.
    expect(page.locator("#status")).to_have_text("2 of 2 workspaces need somebody.", timeout=15_000)
    expect(page.locator("#places .badge", has_text="Reconnect needed")).to_have_count(2)
    expect(page).to_have_title(re.compile(r"^\(2\) Workspaces"))
    expect(page.get_by_label("Search")).to_have_value("typed, and not yet sent")

    page.get_by_role("article", name="Birch").get_by_role("link", name=re.compile("Meta Ads")).click()
    merchant.presses_reconnect("Meta Ads")
    merchant.approves()
    merchant.is_back()
    page.get_by_role("button", name="Repair them too").click()
    expect(page.get_by_text("1 connection repaired, in 1 workspace.")).to_be_visible()
    page.goto(f"{world.url}/workspaces?platform=meta_ads")
    expect(page.locator("#status")).to_contain_text("All quiet in 2 workspaces.", timeout=15_000)
