"""How long a permission lives, where a platform says it oddly: at the first exchange and at every renewal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.platforms.conftest import OurApp
from webapp.oauth import session as oauth
from webapp.platforms import registry
from webapp.platforms.wire import Wire

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NONSENSE = [None, 0, -3600, "", "soon", 1, float("nan"), "NaN", True, [], {"s": 3600}]
# What counts where nothing usable is stated: of the access token, and of the refresh token that came with it.
MEANT = {
    "amazon_ads": (HOUR, None),
    "google_ads": (HOUR, None),
    "linkedin_ads": (60 * DAY, 365 * DAY),
    "meta_ads": (60 * DAY, None),
    "microsoft_ads": (HOUR, 90 * DAY),
    "pinterest_ads": (30 * DAY, 60 * DAY),
    "shopify": (HOUR, 90 * DAY),
    "snapchat_ads": (HOUR / 2, None),
}


def exchanged(platform, wire):
    return oauth.exchange(platform, wire, OurApp(), tenant=tenant_of(platform), redirect_uri="https://x.test/",
                          code="c", verifier="v" * 43, now=NOW)  # fmt: skip


def renewed(platform, wire):
    return oauth.renew(platform, wire, OurApp(), tenant=tenant_of(platform), access_token="a", refresh_token="b",
                       now=NOW)  # fmt: skip


def tenant_of(platform):
    return {"shopify": "cedar.myshopify.com", "amazon_ads": "na"}.get(platform.slug)


@pytest.fixture(params=[exchanged, renewed], ids=["exchanged", "renewed"])
def says(request, canned):
    """The tokens as they are understood, when the platform says this of their lives."""

    def read(platform, **said):
        canned.replies = [{"access_token": "a", "refresh_token": "b", "token_type": "bearer", **said}]
        return request.param(platform, Wire(base_url=canned.url))

    return read


def test_every_platform_that_states_a_life_is_here():
    assert set(MEANT) == set(registry()) - {"tiktok_ads"}, "TikTok's permission has no end"


@pytest.mark.parametrize("slug", sorted(MEANT))
def test_nothing_usable_is_what_the_platform_means_by_itself(says, slug):
    life = MEANT[slug][0]
    assert says(registry()[slug]).access_expires_at == NOW + life
    for odd in NONSENSE:
        assert says(registry()[slug], expires_in=odd).access_expires_at == NOW + life, odd


@pytest.mark.parametrize("slug", sorted(MEANT))
def test_text_is_a_number_too_and_nothing_lives_for_ever(says, slug):
    platform = registry()[slug]
    for stated in (7200, "7200", 7200.0):
        found = says(platform, expires_in=stated, refresh_token_expires_in=stated)
        assert (found.access_expires_at, found.refresh_expires_at) == (NOW + 2 * HOUR, NOW + 2 * HOUR), stated
    for endless in (10**30, "9" * 400, float("inf")):
        found = says(platform, expires_in=endless, refresh_token_expires_in=endless)
        assert found.access_expires_at == found.refresh_expires_at == NOW + 3650 * DAY, endless


@pytest.mark.parametrize("slug", sorted(MEANT))
def test_an_odd_life_of_the_refresh_token_neither_ends_it_nor_frees_it_of_its_end(says, slug, request):
    platform, life = registry()[slug], MEANT[slug][1]
    for odd in NONSENSE:
        found = says(platform, refresh_token_expires_in=odd)
        if slug == "linkedin_ads" and "renewed" in request.node.name:
            # It ends when the first one would have: what is stored stays true, and it stays.
            assert found.refresh_token is None, odd
        else:
            assert (found.refresh_token, found.refresh_expires_at) == ("b", life and NOW + life), odd
