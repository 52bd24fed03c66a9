"""Pinterest Ads: refresh tokens that go on for ever while they are used, one error code for many refusals."""

from webapp.platforms.pinterest_ads.platform import PinterestAds

PLATFORM = PinterestAds()

__all__ = ["PLATFORM"]
