"""Whose rows they are: a platform that answers with another account's is not believed, row by row and in total."""

from __future__ import annotations

import pytest

from tests.platforms.said import TOTALS, records, totals
from webapp.platforms import registry
from webapp.platforms.diagnosis import Trouble

# Their rows name no account. A store answers at its own address; the others answer for the account that was asked for.
NAMES_NO_ACCOUNT = {"amazon_ads", "linkedin_ads", "shopify", "tiktok_ads"}


@pytest.mark.parametrize("slug", sorted(registry()))
def test_another_accounts_rows_are_refused_where_rows_name_theirs(canned, week, slug):
    if slug in NAMES_NO_ACCOUNT:
        assert records(canned, week, slug, account="99", spend="12000000")
    else:
        with pytest.raises(Trouble) as trouble:
            records(canned, week, slug, account="99", spend="12000000")
        assert trouble.value.diagnosis.code == "garbled"


@pytest.mark.parametrize("slug", sorted(TOTALS))
def test_another_accounts_total_is_refused(canned, week, slug):
    """Amazon's is added up from reports that name no account, Shopify's is a count at the store's own address."""
    assert {one.amount_micros for one in totals(canned, week, slug).values()} == {0, 12_000_000}
    with pytest.raises(Trouble) as trouble:
        totals(canned, week, slug, account="99")
    assert trouble.value.diagnosis.code == "garbled"
