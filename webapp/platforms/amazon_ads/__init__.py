"""Amazon Ads: three regions that do not know each other, a profile for each marketplace, reports written to order."""

from webapp.platforms.amazon_ads.platform import AmazonAds

PLATFORM = AmazonAds()

__all__ = ["PLATFORM"]
