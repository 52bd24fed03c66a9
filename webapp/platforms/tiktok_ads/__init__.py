"""TikTok Ads: tokens that do not age, and answers that always say 200."""

from webapp.platforms.tiktok_ads.platform import TikTokAds

PLATFORM = TikTokAds()

__all__ = ["PLATFORM"]
