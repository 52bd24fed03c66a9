"""Google Ads: one Google sign-in for many accounts, spend by campaign and day in one answer."""

from webapp.platforms.google_ads.platform import GoogleAds

PLATFORM = GoogleAds()

__all__ = ["PLATFORM"]
