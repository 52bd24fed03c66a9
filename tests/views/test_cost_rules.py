"""Payment fees, shipping, fixed costs and a default percentage: entered from a day on, they count in every profit."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest

from tests.views.test_overview import AURORA, DAYS, days_of, figure, text_of, today_of
from webapp.models.integration import Integration

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RULES = "/overview/costs/rules"


@pytest.fixture
def shop(acts) -> str:
    found = acts.connects("shopify", shop=AURORA)
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, found).first_day = today_of(acts, found) - timedelta(days=DAYS - 1)
    acts.syncs(found)
    return found


def amounts(row: dict[str, str], *names: str) -> list[float]:
    return [float(row[name]) for name in names]


def test_what_is_entered_counts_from_its_day_in_every_figure_and_can_be_taken_back(acts, ana, bob, shop):
    today = today_of(acts, shop)
    before = days_of(ana, "?days=7")["All"]
    assert before["Not entered"] == "Payment fees, Shipping costs, Fixed costs"
    assert before["Payment fees"] == "", "unknown is empty, not zero"
    page = ana.client.get("/?days=7").text
    assert "Not entered, so not taken off: payment fees, shipping costs and fixed costs." in text_of(page)
    since = {"from": str(today - timedelta(days=2))}
    assert ana.post(RULES, integration=shop, kind="fees", share="2.9", order="0.30").status_code == 303
    assert ana.post(RULES, integration=shop, kind="postage", order="5", **since).status_code == 303
    assert ana.post(RULES, integration=shop, kind="fixed", name="Rent", month="3000").status_code == 303
    assert bob.post(RULES, integration=shop, kind="fees", share="1").status_code == 404
    after = days_of(ana, "?days=7")["All"]
    sales, orders = float(after["Sales"]), int(after["Orders"])
    fees, postage, fixed, profit = amounts(after, "Payment fees", "Shipping costs", "Fixed costs", "Net profit")
    assert fees == pytest.approx(sales * 0.029 + orders * 0.3, abs=0.01)
    assert postage == sum(5 * int(row["Orders"] or 0) for day, row in days_of(ana, "?days=7").items()
                          if since["from"] <= day < "A")  # fmt: skip
    assert 3000 * 7 / 31 - 1 < fixed < 3000 * 7 / 28 + 1
    assert profit == pytest.approx(float(before["Net profit"]) - fees - postage - fixed, abs=0.01)
    assert after["Not entered"] == ""
    assert days_of(ana, "?days=7")[str(today - timedelta(days=4))]["Shipping costs"] == ""
    page = ana.client.get("/?days=7").text
    assert "Not entered, so" not in text_of(page)
    assert "Leaves out shipping costs of days for which you entered none." in text_of(page)
    assert re.search(r"\d of sales and \d+ orders cost \$[\d,.]+ in fees", text_of(page)), "with one's own numbers"
    costs = text_of(ana.client.get("/overview/costs").text)
    for said in (
        "2.9 % of sales and $0.30 for each order for all days",
        "$5.00 for each order from",
        "Rent $3,000.00 a month, for all days",
    ):
        assert said in costs
    for kind, name, day in (("fees", "", ""), ("fixed", "Rent", ""), ("postage", "", since["from"])):
        gone = {"integration": shop, "kind": kind, "name": name, "from": day}
        assert bob.post(f"{RULES}/removal", **gone).status_code == 404
        assert ana.post(f"{RULES}/removal", **gone).status_code == 303
        assert ana.post(f"{RULES}/removal", **gone).status_code == 404
    assert days_of(ana, "?days=7")["All"] == before


def test_the_default_percentage_is_named_wherever_it_is_used_and_a_products_own_cost_goes_before_it(acts, ana, shop):
    before = days_of(ana, "?days=7")["All"]
    lacking = float(before["Sales without a cost"])
    assert lacking > 0
    ana.post(RULES, integration=shop, kind="goods", share="40")
    after = days_of(ana, "?days=7")["All"]
    assert after["Sales without a cost"] == "0.00"
    assert after["Cost of goods"] == before["Cost of goods"]
    assert float(after["Goods by default percentage"]) == pytest.approx(lacking * 0.4, abs=0.01)
    page = ana.client.get("/?days=7").text
    assert re.search(r"without a cost of its own to have cost \$[\d,.]+, by your default percentage", text_of(page))
    assert not re.search(r"\$[\d,]+ to \$", figure(page, "Net profit")), "no range: nothing is left out any more"
    products = list(csv.DictReader(io.StringIO(ana.client.get("/overview/products?days=7&as=csv").text)))
    guessed = [row for row in products if row["Goods by default percentage"]]
    assert sum(float(row["Goods by default percentage"]) for row in guessed) == pytest.approx(lacking * 0.4, abs=0.01)
    listed = ana.client.get("/overview/products?days=7&page=1").text
    assert re.search(r"of it is your default percentage, for \d+ units? without a cost", text_of(listed))
    costs = ana.client.get("/overview/costs?days=7").text
    found = re.search(r'name="integration" value="(\w+)"><input type="hidden" name="variant" value="(\d+)">', costs)
    ana.post("/overview/costs", cost="0", integration=found.group(1), variant=found.group(2))
    own = days_of(ana, "?days=7")["All"]
    assert float(own["Goods by default percentage"]) < float(after["Goods by default percentage"])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "gifts", "share": "1"}, "There is no such kind of cost."),
        ({"kind": "fees"}, "Enter a number; 0 where it costs nothing."),
        ({"kind": "fees", "share": "101"}, "A percentage is a number from 0 to 100"),
        ({"kind": "fees", "order": "1,50"}, "An amount is a number such as 12.50"),
        ({"kind": "fees", "share": "1", "from": "2026-02-30"}, "That is no day."),
        ({"kind": "fixed", "month": "5"}, "Give it a name"),
        ({"kind": "fixed", "month": "5", "name": "x" * 61}, "Give it a name"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_is_said(ana, acts, form, said):
    shop = acts.connects("shopify", shop=AURORA)
    reply = ana.client.post(
        RULES, data={"csrf_token": ana.token("/members"), "integration": shop, **form}, follow_redirects=True
    )
    assert f"{said}" in text_of(reply.text)
    assert "Nothing was changed." in text_of(reply.text)
    assert "Remove" not in reply.text


def test_an_ad_account_has_no_such_costs(ana, acts):
    meta = acts.connects("meta_ads")
    assert ana.post(RULES, integration=meta, kind="fees", share="1").status_code == 404
