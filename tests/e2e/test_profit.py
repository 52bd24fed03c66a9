"""From a profit that leaves something out to one that leaves out less, and to where it is checked."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import World


def test_what_payments_cost_is_entered_and_the_orders_are_counted_in_the_store(page: Page, world: World):
    world.until_all_green()
    Merchant(page, world).sign_in()
    page.goto(f"{world.url}/?days=7")
    expect(page.get_by_text("Not entered, so not taken off")).to_be_visible()
    page.get_by_role("link", name="Enter them").click()
    form = page.get_by_role("form", name="Payment fees")
    form.get_by_label("% of sales").fill("2.9")
    form.get_by_label("for each order").fill("0.30")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2.9 % of sales and $0.30 for each order", exact=True)).to_be_visible()
    page.get_by_role("link", name="Overview").first.click()
    row = page.get_by_role("row", name=re.compile("Payment fees"))
    expect(row.get_by_role("cell").first).to_have_text(re.compile(r"\$[\d,]+"))
    page.goto(f"{world.url}/help/missing-orders-or-products")
    expect(page.get_by_text(re.compile(r"Counted at Shopify just now: all \d+ orders"))).to_be_visible(timeout=15_000)
