"""Amazon's three regions: where each asks for consent and gives tokens, which marketplaces its host knows, and where it
keeps finished reports.

Source: advertising.amazon.com/API/docs/en-us/reference/api-overview and .../guides/account-management/authorization. A
login is made in one region and unknown in the others' sign-in; the tokens it gives are good for all three hosts, and a
host that does not know a profile's marketplace lists nothing and says nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from webapp.platforms.consent import BadTenant, TenantField


class Region(NamedTuple):
    """`words` are the merchant's, `host` the API's, `consent` a page, `login` gives and renews tokens."""

    words: str
    host: str
    consent: str
    login: str


REGIONS = {
    "na": Region(
        "The Americas",
        "https://advertising-api.amazon.com", "https://www.amazon.com/ap/oa", "https://api.amazon.com",
    ),
    "eu": Region(
        "Europe, Middle East, India",
        "https://advertising-api-eu.amazon.com", "https://eu.account.amazon.com/ap/oa", "https://api.amazon.co.uk",
    ),
    "fe": Region(
        "Japan, Australia, Singapore",
        "https://advertising-api-fe.amazon.com", "https://apac.account.amazon.com/ap/oa", "https://api.amazon.co.jp",
    ),
}  # fmt: skip
# offline-report-storage-eu-west-1-prod.s3.eu-west-1.amazonaws.com; in us-east-1 S3 names no region.
STORE = re.compile(r"offline-report-storage-([a-z]{2}-[a-z]+-\d)-prod\.s3(\.\1)?\.amazonaws\.com")


def region(name: str | None) -> Region:
    """An account's `route`, or a login's tenant; North America where it names none."""
    return REGIONS.get(name or "na", REGIONS["na"])


def _clean(said: str) -> str:
    if said not in REGIONS:
        raise BadTenant("Choose where you sign in to Amazon Ads.")
    return said


WHERE = TenantField(
    name="region",
    label="Where you sign in to Amazon Ads",
    hint="Only where your login is. Accounts of every region it reaches are offered afterwards.",
    clean=_clean,
    choices=tuple((name, one.words) for name, one in REGIONS.items()),
)


def is_report_store(url: str) -> bool:
    """Whether a finished report may be fetched from there: https, one of Amazon's own stores, no other port."""
    parts = urlsplit(url)
    return parts.scheme == "https" and STORE.fullmatch(parts.netloc) is not None
