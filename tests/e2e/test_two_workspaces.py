"""Two businesses on one installation: each sees, is told of, and can touch only its own."""

import re

from playwright.sync_api import Browser, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


def test_each_sees_only_its_own(merchant: Merchant, browser: Browser):
    world = merchant.world
    page = browser.new_page()
    vera = Merchant(page, world)
    page.goto(f"{world.url}/signup")
    for label, text in (("Your name", "Vera"), ("Your business", "Cedar"), ("Email", "vera@cedar.test"),
                        ("Password", "correct horse battery")):  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Sign up").click()
    mail = until(world.inbox, "the mail")[0]
    page.goto(re.search(r"http\S+/email-confirmation/\S+", mail["text"]).group(0))
    page.get_by_role("button", name="Confirm my address").click()
    vera.fill_in_sign_in("vera@cedar.test", "correct horse battery")
    page.get_by_label("Your store's address").fill("cedar")
    page.get_by_role("button", name="Connect Shopify").click()
    vera.approves()
    vera.is_back()
    vera.sees_badge("Shopify", "Connected")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(merchant.page.get_by_role("article")).to_have_count(4)

    world.switch("shopify", "access_revoked", account="61002")
    page.get_by_role("button", name="Check all").click()
    vera.sees_badge("Shopify", "Reconnect needed")
    told = until(lambda: [one for one in world.inbox() if "Shopify" in one["subject"]], "the mail about it")
    assert {one["to"] for one in told} == {"vera@cedar.test"}
    merchant.page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Shopify", "Connected")
    expect(merchant.page).not_to_have_title(re.compile(r"^\("))

    hers = re.search(r"/integrations/\w+", told[0]["text"]).group(0)
    reply = merchant.page.goto(f"{world.url}{hers}")
    assert reply is not None
    assert reply.status == 404
    expect(merchant.page.get_by_text("Cedar")).to_have_count(0)
    page.close()
