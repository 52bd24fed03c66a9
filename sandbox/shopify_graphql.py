"""The part of Shopify's Admin GraphQL API that a profit dashboard needs, as a real schema executed by graphql-core."""

from __future__ import annotations

import base64
import json
import operator
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLResolveInfo, execute_sync, parse, validate

from sandbox.shopify_schema import SCHEMA
from sandbox.shopify_webhooks import Webhooks
from sandbox.store_data import Order, Seen, Shop, Variant, variants

Info = GraphQLResolveInfo[Any]
# What rows are sorted by: a moment, if they have one, and their id.
Place = tuple[Any, int]
MAX_FIRST = 250
# Every so many orders are paid from another market.
ABROAD = 6
# Every so many are sold at the counter, written as a draft, or come through another app.
COUNTER, DRAFT, APP = 9, 31, 47
NEEDED = {"orders": "read_orders", "order": "read_orders", "ordersCount": "read_orders",
          "productVariants": "read_products", "productVariantsCount": "read_products",
          "retailLocation": "read_locations"}  # fmt: skip
_TERM = re.compile(r"(updated_at|created_at):\s*(>=|<=|<|>)\s*'?([0-9T:+\-.Z]+)'?")
_SIGNS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}
_TEST = re.compile(r"(?<![\w:])test:(true|false)")


def execute(
    asked: dict[str, Any],
    shop: Shop,
    scopes: Sequence[str],
    orders: Callable[[], list[Seen]],
    is_hidden: Callable[[Seen], bool],
    webhooks: Webhooks,
) -> dict[str, Any]:
    """The answer to one GraphQL request, errors and cost included, as Shopify words them (HTTP 200 either way).

    What is hidden is not listed, but counted: a permission that sees only part.
    """
    try:
        document, faults = _read(str(asked.get("query", "")))
    except GraphQLError as error:
        return {"errors": [{"message": error.message}]}
    if faults:
        return {"errors": [{"message": fault.message, "extensions": {"code": "undefinedField"}} for fault in faults]}
    root = _Root(shop, scopes, orders, is_hidden, webhooks)
    result = execute_sync(SCHEMA, document, root_value=root, variable_values=asked.get("variables") or {})
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_error(error) for error in result.errors]
    body["extensions"] = {
        "cost": {
            "requestedQueryCost": 112,
            "actualQueryCost": 60,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1888, "restoreRate": 100.0},
        }
    }
    return body


@lru_cache(maxsize=64)
def _read(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(query)
    return document, validate(SCHEMA, document)


class _Root:
    def __init__(
        self,
        shop: Shop,
        scopes: Sequence[str],
        orders: Callable[[], list[Seen]],
        is_hidden: Callable[[Seen], bool],
        webhooks: Webhooks,
    ) -> None:
        self._webhooks = webhooks
        self._shop = shop
        self._scopes = {one.replace("write_", "read_") for one in scopes}
        self._orders = orders
        self._is_hidden = is_hidden

    def shop(self, _info: Info) -> dict[str, Any]:
        shop = self._shop
        return {
            "id": f"gid://shopify/Shop/{shop.number}", "name": shop.name, "myshopifyDomain": shop.domain,
            "currencyCode": shop.currency, "ianaTimezone": shop.timezone,
        }  # fmt: skip

    def currentAppInstallation(self, _info: Info) -> dict[str, Any]:
        handles = [{"handle": one, "description": one.replace("_", " ")} for one in sorted(self._scopes)]
        return {"id": "gid://shopify/AppInstallation/1", "accessScopes": handles}

    def webhookSubscriptions(self, _info: Info, first: int = 50, after: str | None = None) -> dict[str, Any]:
        return _connection(self._webhooks.listed(), first, after, lambda one: one.node)

    def webhookSubscriptionCreate(self, _info: Info, topic: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:
        return self._webhooks.create(topic, str(webhookSubscription.get("uri", "")))

    def orders(
        self, info: Info, first: int = 50, after: str | None = None, sortKey: str = "PROCESSED_AT",
        reverse: bool = False, query: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        self.allowed(info)
        key = _sorting(sortKey)
        listed = [one for one in self._matching(query) if not self._is_hidden(one)]
        found = sorted(listed, key=key, reverse=reverse)
        return _connection(found, first, after, lambda one: _order(one, self._shop), key)

    def order(self, info: Info, id: str) -> dict[str, Any] | None:
        self.allowed(info)
        found = [one for one in self._orders() if f"gid://shopify/Order/{one.order.id}" == id]
        return _order(found[0], self._shop) if found else None

    def ordersCount(self, info: Info, query: str = "", limit: int | None = 10_000) -> dict[str, Any]:
        self.allowed(info)
        found = len(self._matching(query))
        capped = limit is not None and found > int(limit)
        return {"count": min(found, int(limit)) if limit is not None else found,
                "precision": "AT_LEAST" if capped else "EXACT"}  # fmt: skip

    def productVariants(self, info: Info, first: int = 50, after: str | None = None) -> dict[str, Any]:
        self.allowed(info)
        return _connection(variants(self._shop), first, after, lambda one: _variant(one, self._shop))

    def productVariantsCount(self, info: Info, query: str = "", limit: int | None = None) -> dict[str, Any]:
        self.allowed(info)
        return {"count": len(variants(self._shop)), "precision": "EXACT"}

    def _matching(self, query: str) -> list[Seen]:
        found = self._orders()
        for name, sign, at in _TERM.findall(query):
            holds, limit = _SIGNS[sign], _aware(datetime.fromisoformat(at.replace("Z", "+00:00")))
            when = _changed if name == "updated_at" else _placed
            found = [one for one in found if holds(when(one), limit)]
        tests_only = {said == "true" for said in _TEST.findall(query)}
        return [one for one in found if not tests_only or one.order.test in tests_only]

    def allowed(self, info: Info) -> None:
        needed = NEEDED[info.field_name]
        if needed not in self._scopes:
            raise GraphQLError(
                f"Access denied for {info.field_name} field. Required access: `{needed}` access scope.",
                extensions={"code": "ACCESS_DENIED", "requiredAccess": f"`{needed}` access scope."},
            )


def _changed(one: Seen) -> datetime:
    return one.changed_at


def _placed(one: Seen) -> datetime:
    return one.order.at


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _sorting(key: str) -> Callable[[Seen], Place]:
    when = _changed if key == "UPDATED_AT" else _placed
    return lambda one: (when(one).replace(microsecond=0), one.order.id)


def _by_id(one: Any) -> Place:
    return None, one.id


def _connection(
    found: Sequence[Any],
    first: int,
    after: str | None,
    node: Callable[[Any], dict[str, Any]],
    key: Callable[[Any], Place] = _by_id,
) -> dict[str, Any]:
    """A page after a place. A cursor is the last row's own value and id, so rows that come and go shift nothing."""
    if not 0 < first <= MAX_FIRST:
        raise GraphQLError(f"first must be between 1 and {MAX_FIRST}", extensions={"code": "BAD_USER_INPUT"})
    place = _place(after)
    rest = found if place is None else [one for one in found if key(one) > place]
    page = rest[:first]
    info = {
        "hasNextPage": len(rest) > len(page), "hasPreviousPage": place is not None,
        "startCursor": _cursor(key(page[0])) if page else None, "endCursor": _cursor(key(page[-1])) if page else None,
    }  # fmt: skip
    return {"nodes": [node(one) for one in page], "pageInfo": info}


def _cursor(place: Place) -> str:
    value, number = place
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value and _iso(value)}).encode()).decode()


def _place(cursor: str | None) -> Place | None:
    if not cursor:
        return None
    try:
        found = json.loads(base64.b64decode(cursor, validate=True))
        value = found["last_value"]
        return value and datetime.fromisoformat(value), int(found["last_id"])
    except (ValueError, KeyError, TypeError):
        raise GraphQLError(
            "Invalid cursor for current pagination sort.", extensions={"code": "INVALID_CURSOR"}
        ) from None


def _order(seen: Seen, shop: Shop) -> dict[str, Any]:
    order, currency = seen.order, shop.currency
    discount = _money(order.discount, currency)
    subtotal = order.subtotal + seen.correction - seen.refunded
    return {
        "id": f"gid://shopify/Order/{order.id}", "name": order.name, "createdAt": _iso(order.at),
        "updatedAt": _iso(seen.changed_at), "processedAt": _iso(order.at), "test": order.test,
        "sourceName": _source(order), "retailLocation": lambda info: _location(info, order),
        "cancelledAt": _iso(seen.cancelled_at) if seen.cancelled_at else None, "currencyCode": currency,
        "presentmentCurrencyCode": "CAD" if order.id % ABROAD == 0 else currency,
        "totalPriceSet": _money(order.total, currency), "currentTotalPriceSet": _money(seen.current_total, currency),
        "subtotalPriceSet": _money(order.subtotal, currency), "currentSubtotalPriceSet": _money(subtotal, currency),
        "totalDiscountsSet": discount, "currentTotalDiscountsSet": discount,
        "totalShippingPriceSet": _money(order.shipping, currency), "totalTaxSet": _money(order.tax, currency),
        "currentTotalTaxSet": _money(order.tax, currency), "totalRefundedSet": _money(seen.refunded, currency),
        "lineItems": lambda _info, first=50, after=None: _connection(order.lines, first, after, _line_of(order, shop)),
        "refunds": lambda _info, first=None: [
            {"id": f"gid://shopify/Refund/{one.id}", "createdAt": _iso(one.at),
             "totalRefundedSet": _money(one.amount, currency)}
            for one in ([seen.refund] if seen.refund else [])
        ],
    }  # fmt: skip


def _source(order: Order) -> str:
    if order.id % COUNTER == 0:
        return "pos"
    return "shopify_draft_order" if order.id % DRAFT == 0 else "580111" if order.id % APP == 0 else "web"


def _location(info: Info, order: Order) -> dict[str, Any] | None:
    """https://shopify.dev/changelog/the-location-object-requires-read_locations-scope: since 2024-07."""
    info.root_value.allowed(info)
    place = 1 + order.id // COUNTER % 2
    return {"id": f"gid://shopify/Location/{place}", "name": f"Shop {place}"} if _source(order) == "pos" else None


def _line_of(_order: Order, shop: Shop) -> Callable[[Any], dict[str, Any]]:
    return lambda line: {
        "id": f"gid://shopify/LineItem/{line.id}", "title": line.variant.title, "name": line.variant.title,
        "sku": line.variant.sku, "quantity": line.quantity, "currentQuantity": line.quantity,
        "product": {"id": f"gid://shopify/Product/{line.variant.product_id}", "title": line.variant.title},
        "variant": _variant(line.variant, shop), "originalTotalSet": _money(line.total, shop.currency),
        "discountedTotalSet": _money(line.total, shop.currency),
    }  # fmt: skip


def _variant(one: Variant, shop: Shop) -> dict[str, Any]:
    cost = {"amount": _decimal(one.cost), "currencyCode": shop.currency} if one.cost is not None else None
    return {
        "id": f"gid://shopify/ProductVariant/{one.id}", "title": one.title, "displayName": one.title, "sku": one.sku,
        "createdAt": "2020-01-01T12:00:00Z",
        "price": _decimal(one.price), "product": {"id": f"gid://shopify/Product/{one.product_id}", "title": one.title},
        "inventoryItem": {"id": f"gid://shopify/InventoryItem/{one.id}", "unitCost": cost},
    }  # fmt: skip


@lru_cache(maxsize=4096)
def _money(micros: int, currency: str) -> dict[str, Any]:
    money = {"amount": _decimal(micros), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def _decimal(micros: int) -> str:
    return format((Decimal(micros) / 1_000_000).normalize(), "f") if micros else "0.0"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(error: GraphQLError) -> dict[str, Any]:
    return {"message": error.message, "path": error.path, "extensions": error.extensions or {}}
