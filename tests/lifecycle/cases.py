"""Every platform on SQLite; on PostgreSQL one store and one place for ads, which is where the two could differ."""

from __future__ import annotations

import pytest

from webapp.platforms import registry

CASES = [*(("sqlite", slug) for slug in registry()), ("postgresql", "shopify"), ("postgresql", "meta_ads")]
each = pytest.mark.parametrize(("database_url", "slug"), CASES, indirect=["database_url"])
