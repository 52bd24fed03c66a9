"""Round trips that must change nothing: another login, fewer permissions, declined, forged."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.merchant import Merchant


@pytest.fixture
def broken(merchant: Merchant) -> Merchant:
    merchant.world.switch("meta_ads", "access_revoked")
    merchant.page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Meta Ads", "Reconnect needed")
    return merchant


def grants(merchant: Merchant) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in merchant.world.rows("SELECT id FROM access_grant WHERE live_at IS NOT NULL ORDER BY id")
    ]


def test_a_login_that_does_not_reach_the_account(broken: Merchant):
    page, world, before = broken.page, broken.world, grants(broken)
    world.switch("meta_ads", "other_account")
    broken.presses_reconnect("Meta Ads")
    broken.approves()
    expect(page.get_by_role("heading", name="That was a different Meta account")).to_be_visible()
    expect(page.get_by_text("Aurora Outdoor US").first).to_be_visible()
    expect(page.get_by_text("bob@borealis.test").first).to_be_visible()
    assert grants(broken) == before
    world.switch("meta_ads", "other_account", on=False)
    page.get_by_role("button", name=re.compile("Sign in again")).click()
    broken.approves()
    broken.is_back()
    broken.sees_badge("Meta Ads", "Connected")


def test_a_permission_left_out(broken: Merchant):
    page, world, before = broken.page, broken.world, grants(broken)
    world.switch("meta_ads", "fewer_scopes")
    broken.presses_reconnect("Meta Ads")
    broken.approves()
    expect(page.get_by_role("heading", name="A permission is missing")).to_be_visible()
    expect(page.get_by_text("ads_read").first).to_be_visible()
    assert grants(broken) == before
    page.get_by_role("link", name="Back to integrations").click()
    broken.sees_badge("Meta Ads", "Reconnect needed")


def test_declined(broken: Merchant):
    page, before = broken.page, grants(broken)
    broken.presses_reconnect("Meta Ads")
    broken.declines()
    expect(page.get_by_role("heading", name="Nothing was changed: you declined")).to_be_visible()
    assert "code=" not in page.url
    assert "state=" not in page.url
    assert grants(broken) == before


def test_a_forged_way_back(broken: Merchant):
    page, before = broken.page, grants(broken)
    page.goto(f"{broken.world.url}/oauth/meta_ads/callback?code=stolen&state={'x' * 5000}")
    expect(page.get_by_role("heading", name="We did not ask for this")).to_be_visible()
    assert "stolen" not in page.content()
    assert grants(broken) == before


def test_another_shop_comes_back(merchant: Merchant):
    page, world = merchant.page, merchant.world
    world.switch("shopify", "access_revoked")
    page.get_by_role("button", name="Check all").click()
    merchant.sees_badge("Shopify", "Reconnect needed")
    world.switch("shopify", "other_account")
    merchant.presses_reconnect("Shopify")
    merchant.approves()
    expect(page.get_by_role("heading", name="That was a different Shopify account")).to_be_visible()
    expect(page.get_by_text("borealis.myshopify.com").first).to_be_visible()
