"""Amazon's three regions: which host knows which marketplaces, and where each keeps finished reports.

Source: advertising.amazon.com/API/docs/en-us/reference/api-overview. A host that does not know a profile's marketplace
lists nothing and says nothing; tokens are good for all three.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HOSTS = {
    "na": "https://advertising-api.amazon.com",
    "eu": "https://advertising-api-eu.amazon.com",
    "fe": "https://advertising-api-fe.amazon.com",
}
# offline-report-storage-eu-west-1-prod.s3.eu-west-1.amazonaws.com; in us-east-1 S3 names no region.
STORE = re.compile(r"offline-report-storage-([a-z]{2}-[a-z]+-\d)-prod\.s3(\.\1)?\.amazonaws\.com")


def host_of(route: str | None) -> str:
    """The API's host for an account's `route`; North America where it names none."""
    return HOSTS.get(route or "na", HOSTS["na"])


def is_report_store(url: str) -> bool:
    """Whether a finished report may be fetched from there: https, one of Amazon's own stores, no other port."""
    parts = urlsplit(url)
    return parts.scheme == "https" and STORE.fullmatch(parts.netloc) is not None
