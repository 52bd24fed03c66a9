"""From a profit that leaves something out to one that leaves out less, and to what stands behind it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.test_accessibility import AXE
from tests.e2e.world import World, until

MONEY = re.compile(r"\$[\d,]+")


def table_of(page: Page, link: str) -> list[dict[str, str]]:
    """What a download holds."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return list(csv.DictReader(io.StringIO(download.value.path().read_text())))


def to_the_cent(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


@pytest.mark.timeout(120)
def test_behind_a_number_are_its_rows_and_what_it_lacks_is_put_right_in_place(page: Page, world: World):
    world.until_all_green()
    Merchant(page, world).sign_in()
    page.goto(f"{world.url}/")
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    row = page.get_by_role("row", name=re.compile("Meta Ads spend"))
    spent = to_the_cent(row.get_by_role("cell").first.inner_text())
    row.get_by_role("link", name="Meta Ads spend").click()
    lines = table_of(page, "CSV")
    assert sum(float(line["Spend"]) for line in lines) == pytest.approx(spent, abs=1)
    assert {line["Platform"] for line in lines} == {"Meta Ads"}
    page.get_by_role("link", name="Overview").last.click()
    first = page.get_by_label("From", exact=True).input_value()
    page.get_by_label("to", exact=True).fill(first)
    page.get_by_role("button", name="Show").click()
    sold = to_the_cent(page.get_by_role("row", name=re.compile("^Sales")).get_by_role("cell").first.inner_text())
    page.get_by_role("link", name="Sales", exact=True).click()
    number = int(re.search(r"(\d+) orders\.", page.get_by_role("main").inner_text()).group(1))
    lines = table_of(page, "CSV")
    assert (len(lines), {line["Day"] for line in lines}) == (number, {first})
    assert sum(float(line["Sales"]) for line in lines) == pytest.approx(sold, abs=1)

    # What has no cost: the check names it and leads to where it is entered.
    page.goto(f"{world.url}/help/costs-not-appearing")
    page.locator("#checks").get_by_role("link", name="Enter what they cost").click()
    lacking = page.get_by_role("region", name="Sold without a cost")
    # The days are summed with the costs a moment after everything is green.
    while lacking.get_by_role("listitem").count() > 2:
        page.wait_for_timeout(500)
        page.reload()
    skus = [re.search(r"\w{3}-24\d", one).group(0) for one in lacking.get_by_role("listitem").all_inner_texts()]
    assert len(skus) == 2

    def sends(text: str) -> None:
        page.get_by_label("CSV file with costs").set_input_files(
            {"name": "costs.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Look at it").click()
        page.get_by_role("heading", name="Costs from a file").wait_for()
        assert AXE.run(page).response["violations"] == []

    sends(f"sku,cost\n{skus[0]},5\nNONE-1,free\n")
    expect(page.get_by_role("alert")).to_contain_text("line 3: there is no product with the SKU 'NONE-1'")
    page.get_by_role("link", name="Back").click()
    expect(lacking.get_by_role("listitem")).to_have_count(2)
    sends(f"sku,cost\n{skus[0]},5\n")
    expect(page.get_by_text("1 cost. Nothing has changed yet.")).to_be_visible()
    page.get_by_role("button", name="Take them all in").click()
    expect(lacking.get_by_role("listitem")).to_have_count(1)
    lacking.get_by_label("Cost in USD").fill("6.50")
    lacking.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everything that was sold has a cost on record.")).to_be_visible()

    # What payments cost, and the store itself counted.
    form = page.get_by_role("form", name="Payment fees")
    form.get_by_label("% of sales").fill("2.9")
    form.get_by_label("for each order").fill("0.30")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2.9 % of sales and $0.30 for each order", exact=True)).to_be_visible()
    page.get_by_role("link", name="Overview").first.click()
    row = page.get_by_role("row", name=re.compile("Payment fees"))
    expect(row.get_by_role("cell").first).to_have_text(MONEY)
    page.goto(f"{world.url}/help/missing-orders-or-products")
    # The store sells on: what was placed since it was read is told as that.
    counted = re.compile(
        r"Counted at Shopify just now: all \d+ orders|\d+ orders? (was|were) placed since we last read"
    )
    expect(page.get_by_text(counted)).to_be_visible(timeout=15_000)


@pytest.mark.timeout(120)
def test_a_hole_is_named_stood_in_for_and_filled_and_what_moved_is_listed(merchant: Merchant):
    world, page = merchant.world, merchant.page
    world.switch("meta_ads", "access_revoked")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Reconnect needed")
    world.advance(days=2)
    then = world.now().strftime("%Y-%m-%d %H:%M:%S")
    # Only a day that was read to its end can be corrected.
    until(lambda: world.successes("google_ads") > then, "Google's days were read to their end")
    world.switch("google_ads", "late_data")
    world.advance(hours=7)
    now = world.now().strftime("%Y-%m-%d %H:%M:%S")
    until(lambda: world.rows("SELECT 1 FROM restated WHERE platform = 'google_ads'"), "Google's correction was read")
    until(lambda: world.successes("shopify") > now, "the store is read up to today")

    page.goto(f"{world.url}/?days=7")
    mark = page.get_by_role("row", name=re.compile("Meta Ads spend")).get_by_role("button")
    mark.focus()
    says = page.get_by_role("tooltip").filter(visible=True)
    expect(says).to_have_text(re.compile(r"leave out Meta spend; on comparable days it ran \$[\d,]+ to \$[\d,]+\."))
    expect(page.locator(".result-amount")).to_have_text(re.compile(r"^−?\$[\d,]+ to −?\$[\d,]+$"))
    changed = page.get_by_role("region", name=re.compile("^Changed"))
    expect(changed.get_by_role("row", name=re.compile("Google spend.*corrected by Google")).first).to_be_visible()

    page.get_by_role("link", name="Enter what was spent on days that are missing").click()
    # Another platform's newest days may not have been read yet, and are missing as well.
    missing = page.get_by_role("region", name=re.compile("^Meta Ads"))
    fields = missing.locator(".day-fields input")
    days = fields.count()
    assert days >= 2
    for number in range(days):
        fields.nth(number).fill("70")
    missing.get_by_role("button", name="Save the spend of").click()
    expect(page.get_by_text("Meta spend is entered by you, $").first).to_be_visible()

    # Help names the connection and the days, and leads to where both are put right.
    checks = page.locator("#checks")
    page.goto(f"{world.url}/help/how-to-know")
    broken = checks.get_by_role("listitem").filter(has_text="Meta Ads (Aurora Outdoor US): Meta stopped accepting")
    expect(broken).to_contain_text("Look here")
    page.goto(f"{world.url}/help/data-not-syncing")
    hole = checks.get_by_role("listitem").filter(has_text=re.compile(r"Your Meta spend: \d days are missing\."))
    hole.get_by_role("link", name="Open Meta Ads").click()
    merchant.presses_reconnect("Meta Ads")
    merchant.approves()
    merchant.is_back()
    merchant.sees_badge("Meta Ads", "Connected")
    page.goto(f"{world.url}/help/data-not-syncing")
    expect(checks.get_by_text(re.compile(r"Your Meta spend: complete up to today"))).to_be_visible()
    expect(checks.get_by_text("Look here")).to_have_count(0)
    page.goto(f"{world.url}/help/how-to-know")
    expect(checks.get_by_text(re.compile(r"All \d connections work\."))).to_be_visible()
    page.goto(f"{world.url}/?days=7")
    back = re.compile(rf"Meta's own figures are back for .*: \$[\d,]+, where \${days * 70} stood in \(\$[\d,]+ more\)")
    expect(page.get_by_text(back)).to_be_visible()
    expect(page.get_by_text("Meta spend is entered by you")).to_have_count(0)
    changed.get_by_role("button", name="I have seen these").click()
    expect(page.get_by_role("main").get_by_text("corrected by Google")).to_have_count(0)
