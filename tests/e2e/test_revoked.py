"""Somebody removes our app at Meta; the merchant learns of it, mends it from the mail, and nothing is lost."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import until


def test_from_the_badge_over_the_mail_back_to_green(merchant: Merchant):
    world, page = merchant.world, merchant.page
    account = world.integration("meta_ads")["account_id"]
    merchant.sees_badge("Meta Ads", "Connected")

    world.switch("meta_ads", "access_revoked")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Reconnect needed")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    expect(page.get_by_text("Meta Ads needs you.")).to_be_visible()
    row = merchant.open_row("Meta Ads")
    expect(row.get_by_role("heading", name="Meta stopped accepting our permission")).to_be_visible()
    expect(row.get_by_text("Nothing already imported is lost").first).to_be_visible()
    row.get_by_text("Technical details").click()
    expect(row.get_by_text("190/458")).to_be_visible()

    mail = until(lambda: world.inbox(), "the mail about it")[0]
    assert "Meta" in mail["subject"]
    link = re.search(r"https?://\S+/integrations/\w+", mail["text"]).group(0)
    assert link in mail["html"]

    world.advance(days=3)
    merchant.opens_elsewhere(link)
    merchant.fill_in_sign_in()
    page.wait_for_url(f"**{urlsplit(link).path}")
    expect(merchant.row("Meta Ads").locator("details.row-main")).to_have_attribute("open", "")

    merchant.presses_reconnect("Meta Ads")
    expect(page.get_by_role("heading", name="Shopimize would like access")).to_be_visible()
    merchant.approves()
    merchant.is_back()
    merchant.sees_badge("Meta Ads", "Connected")
    expect(merchant.row("Meta Ads").get_by_text(re.compile(r"days, .*back")).first).to_be_visible()

    today = world.now().date().isoformat()
    assert world.assert_complete("meta_ads", account, before=today) > 300

    def came_back() -> list[str]:
        return [one["subject"] for one in world.inbox() if "connected again" in one["subject"]]

    until(came_back, "one mail when it came back")
    # Three days without her are a reminder, if the clock reached nine before she pressed Reconnect.
    reminders = [one["subject"] for one in world.inbox()[1:] if one["subject"].startswith("Still broken")]
    assert (len(came_back()), len(world.inbox()) - len(reminders)) == (1, 2)
    assert len(reminders) <= 1

    page.goto(link)
    expect(page.get_by_text(re.compile("Fixed by you, "))).to_be_visible()
