"""A problem names the money: what profit leaves out, and what a day of it usually ran, on page and in mail."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.views.test_overview import store_and_ads, text_of
from webapp.models.day_sum import AdDay
from webapp.queries.day_rows import Owner
from webapp.queries.usual_spend import usual_spend

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SAID = re.compile(
    r"Profit since \d+ \w+ leaves out Meta spend\. On comparable days it ran (\$[\d,]+ to \$[\d,]+) a day\."
)
DAY = date(2026, 11, 12)


def test_page_and_mail_say_what_is_left_out_and_what_it_usually_comes_to(acts, ana, send_mail):
    shop, meta = store_and_ads(acts)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    found = SAID.search(text_of(ana.client.get(f"/integrations/{meta}").text))
    assert found
    assert send_mail() > 0
    letter = acts.sandbox.letters()[0]
    for part in (" ".join(letter["text"].split()), text_of(letter["html"])):
        assert SAID.search(part).group(1) == found.group(1)
    acts.sandbox.switch("shopify", "access_revoked")
    acts.syncs(shop)
    page = text_of(ana.client.get(f"/integrations/{shop}").text)
    assert "leaves out orders from Aurora" in page
    assert len(re.findall("On comparable days it ran", page)) == 1, "orders are not guessed at"


def test_too_few_days_say_nothing_and_only_the_weeks_before_count(acts):
    def day(ago: int, micros: int, account: str = "1") -> AdDay:
        return AdDay(
            workspace_id=acts.workspace_id, platform="meta_ads", account_id=account, day=DAY - timedelta(days=ago),
            currency="USD", spend_micros=micros, impressions=0, clicks=0, conversions_micros=0, value_micros=0,
        )  # fmt: skip

    with acts.runtime.database.writing() as session:
        session.add_all([day(0, 9_000_000_000), day(29, 9_000_000_000), day(1, 1, "2"), day(2, 1, "2")])
        session.add_all([day(ago, ago * 200_000_000) for ago in (1, 2, 3)])
    with acts.runtime.database.reading() as session:
        one, two = (Owner(acts.workspace_id, "meta_ads", account) for account in "12")
        assert usual_spend(session, {one: DAY, two: DAY}) == {one: "On comparable days it ran $200 to $600 a day."}
        assert usual_spend(session, {}) == {}
