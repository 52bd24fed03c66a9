"""The overview says what was left over, what it leaves out, and never a zero for what is not known."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.views.test_poll import HTMX, first_poll_url
from webapp.models.integration import Integration
from webapp.models.plan import local_day

DAYS = 21
# Its currency is the ad account's.
AURORA = "aurora.myshopify.com"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def store_and_ads(acts, *more: str) -> list[str]:
    """A store and an ad account, read whole; three weeks of them are enough here."""
    found = [acts.connects("shopify", shop=AURORA), *(acts.connects(slug) for slug in ("meta_ads", *more))]
    for one in found:
        with acts.runtime.database.writing() as session:
            session.get_one(Integration, one).first_day = today_of(acts, one) - timedelta(days=DAYS - 1)
        acts.syncs(one)
    return found


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def figure(page: str, label: str) -> str:
    """The amount beside a label in the sum."""
    found = re.search(rf"<tr[^>]*>\s*<th scope=\"row\">(?:(?!</tr>).)*{label}.*?<td>(.*?)</td>", page, re.S)
    assert found, label
    return html.unescape(re.sub(r"<[^>]+>", " ", found.group(1))).split("\n")[0].strip()


def days_of(someone, query: str = "") -> dict[str, dict[str, str]]:
    reply = someone.client.get(f"/overview.csv{query}")
    assert reply.mimetype == "text/csv"
    return {row["Day"]: row for row in csv.DictReader(io.StringIO(reply.text))}


def today_of(acts, integration: str):
    one = acts.integration(integration)
    return local_day(acts.runtime.now(), ZoneInfo(one.timezone))


def test_until_anything_is_connected_it_leads_to_where_that_is_done(ana):
    reply = ana.client.get("/")
    assert (reply.status_code, reply.location) == (303, "/integrations")


def test_every_day_is_what_the_stand_ins_sold_and_spent(acts, ana):
    shop, meta = store_and_ads(acts)
    days = days_of(ana, "?days=7")
    truth = {
        "Meta Ads spend": acts.sandbox.truth("meta_ads", acts.integration(meta).account_id, "daily_spend"),
        "Refunds": acts.sandbox.truth("shopify", acts.integration(shop).account_id, "refunds"),
    }
    yesterday = str(today_of(acts, shop) - timedelta(days=1))
    for column, rows in truth.items():
        for day in (yesterday, str(today_of(acts, shop) - timedelta(days=5))):
            amount = sum(micros for _, at, micros in rows if at == day)
            assert float(days[day][column]) * 1_000_000 == pytest.approx(amount), (column, day)
    last = days[yesterday]
    left = float(last["Sales"]) - sum(float(last[name]) for name in ("Tax", "Refunds", "Cost of goods",
                                                                     "Meta Ads spend"))  # fmt: skip
    assert float(last["Net profit"]) == pytest.approx(left)
    assert (
        days["All"]["Net profit"] == f"{sum(float(one['Net profit']) for day, one in days.items() if day != 'All'):.2f}"
    )


def test_what_is_missing_is_named_with_what_it_may_be_and_profit_is_a_range(acts, ana):
    _, meta = store_and_ads(acts)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(days=3)
    page = ana.client.get("/?days=7").text
    assert re.search(r"leave out Meta spend; on comparable days it ran \$[\d,]+ to \$[\d,]+\.", text_of(page))
    assert re.search(r"\$[\d,]+ to \$[\d,]+", figure(page, "Net profit"))
    rows = days_of(ana, "?days=7")
    empty = [day for day, row in rows.items() if row["Meta Ads spend"] == ""]
    assert len(empty) == 3, "unknown is empty, not zero"
    assert all("Meta spend" in rows[day]["Leaves out"] for day in empty)
    said = re.search(r'class="warned">.*?<span>(.*?)</span></p>', page, re.S).group(1)
    assert "Meta spend" in said
    for path in ("orders", "refunds", "campaigns", "products"):
        lines = list(csv.DictReader(io.StringIO(ana.client.get(f"/overview/{path}?days=7&as=csv").text)))
        assert lines, path
        assert all(line["Stamp"].startswith(html.unescape(said)) for line in lines), "the page's own words"
        assert "Not entered: payment fees" in lines[0]["Stamp"]
    only = ana.client.get("/?days=1").text
    assert "not known" in figure(only, "Meta Ads spend")
    assert "$0" not in figure(only, "Meta Ads spend")
    assert figure(only, "Sales").startswith("not known"), "nor were the orders of today read"
    assert "No orders of these days are here yet." in only
    for path in ("costs", "products"):
        assert "No orders of these days are here yet." in ana.client.get(f"/overview/{path}?days=1").text, path
    assert 'role="grid"' not in only, "one bar compares with nothing"
    assert "<td>–</td>" in re.search(r'id="ads-title".*?</section>', only, re.S).group(0), "a share of what?"
    gone = re.findall(r'<tr><th scope="row">[^<]*</th>((?:<td>[^<]*</td>)+)', page)[0]
    assert gone.count("not known") == 6, "of a day of which nothing is here"


def test_a_day_that_is_not_over_is_not_said_to_be_less_than_a_whole_one(acts, ana):
    store_and_ads(acts)
    today, week = (text_of(ana.client.get(f"/?days={days}").text) for days in (1, 7))
    assert "against all of " in today
    assert "before: $" in today
    assert not re.search(r"[+−]\d+ %|× \d", today)
    assert re.search(r"[+−]\d+ %", week)


def marked(page: str, id: str) -> str:
    """What is said on focus of the figure with this mark."""
    found = re.search(rf'role="tooltip" id="{id}">(.*?)</span>', page, re.S)
    return html.unescape(found.group(1)) if found else ""


def test_whatever_may_still_change_says_so_on_focus(acts, ana):
    shop, _ = store_and_ads(acts)
    page = ana.client.get("/?days=7").text
    over = re.compile(r"^(\w{3} \d+ \w{3}) is not over: its figures are what has come in so far\.$")
    assert over.match(marked(page, "gap-sales-all"))
    assert re.match(r"^Meta may still correct its figures from \d+ \w{3} on\.", marked(page, "gap-ads-meta_ads"))
    for id in ("gap-profit-all", "gap-ratio-margin", "gap-ratio-mer", "gap-platform-meta_ads", "gap-ratio-revenue"):
        assert "is not over" in marked(page, id), id
    assert "Leaves out what $" in marked(page, "gap-ratio-margin"), "a margin is as good as the profit it is made of"
    today = today_of(acts, shop)
    long_ago = ana.client.get(f"/?from={today - timedelta(days=15)}&to={today - timedelta(days=12)}").text
    assert marked(long_ago, "gap-sales-all") == ""


def cells(page: str, about: str) -> list[str]:
    """The cells that hold a figure, of the table about this."""
    table = next(one for one in re.findall(r"<table.*?</table>", page, re.S) if about in one)
    found = [one for one in re.findall(r"<td.*?</td>", table, re.S) if re.search(r"\d", text_of(one).split("What")[0])]
    assert found, about
    return found


def test_every_figure_of_a_row_that_a_day_affects_says_so_on_focus(acts, ana):
    shop, meta = store_and_ads(acts)
    tables = (("/", "Products, what sold"), ("/", "Ad spend by platform"), ("/overview/products", "Cost of goods"),
              ("/overview/campaigns", "Claimed value"))  # fmt: skip
    for path, about in tables:
        page = ana.client.get(f"{path}?days=7").text
        assert [one for one in cells(page, about) if "Why this may still change" not in one
                and "What this leaves out" not in one] == [], (path, about)  # fmt: skip
    for path, said in (("products", "is not over"), ("campaigns", "Meta may still correct its figures from ")):
        (line, *_) = csv.DictReader(io.StringIO(ana.client.get(f"/overview/{path}?days=7&as=csv").text))
        assert said in line["May still change"]
    today = today_of(acts, shop)
    long_ago = f"?from={today - timedelta(days=15)}&to={today - timedelta(days=12)}"
    assert not any("mark-gap" in one and "No cost on record" not in one
                   for one in cells(ana.client.get(f"/overview/products{long_ago}").text, "Cost of goods"))  # fmt: skip

    for slug, one in (("shopify", shop), ("meta_ads", meta)):
        acts.sandbox.switch(slug, "access_revoked")
        acts.syncs(one)
    acts.sandbox.advance(days=3)
    for (path, about), said in zip(tables, ("orders from Aurora Outdoor", "Meta spend") * 2, strict=True):
        page = ana.client.get(f"{path}?days=7").text
        assert [one for one in cells(page, about) if f"leave out {said}" not in one] == [], (path, about)


def test_goods_without_a_cost_are_said_and_not_taken_for_free(acts, ana):
    store_and_ads(acts)
    page = ana.client.get("/?days=7").text
    found = re.search(r"Leaves out what (\$[\d,]+) of sales cost", text_of(page))
    assert found
    assert re.search(r"\$[\d,]+ to \$[\d,]+", figure(page, "Net profit"))
    assert "not included" in figure(page, "Payment fees")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?from=2026-13-01&to=2026-01-01", "Give both days as year-month-day"),
        ("?from=x&to=", "Give both days as year-month-day"),
        ("?from=2026-02-02&to=2026-01-01", "The first day is after the last one"),
        ("?from=2199-01-01&to=2199-02-01", "Those days have not come yet"),
        ("?from=0001-01-01&to=2026-01-01", "more than five years"),
        ("?days=31", "There is no such choice of days"),
    ],
)
def test_days_that_cannot_be_shown_get_a_clear_word_and_the_usual_ones(acts, ana, query, said):
    acts.connects("shopify", shop=AURORA)
    reply = ana.client.get(f"/{query}")
    assert reply.status_code == 200
    assert said in text_of(reply.text)


def test_behind_every_figure_are_its_rows_a_page_at_a_time(acts, ana):
    shop, meta = store_and_ads(acts)
    page = ana.client.get("/?days=7").text
    for path in ("orders", "refunds", "campaigns", "products"):
        assert f'href="/overview/{path}?' in page, path
    orders = ana.client.get("/overview/orders?days=7").text
    number = int(re.search(r"([\d]+) orders\.", orders.replace(",", "")).group(1))
    rows = ana.client.get("/overview/orders?days=7&as=csv").text.count("\n") - 1
    assert number == rows > 50
    later = html.unescape(re.search(r'href="(/overview/orders\?page=2[^"]*)"', orders).group(1))
    first, second = (set(re.findall(r'<th scope="row">(#\d+)', one)) for one in (orders, ana.client.get(later).text))
    assert len(first) == len(second) == 50
    assert not first & second
    variant = re.search(r"/overview/orders\?variant=(\d+)", page).group(1)
    some = ana.client.get(f"/overview/orders?days=7&variant={variant}&as=csv").text.count("\n")
    assert 1 < some < ana.client.get("/overview/orders?days=7&as=csv").text.count("\n")
    campaigns = csv.DictReader(io.StringIO(ana.client.get("/overview/campaigns?days=7&as=csv").text))
    spent = sum(float(row["Spend"]) for row in campaigns)
    assert f"{spent:.2f}" == days_of(ana, "?days=7")["All"]["Meta Ads spend"]
    assert {shop, meta}


def test_it_is_live_and_silent_while_nothing_changes(acts, ana):
    shop, _ = store_and_ads(acts)
    url = first_poll_url(ana.client.get("/?days=7").text)
    assert url.startswith("/overview/figures?")
    assert ana.client.get(url, headers=HTMX).status_code == 204
    acts.sandbox.advance(hours=2)
    acts.syncs(shop)
    changed = ana.client.get(url, headers=HTMX)
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="overview"')
    assert first_poll_url(changed.text) == first_poll_url(ana.client.get("/?days=7").text)


def test_it_shows_ones_own_numbers_only(acts, ana, bob):
    store_and_ads(acts)
    for path in ("/", "/overview.csv", "/overview/orders", "/overview/campaigns", "/overview/products"):
        assert ana.client.get(path).status_code == 200, path
        assert bob.client.get(path).status_code == 303, path
