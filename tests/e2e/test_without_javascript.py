"""No script runs: the page still says what is wrong, and Reconnect still works."""

import re

from playwright.sync_api import Browser, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import World, until


def test_reading_and_reconnecting_without_scripts(browser: Browser, world: World):
    world.until_all_green()
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(20_000)
    merchant = Merchant(page, world)
    merchant.sign_in()
    world.switch("tiktok_ads", "access_revoked")
    # Without scripts a button leaves the page, and one that is leaving cannot be loaded again.
    with page.expect_navigation():
        page.get_by_role("button", name="Check all").click()

    def red() -> bool:
        page.reload()
        return merchant.row("TikTok Ads").locator(".badge").first.inner_text() == "Reconnect needed"

    until(red, "the badge turns red")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    row = merchant.open_row("TikTok Ads")
    expect(row.get_by_text("Nothing already imported is lost").first).to_be_visible()
    row.get_by_text("Technical details").click()
    expect(row.get_by_text("Code").first).to_be_visible()
    merchant.presses_reconnect("TikTok Ads")
    merchant.approves()
    merchant.is_back()

    def green() -> bool:
        page.reload()
        return merchant.row("TikTok Ads").locator(".badge").first.inner_text() == "Connected"

    until(green, "the badge turns green")
    page.context.close()
