"""The floor of the sync benchmarks: what one plain loop does with the same pages, tables and columns.

Fetch (urllib3), typed parse (msgspec), one upsert by the driver itself (`executemany` on SQLite, COPY into a temporary
table and an upsert on PostgreSQL), a page and its cursor in one transaction, nothing overlapped.

`python -m tests.bench.plain_loop SERVER DATABASE` prints how long it took and how much it stored.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import urllib3

from tests.bench.peak import peak_mb

OWNER = ("bench", "shopify", "7001")
AD_OWNER = ("bench", "meta_ads", "7010001")
ZONE = ZoneInfo("America/New_York")
KEY = ("workspace_id", "platform", "account_id")
ORDER = (*KEY, "order_id", "name", "day", "created_at", "changed_at", "cancelled_at", "currency", "total_micros",
         "subtotal_micros", "discount_micros", "shipping_micros", "tax_micros", "refunded_micros",
         "market")  # fmt: skip
LINE = (*KEY, "order_id", "line_id", "product_id", "variant_id", "title", "sku", "quantity", "total_micros")
SPEND = (*KEY, "day", "campaign_id", "campaign_name", "spend_micros", "currency", "impressions", "clicks",
         "conversions_micros", "value_micros", "read_at")  # fmt: skip
TABLES = {"store_order": (ORDER, 4), "store_order_line": (LINE, 5), "ad_spend": (SPEND, 5)}


class Amount(msgspec.Struct, rename="camel"):
    amount: Decimal
    currency_code: str


class Money(msgspec.Struct, rename="camel"):
    shop_money: Amount

    @property
    def micros(self) -> int:
        return int(self.shop_money.amount * 1_000_000)


class Id(msgspec.Struct):
    id: str


class Line(msgspec.Struct, rename="camel"):
    id: str
    title: str
    sku: str | None
    quantity: int
    product: Id | None
    variant: Id | None
    discounted_total_set: Money


class Lines(msgspec.Struct):
    nodes: list[Line]


class Order(msgspec.Struct, rename="camel"):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    current_total_price_set: Money
    current_subtotal_price_set: Money
    current_total_discounts_set: Money
    total_shipping_price_set: Money
    current_total_tax_set: Money
    total_refunded_set: Money
    line_items: Lines


class PageInfo(msgspec.Struct, rename="camel"):
    end_cursor: str | None


class Orders(msgspec.Struct, rename="camel"):
    nodes: list[Order]
    page_info: PageInfo


class OrdersData(msgspec.Struct):
    orders: Orders


class OrdersPage(msgspec.Struct):
    data: OrdersData


class Action(msgspec.Struct):
    action_type: str
    value: Decimal


class Insight(msgspec.Struct):
    campaign_id: str
    campaign_name: str
    account_currency: str
    date_start: date
    spend: Decimal
    impressions: str
    clicks: str
    actions: list[Action] = []
    action_values: list[Action] = []


class Cursors(msgspec.Struct):
    after: str | None = None


class Paging(msgspec.Struct):
    cursors: Cursors


class InsightsPage(msgspec.Struct):
    data: list[Insight]
    paging: Paging


Rows = dict[str, list[tuple[object, ...]]]


def main(server: str, database: str) -> None:
    store = Sqlite(database) if database.startswith("sqlite") else Postgres(database)
    pool = urllib3.PoolManager()
    took, stored = {}, {}
    for name, pages in (("orders", order_pages(pool, server)), ("insights", insight_pages(pool, server, store.at))):
        began, many = time.perf_counter(), 0
        for rows, cursor in pages:
            store.page(name, rows, cursor)
            many += sum(map(len, rows.values()))
        took[name], stored[name] = time.perf_counter() - began, many
    print(json.dumps({"seconds": took, "rows": stored, "peak_mb": peak_mb()}))


def order_pages(pool: urllib3.PoolManager, server: str) -> Iterator[tuple[Rows, str | None]]:
    url, after = f"{server}/aurora.myshopify.com/admin/api/2026-10/graphql.json", None
    since = datetime.combine(datetime.now(ZONE).date() - timedelta(days=89), datetime.min.time(), ZONE)
    decoder = msgspec.json.Decoder(OrdersPage)
    while True:
        asked = {"query": "query Orders", "variables": {"after": after, "changed": f"updated_at:>='{since}'"}}
        page = decoder.decode(pool.request("POST", url, body=json.dumps(asked)).data).data.orders
        after = page.page_info.end_cursor
        yield {"store_order": [_order(one) for one in page.nodes],
               "store_order_line": [_line(one, line) for one in page.nodes for line in one.line_items.nodes],
               }, after  # fmt: skip
        if after is None:
            return


def insight_pages(pool: urllib3.PoolManager, server: str, at: object) -> Iterator[tuple[Rows, str | None]]:
    url, after = f"{server}/graph.facebook.com/v26.0/act_7010001/insights", ""
    today = datetime.now(ZONE).date()
    stretch = json.dumps({"since": str(today - timedelta(days=89)), "until": str(today)})
    decoder = msgspec.json.Decoder(InsightsPage)
    while True:
        asked = urlencode({"time_range": stretch, "limit": 500} | ({"after": after} if after else {}))
        page = decoder.decode(pool.request("GET", f"{url}?{asked}").data)
        after = page.paging.cursors.after
        yield {"ad_spend": [_spend(one, at) for one in page.data]}, after
        if after is None:
            return


def _tail(gid: str) -> str:
    return gid.rpartition("/")[2]


def _order(one: Order) -> tuple[object, ...]:
    return (
        *OWNER, _tail(one.id), one.name, one.created_at.astimezone(ZONE).date(), one.created_at, one.updated_at,
        one.cancelled_at, one.current_total_price_set.shop_money.currency_code, one.current_total_price_set.micros,
        one.current_subtotal_price_set.micros, one.current_total_discounts_set.micros,
        one.total_shipping_price_set.micros, one.current_total_tax_set.micros, one.total_refunded_set.micros, "",
    )  # fmt: skip


def _line(order: Order, one: Line) -> tuple[object, ...]:
    return (
        *OWNER, _tail(order.id), _tail(one.id), _tail(one.product.id) if one.product else None,
        _tail(one.variant.id) if one.variant else None, one.title, one.sku, one.quantity,
        one.discounted_total_set.micros,
    )  # fmt: skip


def _spend(one: Insight, at: object) -> tuple[object, ...]:
    return (
        *AD_OWNER, one.date_start, one.campaign_id, one.campaign_name, int(one.spend * 1_000_000),
        one.account_currency, int(one.impressions), int(one.clicks), _sum(one.actions), _sum(one.action_values), at,
    )  # fmt: skip


def _sum(actions: list[Action]) -> int:
    return sum(int(one.value * 1_000_000) for one in actions if one.action_type == "purchase")


class Sqlite:
    """As durable as the product: WAL, and the disk is waited for at the end."""

    def __init__(self, url: str) -> None:
        self.at: object = _sqlite_text(datetime.now(UTC))
        sqlite3.register_adapter(datetime, _sqlite_text)
        sqlite3.register_adapter(date, date.isoformat)
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "wal_autocheckpoint=4000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE floor_cursor (stream TEXT PRIMARY KEY, after TEXT)")
        self._upserts = {
            table: f"{_insert(table, columns)} VALUES ({', '.join('?' * len(columns))}) {_on_conflict(columns, keys)}"
            for table, (columns, keys) in TABLES.items()
        }

    def page(self, stream: str, rows: Rows, cursor: str | None) -> None:
        self._connection.execute(f"PRAGMA synchronous={'FULL' if cursor is None else 'NORMAL'}")
        self._connection.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            self._connection.executemany(self._upserts[table], values)
        self._connection.execute("INSERT OR REPLACE INTO floor_cursor VALUES (?, ?)", (stream, cursor))
        self._connection.execute("COMMIT")


class Postgres:
    def __init__(self, url: str) -> None:
        self.at: object = datetime.now(UTC)
        self._connection = psycopg.connect(url)
        with self._connection.transaction():
            self._connection.execute("CREATE TABLE floor_cursor (stream TEXT PRIMARY KEY, after TEXT)")
            for table in TABLES:
                self._connection.execute(f"CREATE TEMPORARY TABLE new_{table} (LIKE {table}) ON COMMIT DELETE ROWS")

    def page(self, stream: str, rows: Rows, cursor: str | None) -> None:
        with self._connection.transaction(), self._connection.cursor() as driver:
            for table, values in rows.items():
                columns, keys = TABLES[table]
                names = ", ".join(columns)
                with driver.copy(f"COPY new_{table} ({names}) FROM STDIN") as copy:
                    for row in values:
                        copy.write_row(row)
                driver.execute(
                    f"{_insert(table, columns)} SELECT {names} FROM new_{table} {_on_conflict(columns, keys)}"
                )
            driver.execute("INSERT INTO floor_cursor VALUES (%s, %s) "
                           "ON CONFLICT (stream) DO UPDATE SET after = excluded.after", (stream, cursor))  # fmt: skip


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)})"


def _on_conflict(columns: tuple[str, ...], keys: int) -> str:
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns[keys:])
    return f"ON CONFLICT ({', '.join(columns[:keys])}) DO UPDATE SET {changed}"


def _sqlite_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


if __name__ == "__main__":
    main(*sys.argv[1:])
