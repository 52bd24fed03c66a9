"""Snapchat Ads: one scope, a permission that mirrors a member's role, days that begin at the account's midnight."""

from webapp.platforms.snapchat_ads.platform import SnapchatAds

PLATFORM = SnapchatAds()

__all__ = ["PLATFORM"]
