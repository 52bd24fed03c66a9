"""The session ends while somebody watches: the whole page goes to sign in, and back to where it was."""

from playwright.sync_api import expect

from tests.e2e.merchant import Merchant


def test_watching_goes_on_after_signing_in_again(merchant: Merchant):
    page, world = merchant.page, merchant.world
    integration = world.integration("meta_ads")["id"]
    page.goto(f"{world.url}/integrations/{integration}")
    page.context.clear_cookies()
    page.wait_for_url("**/login?next=**", timeout=15_000)
    expect(page.get_by_role("heading", name="Integrations")).to_have_count(0)
    merchant.fill_in_sign_in()
    page.wait_for_url(f"**/integrations/{integration}")
    expect(merchant.row("Meta Ads").locator("details.row-main")).to_have_attribute("open", "")
