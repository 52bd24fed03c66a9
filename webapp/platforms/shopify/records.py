"""Shopify's pages as our rows: the store's own currency, its own days, and nobody's name or address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, decode, garbled, instant, micros, reading, zone_name
from webapp.platforms.paging import Trail
from webapp.platforms.records import Line, Order, Refund, Variant

# GraphQL's Int, and a column of the same size.
MOST_PIECES = 2**31 - 1


class PageInfo(msgspec.Struct, rename="camel", gc=False):
    has_next_page: bool
    end_cursor: str | None = None


class _Amount(msgspec.Struct, rename="camel", gc=False):
    amount: str
    currency_code: str


class _Money(msgspec.Struct, rename="camel", gc=False):
    shop_money: _Amount


class _Id(msgspec.Struct, gc=False):
    id: str


class _Line(msgspec.Struct, rename="camel", gc=False):
    id: str
    title: str
    quantity: int
    discounted_total_set: _Money
    sku: str | None = None
    product: _Id | None = None
    variant: _Id | None = None


class Lines(msgspec.Struct, rename="camel", gc=False):
    nodes: list[_Line]
    page_info: PageInfo


class _Refund(msgspec.Struct, rename="camel", gc=False):
    id: str
    total_refunded_set: _Money
    created_at: datetime | None = None


class _Order(msgspec.Struct, rename="camel", gc=False):
    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    test: bool
    current_total_price_set: _Money
    current_subtotal_price_set: _Money
    current_total_discounts_set: _Money
    total_shipping_price_set: _Money
    current_total_tax_set: _Money
    total_refunded_set: _Money
    line_items: Lines
    refunds: list[_Refund]
    cancelled_at: datetime | None = None
    presentment_currency_code: str | None = None


class Orders(msgspec.Struct, rename="camel", gc=False):
    nodes: list[_Order]
    page_info: PageInfo


class _OrdersData(msgspec.Struct, gc=False):
    orders: Orders


class OrdersPage(msgspec.Struct, gc=False):
    data: _OrdersData


class _Listed(msgspec.Struct):
    id: str
    test: bool


class Ids(msgspec.Struct, rename="camel"):
    nodes: list[_Listed]
    page_info: PageInfo


class _IdsData(msgspec.Struct):
    orders: Ids


class IdsPage(msgspec.Struct):
    data: _IdsData


class _OneOrder(msgspec.Struct, rename="camel", gc=False):
    line_items: Lines


class _OneOrderData(msgspec.Struct, gc=False):
    order: _OneOrder


class MoreLines(msgspec.Struct, gc=False):
    data: _OneOrderData


class _Item(msgspec.Struct, rename="camel", gc=False):
    unit_cost: _Amount | None = None


class _Variant(msgspec.Struct, rename="camel", gc=False):
    id: str
    display_name: str
    price: str
    product: _Id
    sku: str | None = None
    inventory_item: _Item | None = None


class Variants(msgspec.Struct, rename="camel", gc=False):
    nodes: list[_Variant]
    page_info: PageInfo


class _VariantsData(msgspec.Struct, rename="camel", gc=False):
    product_variants: Variants


class VariantsPage(msgspec.Struct, gc=False):
    data: _VariantsData


def orders(answer: Answer, page: Orders, account: Account, more: Callable[[str, str], Answer]) -> tuple[Order, ...]:
    """The page's orders without test orders; `more(order, cursor)` asks for lines that did not fit. Raises Trouble."""
    zone = ZoneInfo(zone_name(account.timezone))
    whole = [
        (one, one.line_items.nodes if not one.line_items.page_info.has_next_page else _all_lines(answer, one, more))
        for one in page.nodes if not one.test
    ]  # fmt: skip
    with reading(answer):
        found = tuple([_order(one, lines, zone) for one, lines in whole])
    if any(one.currency != account.currency for one in found):
        raise garbled(answer, "its amounts are in a currency that is not the store's")
    return found


def ids(page: Ids) -> frozenset[str]:
    """The ids of the page's orders, test orders left out; ValueError when one is no id."""
    return frozenset(tail(one.id) for one in page.nodes if not one.test)


def variants(answer: Answer, page: Variants) -> tuple[Variant, ...]:
    """The page's variants with what each costs the merchant, None where that was never entered."""
    with reading(answer):
        return tuple(_variant(one) for one in page.nodes)


def _all_lines(answer: Answer, order: _Order, more: Callable[[str, str], Answer]) -> list[_Line]:
    lines, info, trail = list(order.line_items.nodes), order.line_items.page_info, Trail()
    while info.has_next_page:
        answer = more(order.id, trail.follow(info.end_cursor, answer))
        page = decode(answer, MoreLines).data.order.line_items
        lines += page.nodes
        info = page.page_info
    return lines


def _order(one: _Order, lines: list[_Line], zone: ZoneInfo) -> Order:
    created = instant(one.created_at)
    return Order(
        id=tail(one.id),
        name=one.name,
        created_at=created,
        changed_at=instant(one.updated_at),
        cancelled_at=instant(one.cancelled_at) if one.cancelled_at else None,
        day=created.astimezone(zone).date(),
        currency=one.current_total_price_set.shop_money.currency_code,
        total_micros=micros(one.current_total_price_set.shop_money.amount),
        subtotal_micros=micros(one.current_subtotal_price_set.shop_money.amount),
        discount_micros=micros(one.current_total_discounts_set.shop_money.amount),
        shipping_micros=micros(one.total_shipping_price_set.shop_money.amount),
        tax_micros=micros(one.current_total_tax_set.shop_money.amount),
        refunded_micros=micros(one.total_refunded_set.shop_money.amount),
        lines=tuple([_line(line) for line in lines]),
        refunds=tuple([_refund(refund, one, zone) for refund in one.refunds if refund.created_at is not None]),
        market=one.presentment_currency_code or "",
    )


def _line(line: _Line) -> Line:
    product, variant, sku = line.product, line.variant, line.sku
    return Line(
        id=tail(line.id),
        product_id=_known(product.id) if product else None,
        variant_id=_known(variant.id) if variant else None,
        title=line.title,
        sku=sku or None,
        quantity=count(line.quantity, MOST_PIECES),
        total_micros=micros(line.discounted_total_set.shop_money.amount),
    )


def _refund(refund: _Refund, order: _Order, zone: ZoneInfo) -> Refund:
    at = instant(refund.created_at or order.updated_at)
    return Refund(
        id=tail(refund.id),
        order_id=tail(order.id),
        created_at=at,
        day=at.astimezone(zone).date(),
        amount_micros=micros(refund.total_refunded_set.shop_money.amount),
        currency=refund.total_refunded_set.shop_money.currency_code,
    )


def _variant(one: _Variant) -> Variant:
    cost = one.inventory_item.unit_cost if one.inventory_item else None
    return Variant(
        id=tail(one.id),
        product_id=tail(one.product.id),
        title=one.display_name,
        sku=one.sku or None,
        price_micros=micros(one.price),
        unit_cost_micros=micros(cost.amount) if cost else None,
        currency=cost.currency_code if cost else None,
    )


def tail(gid: str) -> str:
    """The number a global id ends in; ValueError when there is none. <https://shopify.dev/docs/api/usage/gids>"""
    number = gid.rpartition("/")[2]
    if number.isascii() and number.isdigit() and len(number) <= 20:
        return number
    raise ValueError("not an id")


# A page names the same few products thousands of times.
_known = lru_cache(2048)(tail)
