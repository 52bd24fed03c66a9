"""LinkedIn Ads: a permission for exactly a year, a token inspector that names the cause, spend by campaign and day."""

from webapp.platforms.linkedin_ads.platform import LinkedInAds

PLATFORM = LinkedInAds()

__all__ = ["PLATFORM"]
