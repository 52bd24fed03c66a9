"""A password is about to change: muted, checked, told once, and what hangs on a login can be looked up before."""

import re

from playwright.sync_api import expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


def test_a_planned_change_is_one_problem(merchant: Merchant):
    world, page = merchant.world, merchant.page
    merchant.open_row("Meta Ads").get_by_role("link", name="What hangs on this login").click()
    expect(page.get_by_role("heading", name="Signed in elsewhere as ana@aurora.test")).to_be_visible()
    page.get_by_role("link", name="Integrations").first.click()
    page.get_by_role("button", name="Mute alerts for an hour").click()
    expect(page.get_by_text(re.compile(r"Alerts are muted until \d\d:\d\d, by Ana\."))).to_be_visible()
    world.switch("meta_ads", "password_changed")
    world.switch("google_ads", "password_changed")
    page.get_by_role("button", name="Check all").click()
    expect(page.locator("#status")).to_contain_text("Checked just now: 2 of 4 reachable.", timeout=45_000)
    assert world.inbox() == []
    page.get_by_role("button", name="End now").click()
    expect(page.get_by_role("heading", name="2 connections dropped together")).to_be_visible()
    until(lambda: world.inbox(), "the mail")
    assert [one["subject"] for one in world.inbox()] == ["2 connections dropped together · Aurora Outdoor"]
