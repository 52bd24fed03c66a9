"""How many days back each platform lets us read, today included."""

from __future__ import annotations

import pytest

from webapp.platforms import registry


@pytest.mark.parametrize(("slug", "days"), [
    ("amazon_ads", 60), ("pinterest_ads", 90), ("meta_ads", 1110), ("microsoft_ads", 1080), ("google_ads", None),
    ("linkedin_ads", None), ("snapchat_ads", None), ("tiktok_ads", None),
])  # fmt: skip
def test_how_far_back_each_platform_lets_us_read(slug, days):
    platform = registry()[slug]
    assert platform.reach_days(frozenset(platform.scopes)) == days


def test_shopify_gives_sixty_days_unless_it_approved_more():
    shopify = registry()["shopify"]
    assert shopify.reach_days(frozenset(shopify.scopes)) == 60
    assert shopify.reach_days(frozenset((*shopify.scopes, *shopify.optional_scopes))) is None
