"""How far back each platform may still change what a day came to: so far it is read again, and no further."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import col, select, update

from tests.views.test_overview import today_of
from webapp.models.data import SpendRow
from webapp.models.sync import Outcome
from webapp.platforms import registry

# As PLATFORMS.md has it: attribution of 28 days, or 30 and what is counted late.
LOOK_BACK = {
    "meta_ads": 28, "tiktok_ads": 28, "snapchat_ads": 28, "google_ads": 30, "microsoft_ads": 30, "amazon_ads": 30,
    "linkedin_ads": 30, "pinterest_ads": 30,
}  # fmt: skip


def test_no_platform_that_sells_ads_is_left_out():
    assert set(LOOK_BACK) == {slug for slug, platform in registry().items() if platform.kind == "ads"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("slug", "days"), LOOK_BACK.items())
def test_what_may_still_change_is_read_again(acts, runtime, slug, days):
    one = acts.connects(slug)
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.advance(days=1)
    today = today_of(acts, one)

    def clicks(on: date) -> set[int]:
        with runtime.database.reading() as session:
            return set(session.exec(select(SpendRow.clicks).where(SpendRow.day == on)))

    # Windows are cut by whole days, and may begin a little earlier than they must.
    oldest, older = today - timedelta(days=days - 1), today - timedelta(days=days + 20)
    with runtime.database.writing() as session:
        session.execute(update(SpendRow).where(col(SpendRow.day).in_([oldest, older])).values(clicks=-1))
    assert clicks(oldest) == clicks(older) == {-1}, "rows there to be told apart"
    assert acts.syncs(one) is Outcome.DONE
    assert -1 not in clicks(oldest), "could still change, and was read again"
    assert clicks(older) == {-1}, "is as it was"
