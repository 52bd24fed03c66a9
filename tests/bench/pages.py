"""The data server of the sync benchmarks: a shop and an ad account whose pages were written out before anybody asks.

`python -m tests.bench.pages PORT SHARE`: 100,000 orders of three lines and 200,000 insight rows over 90 days, or a
share of them. Whole days are asked for in windows, or all of them in one; a later instant asks for changes: none.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from tests.e2e.world import ROOT, answers, free_port, until

ZONE = ZoneInfo("America/New_York")
DAYS, ORDERS_PER_PAGE, INSIGHTS_PER_PAGE = 90, 250, 500
ORDER_PAGES, INSIGHT_PAGES = 400, 400
SHOP, SHOP_NUMBER, AD_ACCOUNT = "aurora.myshopify.com", "7001", "7010001"
# As the product asks: a week of orders, a month of insights; newest first.
ORDER_DAYS, INSIGHT_DAYS = 7, 30
COST = (b'"extensions":{"cost":{"requestedQueryCost":412,"actualQueryCost":388,"throttleStatus":'
        b'{"maximumAvailable":2000.0,"currentlyAvailable":1588,"restoreRate":100.0}}}')  # fmt: skip
EMPTY = b'{"data":{"orders":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}}'
VARIANTS = b'{"data":{"productVariants":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}}'
IDENTITY = json.dumps({"data": {"shop": {
    "id": f"gid://shopify/Shop/{SHOP_NUMBER}", "name": "Aurora", "myshopifyDomain": SHOP, "currencyCode": "USD",
    "ianaTimezone": ZONE.key,
}}}).encode()  # fmt: skip
ACCOUNT = json.dumps({"account_id": AD_ACCOUNT, "name": "Aurora", "account_status": 1, "currency": "USD",
                      "timezone_name": ZONE.key}).encode()  # fmt: skip


class Chain:
    """Pages in a row, and where each window of days begins and ends in them."""

    def __init__(self) -> None:
        self.pages: list[bytes] = []
        self.windows: dict[tuple[date, date], range] = {}

    def window(self, first: date, last: date, pages: list[bytes]) -> None:
        self.windows[first, last] = range(len(self.pages), len(self.pages) + len(pages))
        self.pages += pages

    def asked(self, first: date, last: date, after: str) -> tuple[bytes, str | None]:
        """The page after a cursor, and the cursor of the next; windows that nobody prepared are all of them."""
        span = self.windows.get((first, last), range(len(self.pages)))
        at = int(after) if after else span.start
        return self.pages[at], str(at + 1) if at + 1 < span.stop else None


class Data:
    """Everything both platforms will say, by window."""

    def __init__(self, share: float) -> None:
        self.today = datetime.now(UTC).astimezone(ZONE).date()
        self.first = self.today - timedelta(days=DAYS - 1)
        self.orders, self.insights = Chain(), Chain()
        for window in _windows(self.first, self.today, ORDER_DAYS, round(ORDER_PAGES * share)):
            self.orders.window(*window[:2], list(_order_pages(*window)))
        # Today is asked for alone: it is not over, and will be asked for again.
        insights = _windows(self.first, self.today, INSIGHT_DAYS, round(INSIGHT_PAGES * share), newest=1)
        for window in insights:
            self.insights.window(*window[:2], list(_insight_pages(*window)))

    def order_page(self, body: bytes) -> bytes:
        asked = json.loads(body)
        if "query Orders" not in asked["query"]:
            return VARIANTS if "productVariants" in asked["query"] else IDENTITY
        values = asked["variables"]
        start, _, end = values["changed"].partition(" AND ")
        since = datetime.fromisoformat(start.split("'")[1]).astimezone(ZONE)
        until_ = datetime.fromisoformat(end.split("'")[1]).astimezone(ZONE) if end else since
        if since.time() != time():
            return EMPTY
        page, after = self.orders.asked(since.date(), _last_day(until_), values.get("after") or "")
        return b'%b],"pageInfo":{"hasNextPage":%b,"endCursor":%b}}},%b}' % (
            page, b"true" if after else b"false", json.dumps(after).encode(), COST,
        )  # fmt: skip

    def insight_page(self, url: str) -> bytes:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        stretch = json.loads(asked["time_range"]) if "time_range" in asked else asked
        first, last = date.fromisoformat(stretch["since"]), date.fromisoformat(stretch["until"])
        page, after = self.insights.asked(first, last, asked.get("after", ""))
        if after is None:
            return b'%b],"paging":{"cursors":{"before":"x"}}}' % page
        more = f"http://{self.host}{url.partition('&after=')[0]}&after={after}"
        return b'%b],"paging":{"cursors":{"before":"x","after":"%b"},"next":"%b"}}' % (
            page, after.encode(), more.encode(),
        )  # fmt: skip

    host = ""


def _last_day(end: datetime) -> date:
    return (end - timedelta(microseconds=1)).date()


def _windows(
    first: date, today: date, longest: int, pages: int, *, newest: int | None = None
) -> Iterator[tuple[date, date, int, int]]:
    """First and last day, the number of its first page, and how many it has; newest window first."""
    number, last = 0, today
    while last >= first:
        begins = max(first, last - timedelta(days=(newest if newest and last == today else longest) - 1))
        ends = round(pages * ((today - begins).days + 1) / DAYS)
        yield begins, last, number, max(1, ends - number)
        number, last = max(ends, number + 1), begins - timedelta(days=1)


def _order_pages(first: date, last: date, number: int, pages: int) -> Iterator[bytes]:
    many, days = pages * ORDERS_PER_PAGE, (last - first).days + 1
    for page in range(pages):
        rows = []
        for place in range(page * ORDERS_PER_PAGE, (page + 1) * ORDERS_PER_PAGE):
            day = first + timedelta(days=place * days // many)
            rows.append(_order(number * ORDERS_PER_PAGE + place + 5_000_000, day))
        yield f'{{"data":{{"orders":{{"nodes":[{",".join(rows)}'.encode()


def _money(cents: int) -> str:
    return f'{{"shopMoney":{{"amount":"{cents // 100}.{cents % 100:02d}","currencyCode":"USD"}}}}'


def _order(number: int, day: date) -> str:
    at = f"{day}T{12 + number % 11}:{number % 60:02d}:{number % 59:02d}Z"
    total = 1000 + number % 90_000
    lines = ",".join(
        f'{{"id":"gid://shopify/LineItem/{number * 3 + one}","title":"Trail jacket, size {one}, forest green",'
        f'"sku":"TJ-{number % 500:04d}-{one}","quantity":{one + 1},'
        f'"product":{{"id":"gid://shopify/Product/{number % 500}"}},'
        f'"variant":{{"id":"gid://shopify/ProductVariant/{number % 1500}"}},'
        f'"discountedTotalSet":{_money(total // 3)}}}'
        for one in range(3)
    )
    return (
        f'{{"id":"gid://shopify/Order/{number}","name":"#{number}","createdAt":"{at}","updatedAt":"{at}",'
        f'"cancelledAt":null,"test":false,"currentTotalPriceSet":{_money(total)},'
        f'"currentSubtotalPriceSet":{_money(total - 500)},"currentTotalDiscountsSet":{_money(total // 10)},'
        f'"totalShippingPriceSet":{_money(500)},"currentTotalTaxSet":{_money(total // 12)},'
        f'"totalRefundedSet":{_money(0)},"lineItems":{{"nodes":[{lines}],'
        f'"pageInfo":{{"hasNextPage":false,"endCursor":"{number * 3 + 2}"}}}},"refunds":[]}}'
    )


def _insight_pages(first: date, last: date, _number: int, pages: int) -> Iterator[bytes]:
    many, days = pages * INSIGHTS_PER_PAGE, (last - first).days + 1
    rows = (_insight(place - -(-day * many // days), first + timedelta(days=day))
            for place in range(many) for day in [place * days // many])  # fmt: skip
    while page := list(islice(rows, INSIGHTS_PER_PAGE)):
        yield f'{{"data":[{",".join(page)}'.encode()


def _insight(number: int, day: date) -> str:
    sold = (
        f',"actions":[{{"action_type":"purchase","value":"{number % 40}"}}],'
        f'"action_values":[{{"action_type":"purchase","value":"{number % 4000}.50"}}]'
        if number % 4 == 0
        else ""
    )
    return (
        f'{{"account_id":"{AD_ACCOUNT}","account_currency":"USD","campaign_id":"2385{number:08d}",'
        f'"campaign_name":"Autumn sale, prospecting {number % 900}","spend":"{number % 700}.{number % 100:02d}",'
        f'"impressions":"{number % 90_000}","clicks":"{number % 900}"{sold},'
        f'"date_start":"{day}","date_stop":"{day}"}}'
    )


def main(port: str, share: str) -> None:
    data = Data(float(share))
    data.host = f"127.0.0.1:{port}"

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            self._answer(data.insight_page(self.path) if "/insights" in self.path else ACCOUNT)

        def do_POST(self) -> None:
            self._answer(data.order_page(self.rfile.read(int(self.headers["content-length"]))))

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    ThreadingHTTPServer(("127.0.0.1", int(port)), Door).serve_forever()


@contextmanager
def data_server(share: float) -> Iterator[str]:
    """Serve until the block ends; the address everything lies under."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "tests.bench.pages", str(port), str(share)], cwd=ROOT) as process:
        try:
            until(lambda: answers(f"http://127.0.0.1:{port}/"), "the data server answers")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
