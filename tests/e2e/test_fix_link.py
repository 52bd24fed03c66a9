"""A client has the login: the merchant hands over a link, the client signs in without an account, and it is green."""

import re

from playwright.sync_api import Browser, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


def test_a_client_mends_it_with_a_link(merchant: Merchant, browser: Browser):
    world, page = merchant.world, merchant.page
    world.switch("meta_ads", "access_revoked")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Reconnect needed")
    merchant.open_row("Meta Ads").get_by_role("link", name="Ask somebody", exact=True).click()
    page.get_by_label("Their email").fill("client@out.test")
    page.get_by_role("button", name="Make a fix link").click()
    shown = page.locator("#address").inner_text().strip()

    mail = until(lambda: [one for one in world.inbox() if one["to"] == "client@out.test"], "the client's mail")[0]
    assert shown in mail["text"]
    theirs = browser.new_context().new_page()
    client = Merchant(theirs, world)
    theirs.goto(re.search(r"http\S+/links/\S+", mail["text"]).group(0))
    expect(theirs.get_by_role("heading", level=1)).to_contain_text("asks you to sign in at Meta Ads")
    theirs.get_by_role("button", name="Go to Meta").click()
    client.approves()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Done, thank you")
    theirs.goto(f"{world.url}/integrations")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Sign in")

    page.goto(f"{world.url}/integrations")
    merchant.sees_badge("Meta Ads", "Connected")
    until(lambda: [one for one in world.inbox() if one["subject"].startswith("Done:")], "the merchant is told")
    theirs.context.close()
