"""Away for several days, then back: the calendar shows the hole and its filling, the receipt says what came back."""

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


@pytest.fixture
def settings() -> dict[str, str]:
    # Long enough for the check against Meta's total to be in the mail.
    return {"NOTICE_HOLD": "10"}


def region(page: Page, platform: str):
    return page.get_by_role("region", name=platform, exact=True)


def calendar(page: Page, account: str):
    return region(page, account).get_by_role("grid").first


def walk(page: Page, days_back: int) -> str:
    """With the keyboard from the newest day on; what the line beside the calendar says then."""
    for _ in range(days_back):
        page.keyboard.press("ArrowUp")
    return region(page, "Meta Ads").locator(".calendar-says").inner_text()


def test_nothing_moves_under_the_pointer_when_the_script_arrives(merchant: Merchant):
    page = merchant.page
    assert page.context.browser is not None
    without = page.context.browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), viewport=page.viewport_size
    )
    tops = []
    for one in (page, without.new_page()):
        one.goto(f"{merchant.world.url}/coverage")
        grids = one.get_by_role("grid")
        expect(grids.first).to_be_visible()
        tops.append(grids.evaluate_all("all => all.map((one) => one.getBoundingClientRect().y)"))
    without.close()
    assert len(set(tops[0])) > 1, "some lie below others"
    assert tops[0] == tops[1]


def test_a_hole_is_seen_filled_and_proved(merchant: Merchant):
    world, page = merchant.world, merchant.page
    world.switch("meta_ads", "access_revoked")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Reconnect needed")
    until(lambda: len(world.inbox()) == 1, "the mail about it")
    world.advance(days=3)
    until(lambda: world.rows("SELECT 1 FROM integration WHERE platform = 'shopify' AND last_success_at > ?",
                             world.now().isoformat(sep=" ")[:13]), "the others went on")  # fmt: skip

    page.goto(f"{world.url}/integrations")
    page.get_by_role("link", name="Coverage", exact=True).click()
    expect(region(page, "Meta Ads").get_by_text("1 partly here, 3 missing.")).to_be_visible()
    expect(region(page, "Shopify").get_by_text("missing")).to_have_count(0)
    newest = calendar(page, "Meta Ads").locator(".day").last
    newest.hover()
    expect(region(page, "Meta Ads").locator(".calendar-says")).to_have_text(re.compile(r"^\w{3} \d+ \w{3}: missing\.$"))

    page.goto(f"{world.url}/integrations")
    merchant.presses_reconnect("Meta Ads")
    merchant.approves()
    merchant.is_back()
    merchant.sees_badge("Meta Ads", "Connected")
    row = merchant.row("Meta Ads")
    expect(row.get_by_text(re.compile(r"4 days, \$[\d,.]+ back; matches Meta's total\.")).first).to_be_visible(
        timeout=45_000
    )

    merchant.open_row("Meta Ads").get_by_role("link", name="What came back").click()
    expect(page.get_by_text(re.compile("Every day that is over comes to what Meta itself says"))).to_be_visible()
    lines = page.get_by_role("table").filter(has_text="Still changing").locator("tbody tr")
    expect(lines).to_have_count(4)
    expect(lines.nth(1)).to_contain_text("Nothing")
    expect(lines.nth(1)).to_contain_text("Equal")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = download.value.path().read_text()
    missed = [line for line in csv.DictReader(io.StringIO(text)) if line["Missed"] == "yes"]
    truth = world.ledger("meta_ads")["accounts"][world.integration("meta_ads")["account_id"]]["daily_spend"]
    for line in missed[:3]:
        spent = sum(one["amount_micros"] for one in truth if one["day"] == line["Day"])
        assert (
            round(float(line["Amount now"]) * 1_000_000) == round(float(line["Platform amount"]) * 1_000_000) == spent
        )

    mail = until(lambda: [one for one in world.inbox() if "connected again" in one["subject"]], "the mail")[0]
    assert "back; matches Meta's total. Nothing is missing." in mail["text"]

    page.goto(f"{world.url}/coverage")
    expect(region(page, "Meta Ads").get_by_text("missing")).to_have_count(0)
    calendar(page, "Meta Ads").locator(".day").last.focus()
    told = re.compile(
        r"^\w{3} \d+ \w{3}: may still change\. \d+ campaign days?, \$[\d.,]+\. Fetched .+ Equal to Meta's total when"
    )
    assert told.match(walk(page, 1)), "the keyboard says rows, amount and when it was fetched"
    region(page, "Meta Ads").get_by_text("As a table").click()
    expect(
        page.get_by_role("region", name=re.compile("Meta Ads .*: days of ad spend as a table")).locator("tbody tr")
    ).to_have_count(91)
