"""What the tests of the browser's door share."""

from __future__ import annotations

import re

import pytest

TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


def plain(page: str) -> str:
    """A page without what differs from one answer to the next."""
    return TOKEN.sub("", page)


@pytest.fixture
def broken(acts, ana) -> str:
    """Meta is connected, and its permission is gone."""
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    return meta
