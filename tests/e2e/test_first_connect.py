"""A new merchant: signs up, confirms, connects a store and then ads, choosing which account."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import World, until


def test_from_sign_up_to_all_green(page: Page, world: World):
    someone = Merchant(page, world)
    page.goto(f"{world.url}/signup")
    page.get_by_label("Your name").fill("Vera <b>Vale</b>")
    page.get_by_label("Your business").fill("Cedar & Co")
    page.get_by_label("Email").fill("vera@cedar.test")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look in your inbox")).to_be_visible()
    mail = until(world.inbox, "the mail")[0]
    page.goto(re.search(r"http\S+/email-confirmation/\S+", mail["text"]).group(0))
    page.get_by_role("button", name="Confirm my address").click()
    someone.fill_in_sign_in("vera@cedar.test", "correct horse battery")
    expect(page.get_by_role("heading", name="Connect your store and your ads")).to_be_visible()
    expect(page.get_by_text("90 days").first).to_be_visible()

    page.get_by_label("Your store's address").fill("cedar.myshopify.com.evil.test")
    page.get_by_role("button", name="Connect Shopify").click()
    expect(page.get_by_text("That is not a Shopify store's address")).to_be_visible()
    page.get_by_label("Your store's address").fill("https://Cedar.myshopify.com/")
    page.get_by_role("button", name="Connect Shopify").click()
    someone.approves()
    someone.is_back()
    someone.sees_badge("Shopify", "Connected")

    page.get_by_text("Add a platform").click()
    page.get_by_role("button", name="Connect Meta Ads").click()
    someone.approves()
    expect(page.get_by_role("heading", name="Which accounts should we connect?")).to_be_visible()
    page.get_by_label(re.compile("Aurora Outdoor US")).uncheck()
    page.get_by_label(re.compile("Aurora Outdoor EU")).check()
    page.get_by_role("button", name="Connect", exact=True).click()
    someone.is_back()
    someone.sees_badge("Meta Ads", "Connected")
    today = world.now().date().isoformat()
    assert world.assert_complete("meta_ads", "7010002", before=today) > 300
    assert world.assert_complete("shopify", "61002", before=today) > 500
