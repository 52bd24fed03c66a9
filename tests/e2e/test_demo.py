"""What somebody sees who has just cloned this: three addresses, a sign-in, and a first sync to watch."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import World, until


@pytest.fixture
def beginning() -> None:
    """Nothing is there yet."""


def test_one_command_and_everything_is_there(page: Page, world: World):
    until(lambda: "Sign in as" in world.log(), "it says how to sign in")
    addresses = re.findall(r"^(\w+) +(http\S+)", world.log(), re.M)
    assert [name for name, _ in addresses] == ["Shopimize", "Sandbox", "Inbox"]
    email, password = re.search(r"Sign in as +(\S+) / (\S+)", world.log()).groups()

    merchant = Merchant(page, world)
    page.goto(addresses[0][1])
    merchant.fill_in_sign_in(email, password)
    page.get_by_role("link", name="Integrations").click()
    expect(page.get_by_role("article")).to_have_count(4, timeout=30_000)
    expect(page.get_by_text(re.compile("Importing")).first).to_be_visible()
    for platform in ("Shopify", "Meta Ads", "Google Ads", "TikTok Ads"):
        merchant.sees_badge(platform, "Connected", seconds=90)
    expect(page.get_by_text("All green. 4 connections, complete through yesterday.")).to_be_visible()

    page.goto(addresses[1][1])
    page.get_by_role("button", name="App removed").first.click()
    page.goto(addresses[2][1])
    expect(page.get_by_role("heading", name=re.compile("Inbox"))).to_be_visible()


def test_a_restart_keeps_everything(page: Page, world: World):
    world.until_all_green()
    before = world.rows("SELECT id, platform, account_id FROM integration ORDER BY id")
    assert world.stop() == 0
    assert world.start() < 20
    assert [tuple(row) for row in world.rows("SELECT id, platform, account_id FROM integration ORDER BY id")] == [
        tuple(row) for row in before
    ]
    merchant = Merchant(page, world)
    merchant.sign_in()
    page.get_by_role("button", name="Check all").click()
    for platform in ("Shopify", "Meta Ads", "Google Ads", "TikTok Ads"):
        merchant.sees_badge(platform, "Connected", seconds=60)
