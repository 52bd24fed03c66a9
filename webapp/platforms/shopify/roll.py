"""Shopify's own list of some days' orders and of all variants, and its counts beside them.

Source: shopify.dev/docs/api/admin-graphql/latest/queries/orders, /ordersCount, /productVariants, /productVariantsCount.
Every location's orders are listed alike. Which location an order was sold at (`retailLocation`) Shopify tells only with
`read_locations` (changelog of 2024-07), which profit does not need; that it was sold at a point of sale, `sourceName`
tells with `read_orders`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.decode import count, decode, instant, reading
from webapp.platforms.paging import Trail
from webapp.platforms.roll import Called, Listed, Origin, Roll
from webapp.platforms.shopify.records import PageInfo, tail

# Beyond so many they are held against ours by number: a list of them would take minutes of the store's allowance.
MOST_ORDERS, MOST_VARIANTS = 8_000, 5_000
LIST = """
query Roll($after: String, $created: String!) {
  orders(first: 250, after: $after, sortKey: CREATED_AT, query: $created) {
    nodes { id name createdAt test cancelledAt sourceName }
    pageInfo { hasNextPage endCursor }
  }
}"""
VARIANTS = """
query RollVariants($after: String) {
  productVariants(first: 250, after: $after) {
    nodes { id displayName createdAt }
    pageInfo { hasNextPage endCursor }
  }
}"""
COUNTS = """
query RollCounts($created: String!, $older: String!) {
  counted: ordersCount(query: $created, limit: null) { count precision }
  older: ordersCount(query: $older, limit: null) { count precision }
  variants: productVariantsCount(limit: null) { count precision }
}"""
ORIGINS = {"web": Origin.SHOP, "pos": Origin.COUNTER, "shopify_draft_order": Origin.DRAFT}


class _Order(msgspec.Struct, rename="camel"):
    id: str
    name: str
    created_at: datetime
    test: bool
    cancelled_at: datetime | None = None
    source_name: str | None = None


class _Orders(msgspec.Struct, rename="camel"):
    nodes: list[_Order]
    page_info: PageInfo


class _ListData(msgspec.Struct):
    orders: _Orders


class _List(msgspec.Struct):
    data: _ListData


class _Variant(msgspec.Struct, rename="camel"):
    id: str
    display_name: str
    created_at: datetime


class _Variants(msgspec.Struct, rename="camel"):
    nodes: list[_Variant]
    page_info: PageInfo


class _VariantsData(msgspec.Struct, rename="camel"):
    product_variants: _Variants


class _VariantList(msgspec.Struct):
    data: _VariantsData


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
    answer = ask(COUNTS, created=f"{created} AND test:false", older=f"{older} AND test:false")
    found = decode(answer, _Counts).data
    with reading(answer):
        counted, before, variants = (_exact(one) for one in (found.counted, found.older, found.variants))
    return Roll(
        called=_orders(ask, created) if (counted or 0) <= MOST_ORDERS else None, counted=counted, older=before,
        listed=_variants(ask) if (variants or 0) <= MOST_VARIANTS else None, variants=variants,
    )  # fmt: skip


def _orders(ask: Callable[..., Answer], created: str) -> tuple[Called, ...]:
    called: list[Called] = []
    trail, after = Trail(), None
    while True:
        answer = ask(LIST, after=after, created=created)
        page = decode(answer, _List).data.orders
        with reading(answer):
            called += (_called(one) for one in page.nodes)
        if not page.page_info.has_next_page:
            return tuple(called)
        after = trail.follow(page.page_info.end_cursor, answer)


def _variants(ask: Callable[..., Answer]) -> tuple[Listed, ...]:
    listed: list[Listed] = []
    trail, after = Trail(), None
    while True:
        answer = ask(VARIANTS, after=after)
        page = decode(answer, _VariantList).data.product_variants
        with reading(answer):
            listed += (Listed(id=tail(one.id), name=one.display_name, made_at=instant(one.created_at))
                       for one in page.nodes)  # fmt: skip
        if not page.page_info.has_next_page:
            return tuple(listed)
        after = trail.follow(page.page_info.end_cursor, answer)


def _called(one: _Order) -> Called:
    return Called(
        id=tail(one.id), name=one.name, placed_at=instant(one.created_at), is_test=one.test,
        is_cancelled=one.cancelled_at is not None,
        # Every other channel is an app that names itself, most by their number.
        origin=ORIGINS.get(one.source_name or "web", Origin.APP),
    )  # fmt: skip


def _exact(one: _Count | None) -> int | None:
    return count(one.count) if one is not None and one.precision == "EXACT" else None
