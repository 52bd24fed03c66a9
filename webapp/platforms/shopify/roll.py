"""Shopify's own list of a few days' orders, and its counts beside it.

Source: shopify.dev/docs/api/admin-graphql/latest/queries/orders, /ordersCount and /productVariantsCount.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.decode import count, decode, plain, reading
from webapp.platforms.paging import Trail
from webapp.platforms.roll import Called, Roll
from webapp.platforms.shopify.records import PageInfo, tail

LIST = """
query Roll($after: String, $created: String!) {
  orders(first: 250, after: $after, sortKey: CREATED_AT, query: $created) {
    nodes { id name createdAt test cancelledAt }
    pageInfo { hasNextPage endCursor }
  }
}"""
COUNTS = """
query RollCounts($created: String!, $older: String!) {
  counted: ordersCount(query: $created, limit: null) { count precision }
  older: ordersCount(query: $older, limit: null) { count precision }
  variants: productVariantsCount(limit: null) { count precision }
}"""


class _Order(msgspec.Struct, rename="camel"):
    id: str
    name: str
    created_at: datetime
    test: bool
    cancelled_at: datetime | None = None


class _Orders(msgspec.Struct, rename="camel"):
    nodes: list[_Order]
    page_info: PageInfo


class _ListData(msgspec.Struct):
    orders: _Orders


class _List(msgspec.Struct):
    data: _ListData


class _Count(msgspec.Struct):
    count: int
    precision: str


class _CountsData(msgspec.Struct):
    counted: _Count | None = None
    older: _Count | None = None
    variants: _Count | None = None


class _Counts(msgspec.Struct):
    data: _CountsData


def roll(ask: Callable[..., Answer], created: str, older: str) -> Roll:
    """`created` and `older` are search terms for the days and for what was placed before. Raises Trouble."""
    called: list[Called] = []
    trail, after = Trail(), None
    while True:
        answer = ask(LIST, after=after, created=created)
        page = decode(answer, _List).data.orders
        with reading(answer):
            called += (_called(one) for one in page.nodes)
        if not page.page_info.has_next_page:
            break
        after = trail.follow(page.page_info.end_cursor, answer)
    answer = ask(COUNTS, created=f"{created} AND test:false", older=f"{older} AND test:false")
    found = decode(answer, _Counts).data
    with reading(answer):
        counted, before, variants = (_exact(one) for one in (found.counted, found.older, found.variants))
    return Roll(called=tuple(called), counted=counted, older=before, variants=variants)


def _called(one: _Order) -> Called:
    return Called(
        id=tail(one.id), name=plain(one.name), placed_at=one.created_at, is_test=one.test,
        is_cancelled=one.cancelled_at is not None,
    )  # fmt: skip


def _exact(one: _Count | None) -> int | None:
    return count(one.count) if one is not None and one.precision == "EXACT" else None
