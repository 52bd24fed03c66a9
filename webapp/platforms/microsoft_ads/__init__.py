"""Microsoft Advertising: an Entra sign-in of one of two kinds, accounts under customers, spend from zipped reports."""

from webapp.platforms.microsoft_ads.platform import MicrosoftAds

PLATFORM = MicrosoftAds()

__all__ = ["PLATFORM"]
