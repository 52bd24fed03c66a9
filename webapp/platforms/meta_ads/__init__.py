"""Meta Ads: a permission of sixty days that is exchanged for a fresh one while it lives, spend from insights."""

from webapp.platforms.meta_ads.platform import MetaAds

PLATFORM = MetaAds()

__all__ = ["PLATFORM"]
