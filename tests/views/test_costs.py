"""Products that sold without a cost are named, and a cost entered there counts in every figure from its day on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.views.test_overview import AURORA, DAYS, days_of, text_of, today_of
from webapp.models.integration import Integration

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def lacking(page: str) -> list[tuple[str, str]]:
    """(integration, variant) of each form to enter a cost."""
    return re.findall(
        r'name="integration" value="(\w+)"><input type="hidden" name="variant" value="(\d+)">\s*<span',
        page,
    )


def test_a_cost_entered_where_it_is_missing_counts_from_its_day_and_can_be_taken_back(acts, ana, bob, vic):
    shop = acts.connects("shopify", shop=AURORA)
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, shop).first_day = today_of(acts, shop) - timedelta(days=DAYS - 1)
    acts.syncs(shop)
    before = days_of(ana, "?days=7")
    page = ana.client.get("/overview/costs?days=7").text
    assert re.search(r"9\d % of what was sold has a cost on record", text_of(page))
    assert "Save" not in vic.client.get("/overview/costs?days=7").text
    found = lacking(page)
    assert len(found) == 2, "one product of the stand-in has no cost, in two sizes"
    form = {"integration": found[0][0], "variant": found[0][1]}
    for cost in ("", "x", "-1", "1,50", "1e99", "NaN", "0.0000001"):
        ana.post("/overview/costs", cost=cost, **form)
    ana.post("/overview/costs", cost="5", **form | {"from": "2026-02-30"})
    assert days_of(ana, "?days=7") == before
    assert bob.post("/overview/costs", cost="5", **form).status_code == 404
    assert ana.post("/overview/costs", cost="5", **form | {"variant": "1"}).status_code == 404
    assert ana.post("/overview/costs", cost="5", **form).status_code == 303
    after = days_of(ana, "?days=7")
    gone = float(before["All"]["Sales without a cost"]) - float(after["All"]["Sales without a cost"])
    more = float(after["All"]["Cost of goods"]) - float(before["All"]["Cost of goods"])
    assert gone > 0
    assert more > 0
    assert more % 5 == pytest.approx(0)
    page = ana.client.get("/overview/costs?days=7").text
    assert len(lacking(page)) == 1
    assert "$5.00 for all days" in text_of(page)
    since = today_of(acts, shop) - timedelta(days=2)
    ana.post("/overview/costs", cost="7", **form | {"from": str(since)})
    later = days_of(ana, "?days=7")
    changed = {day for day in later if later[day]["Cost of goods"] != after[day]["Cost of goods"]} - {"All"}
    assert changed
    assert min(changed) >= str(since)
    assert ana.post("/overview/costs/removal", **form | {"from": str(since)}).status_code == 303
    assert days_of(ana, "?days=7") == after
    assert ana.post("/overview/costs/removal", **form | {"from": "0001-01-01"}).status_code == 303
    assert days_of(ana, "?days=7") == before
    assert ana.post("/overview/costs/removal", **form | {"from": "0001-01-01"}).status_code == 404


def test_a_file_is_shown_first_and_taken_in_whole_or_not_at_all(acts, ana):
    shop = acts.connects("shopify", shop=AURORA)
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, shop).first_day = today_of(acts, shop) - timedelta(days=6)
    acts.syncs(shop)
    before = days_of(ana, "?days=7")
    skus = re.findall(r"(\w{3}-24\d) ·", ana.client.get("/overview/costs?days=7").text)
    assert len(skus) == 2
    bad = f"sku,cost,from\n{skus[0]},5,\nNONE-1,5,\n{skus[1]},free,\n{skus[0]},5,2026-13-01\n{skus[0]},6,\n"
    for path in ("file", "import"):
        refused = ana.post(f"/overview/costs/{path}", text=bad)
        assert refused.status_code == 422
        said = text_of(refused.text)
        for fault in ("line 3: there is no product with the SKU 'NONE-1'", "line 4: 'free' is no cost",
                      "line 5: '2026-13-01' is no day", "line 6: " + skus[0] + " is there twice"):  # fmt: skip
            assert fault in said
    assert "no column sku and cost" in text_of(ana.post("/overview/costs/file", text="a;b\n1;2").text)
    assert days_of(ana, "?days=7") == before, "nothing was half applied"
    good = f"sku,cost\n{skus[0]},5\n{skus[1]},6.5\n"
    assert "2 costs. Nothing has changed yet." in text_of(ana.post("/overview/costs/file", text=good).text)
    assert days_of(ana, "?days=7") == before
    assert ana.post("/overview/costs/import", text=good).status_code == 303
    after = days_of(ana, "?days=7")["All"]
    assert after["Sales without a cost"] == "0.00"
    assert float(after["Cost of goods"]) > float(before["All"]["Cost of goods"])
    assert "Everything that was sold has a cost" in text_of(ana.client.get("/overview/costs?days=7").text)


def test_where_a_store_sells_in_several_markets_a_cost_may_count_in_one(acts, ana):
    shop = acts.connects("shopify", shop=AURORA)
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, shop).first_day = today_of(acts, shop) - timedelta(days=6)
    acts.syncs(shop)
    page = ana.client.get("/overview/costs?days=7").text
    assert re.search(r"<option>CAD</option>\s*<option>USD</option>", page)
    sku = re.search(r"(\w{3}-24\d) ·", page).group(1)
    integration, variant = lacking(page)[0]

    def goods() -> float:
        return float(days_of(ana, "?days=7")["All"]["Cost of goods"])

    before = goods()
    form = {"integration": integration, "variant": variant}
    refused = {"csrf_token": ana.token("/members"), **form, "cost": "1", "market": "x"}
    assert "no such market" in text_of(ana.client.post("/overview/costs", data=refused, follow_redirects=True).text)
    ana.post("/overview/costs", cost="10", **form)
    everywhere = goods() - before
    ana.post("/overview/costs", cost="4", **form, market="CAD")
    abroad = (everywhere - (goods() - before)) / 6
    assert 0 < abroad < everywhere / 10, "so many units were paid in Canadian dollars"
    assert "$4.00 for all days, sold in CAD" in text_of(ana.client.get("/overview/costs").text)
    assert ana.post("/overview/costs/removal", **form, market="EUR").status_code == 404
    assert ana.post("/overview/costs/removal", **form, market="CAD").status_code == 303
    assert goods() - before == pytest.approx(everywhere)
    bad = text_of(ana.post("/overview/costs/import", text=f"sku,cost,market\n{sku},4,Canada\n").text)
    assert "line 2: 'Canada' is no market; markets are named by their currency, such as CAD" in bad
    ana.post("/overview/costs/import", text=f"sku,cost,market\n{sku},10,\n{sku},4,CAD\n")
    assert goods() - before == pytest.approx(everywhere - 6 * abroad)


def test_a_product_that_has_a_cost_gets_another_by_hand_for_one_market_and_its_history_shows_both(acts, ana, vic):
    shop = acts.connects("shopify", shop=AURORA)
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, shop).first_day = today_of(acts, shop) - timedelta(days=6)
    acts.syncs(shop)
    products = ana.client.get("/overview/products?days=7").text
    path = re.search(rf'href="(/overview/costs/{shop}/\d+)">\$', products).group(1)
    page = ana.client.get(path).text
    own = re.search(r"\$([\d.]+) for all days · from the store", text_of(page)).group(1)
    assert "Enter another" not in vic.client.get(path).text
    assert ana.client.get(f"/overview/costs/{shop}/1").status_code == 404

    def goods() -> float:
        return float(days_of(ana, "?days=7")["All"]["Cost of goods"])

    before = goods()
    form = {"integration": shop, "variant": path.rsplit("/", 1)[1], "back": "variant"}
    reply = ana.post("/overview/costs", cost=own, **form, market="USD")
    assert (reply.status_code, reply.location) == (303, path)
    assert goods() == pytest.approx(before), "the same again changes nothing"
    ana.post("/overview/costs", cost=str(float(own) + 1), **form, market="CAD")
    abroad = goods() - before
    assert abroad > 0
    assert abroad % 1 == pytest.approx(0)
    said = text_of(ana.client.get(path).text)
    assert f"${float(own) + 1:.2f} for all days, sold in CAD · entered by hand" in said
    assert f"${own} for all days · from the store" in said
    assert ana.post("/overview/costs/removal", **form, market="CAD", **{"from": "0001-01-01"}).location == path
    assert goods() == pytest.approx(before)
