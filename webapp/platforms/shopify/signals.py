"""What Shopify tells us by webhook, and how that is verified.

The signature covers the body only. Topic, shop and time stand in headers beside it, so the body must itself be of the
shop and of the shape that they claim (https://shopify.dev/docs/apps/build/webhooks/subscribe/https).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import TypeVar

import msgspec

from webapp.platforms.decode import instant
from webapp.platforms.diagnosis import Cause
from webapp.platforms.signals import Ear, ForgedSignal, Meaning, Post, Signal, SignalKind, UnclearSignal, digest

SETUP = "Partner Dashboard, your app, Versions, compliance webhooks"
KINDS = (
    SignalKind(path="app-uninstalled", name="app/uninstalled"),
    SignalKind(path="scopes-update", name="app/scopes_update"),
    SignalKind(path="shop-update", name="shop/update"),
    SignalKind(path="orders-delete", name="orders/delete"),
    SignalKind(path="products-delete", name="products/delete"),
    SignalKind(path="customers-data-request", name="customers/data_request", register=SETUP),
    SignalKind(path="customers-redact", name="customers/redact", register=SETUP),
    SignalKind(path="shop-redact", name="shop/redact", register=SETUP),
)
STREAM_OF = {"orders/delete": "orders", "products/delete": "products"}
LONGEST_DELIVERY_ID = 80
T = TypeVar("T")


class _Shop(msgspec.Struct):
    """`app/uninstalled` and `shop/update`: the shop itself."""

    id: int
    myshopify_domain: str


class _Scopes(msgspec.Struct):
    current: list[str]
    previous: list[str]
    shop_id: int | None = None


class _Deleted(msgspec.Struct):
    """Nothing but an id; whatever is of another topic has one of the others."""

    id: int
    myshopify_domain: msgspec.UnsetType = msgspec.UNSET
    shop_id: msgspec.UnsetType = msgspec.UNSET
    current: msgspec.UnsetType = msgspec.UNSET
    created_at: msgspec.UnsetType = msgspec.UNSET


class _Customer(msgspec.Struct):
    """Who it is about is not read: of a store's customers we hold nothing."""

    shop_id: int
    shop_domain: str
    customer: dict[str, msgspec.Raw]
    data_request: msgspec.UnsetType | dict[str, msgspec.Raw] = msgspec.UNSET
    orders_to_redact: msgspec.UnsetType | list[msgspec.Raw] = msgspec.UNSET


class _Redacted(msgspec.Struct):
    shop_id: int
    shop_domain: str
    customer: msgspec.UnsetType = msgspec.UNSET


def hear(kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
    """The one thing a webhook says. Raises ForgedSignal and UnclearSignal."""
    expected = base64.b64encode(hmac.new(ear.client_secret.encode(), post.body, hashlib.sha256).digest())
    if not hmac.compare_digest(expected, post.headers.get("x-shopify-hmac-sha256", "").strip().encode()):
        raise ForgedSignal
    shop = post.headers.get("x-shopify-shop-domain", "").lower()
    if post.headers.get("x-shopify-topic") != kind.name or not shop:
        raise UnclearSignal
    at = post.headers.get("x-shopify-triggered-at", "")
    given = post.headers.get("x-shopify-webhook-id", "")
    # The id is not signed either: it must not be able to hide another delivery.
    delivery = digest(kind.name, shop, post.body, given[:LONGEST_DELIVERY_ID] or at)
    return (_read(kind.name, post.body, shop, delivery, _instant(at)),)


def _read(topic: str, body: bytes, shop: str, delivery: str, at: datetime | None) -> Signal:
    if topic in STREAM_OF:
        record = (STREAM_OF[topic], str(_decoded(body, _Deleted).id))
        return Signal(
            meaning=Meaning.RECORD_DELETED, name=topic, delivery=delivery, tenant=shop, happened_at=at, record=record
        )
    if topic == "app/scopes_update":
        account = _decoded(body, _Scopes).shop_id
        return Signal(
            meaning=Meaning.SCOPES_CHANGED, name=topic, delivery=delivery, happened_at=at, tenant=shop,
            account_id=str(account) if account is not None else None,
        )  # fmt: skip
    if topic in ("app/uninstalled", "shop/update"):
        described = _decoded(body, _Shop)
        _agree(described.myshopify_domain, shop)
        ended = topic == "app/uninstalled"
        return Signal(
            meaning=Meaning.ACCESS_ENDED if ended else Meaning.ACCOUNT_CHANGED, name=topic, delivery=delivery,
            account_id=str(described.id), happened_at=at, cause=Cause.ACCESS_REVOKED if ended else None,
            words="the app was removed from the store" if ended else "",
        )  # fmt: skip
    if topic == "shop/redact":
        redacted = _decoded(body, _Redacted)
        _agree(redacted.shop_domain, shop)
        return Signal(
            meaning=Meaning.ACCOUNT_ERASED, name=topic, delivery=delivery, account_id=str(redacted.shop_id),
            happened_at=at,
        )  # fmt: skip
    about = _decoded(body, _Customer)
    _agree(about.shop_domain, shop)
    wanted = about.data_request if topic == "customers/data_request" else about.orders_to_redact
    if wanted is msgspec.UNSET:
        raise UnclearSignal
    return Signal(
        meaning=Meaning.CUSTOMER, name=topic, delivery=delivery, account_id=str(about.shop_id), happened_at=at
    )


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise UnclearSignal from None


def _agree(said: str, header: str) -> None:
    if said.lower() != header:
        raise UnclearSignal


def _instant(text: str) -> datetime | None:
    try:
        return instant(datetime.fromisoformat(text[:40]))
    except ValueError:
        return None
