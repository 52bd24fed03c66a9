"""Each help topic on a store in which exactly one thing is wrong: it is found, named, and led to where it is mended."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from tests.views.test_help import checks, read
from tests.views.test_overview import store_and_ads
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.models.data import OrderRow, VariantRow
from webapp.models.day_sum import StoreDay

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def found(someone, topic: str, words: str) -> list[str]:
    return [one for one in checks(someone, topic) if re.search(words, one)]


def test_a_sum_that_disagrees_with_its_rows_and_costs_that_are_missing(acts, ana):
    shop, _ = store_and_ads(acts)
    sum_stale_days(acts.runtime)
    (same,) = found(ana, "incorrect-profit", "reckoned again just now from")
    assert same.startswith("Fine: ")
    with acts.runtime.database.writing() as session:
        day = session.exec(select(StoreDay.day).order_by(col(StoreDay.day).desc()).offset(3)).first()
        session.execute(
            update(StoreDay).where(col(StoreDay.day) == day).values(refund_micros=StoreDay.refund_micros + 1)
        )
    (other,) = found(ana, "incorrect-profit", "Reckoned again")
    assert other.startswith("Look here: ")
    assert "1 day comes to something else than we show" in other
    (lacking,) = found(ana, "costs-not-appearing", "have no cost: Meadow Cap|Enter what they cost")
    assert re.search(
        r"They sold for \$[\d,]+, and what that cost you is not in your profit\. Enter what they cost$", lacking
    )
    ana.post("/overview/costs/rules", integration=shop, kind="goods", share="40")
    (lacking,) = found(ana, "costs-not-appearing", "your default percentage says what that cost")
    assert lacking.startswith("Fine: ")


def test_spend_that_was_corrected_or_whose_campaign_was_deleted(acts, ana):
    _, meta = store_and_ads(acts)
    sum_stale_days(acts.runtime)
    assert not found(ana, "ad-spend-not-matching", "corrected|no longer reports")
    for switch, said in (("late_data", r"Meta corrected \d days? after"), ("deleted_rows", "Meta no longer reports ")):
        acts.sandbox.switch("meta_ads", switch)
        acts.sandbox.advance(hours=7)
        acts.syncs(meta)
        sum_stale_days(acts.runtime)
        (line,) = found(ana, "ad-spend-not-matching", said)
        assert line.startswith("Fine: ")
        assert line.endswith("Day by day: Meta Ads")


def test_orders_and_products_that_are_missing_here_are_named_with_the_reason(acts, ana, bob):
    store_and_ads(acts)

    def counted(someone=ana, days: int = 7) -> str:
        acts.sandbox.advance(minutes=1)
        path = f"/help/missing-orders-or-products/count?days={days}"
        return read(someone.client.get(path, headers={"HX-Request": "true"}).text)

    page = ana.client.get("/help/missing-orders-or-products").text
    assert 'hx-get="/help/missing-orders-or-products/count?days=7"' in page
    here = counted()
    assert re.search(r"Fine: Counted at Shopify just now: all \d+ orders of the last 7 days are here", here)
    assert re.search(r"orders were sold at a point of sale and are here, whichever location that is: #\d+", here)
    assert re.search(r"older orders are from before", here)
    assert "Fine: Shopify lists 50 product variants, and all of them are here, one by one." in here
    assert re.search(r"all [\d,]+ orders of the last 30 days are here", counted(days=30))
    assert counted(bob) == "", "another workspace's store is not counted for him"
    with acts.runtime.database.writing() as session:
        order = session.exec(select(OrderRow).order_by(col(OrderRow.created_at).desc()).offset(40)).first()
        session.delete(order)
        variant = session.exec(select(VariantRow)).first()
        session.delete(variant)
    here = counted()
    assert f"Look here: Shopify lists 1 order of the last 7 days that is not here: {order.name}" in here
    assert f"Look here: Shopify lists 1 product variant that is not here: {variant.title}." in here
    acts.sandbox.switch("shopify", "hidden_rows")
    assert re.search(r"Shopify counts \d+ orders of the last 7 days that it does not show us", counted())
    acts.sandbox.switch("shopify", "outage")
    assert "could not be counted at Shopify just now" in counted()
    whole = ana.client.get("/help/missing-orders-or-products/count").text
    assert "<h1>Missing orders or products</h1>" in whole, "without JavaScript it is the same page"
