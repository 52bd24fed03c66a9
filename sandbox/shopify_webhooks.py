"""Shopify's webhooks: who registered for what at which shop, and what is sent there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.signals import Letter, address_of
from sandbox.signing import webhook_headers
from sandbox.store_data import Shop
from sandbox.world import World

LOOPBACK = ("localhost", "127.0.0.1", "::1")
REDACT_AFTER_SECONDS = 48 * 3600


@dataclass(frozen=True, slots=True)
class Subscribed:
    id: int
    node: dict[str, Any]


class Webhooks:
    """What the app has registered at one shop."""

    def __init__(self, world: World, shop: Shop) -> None:
        self._world = world
        self._shop = shop

    def listed(self) -> list[Subscribed]:
        return [
            Subscribed(
                one["id"],
                {"id": f"gid://shopify/WebhookSubscription/{one['id']}", "topic": one["topic"], "uri": one["uri"],
                 "format": "JSON"},
            )
            for one in self._world.data["webhooks"] if one["shop"] == self._shop.domain
        ]  # fmt: skip

    def create(self, topic: str, uri: str) -> dict[str, Any]:
        with self._world.changing() as data:
            if urlsplit(uri).hostname not in LOOPBACK:
                return _refused("Address is not on this machine")
            if any(one.node["topic"] == topic and one.node["uri"] == uri for one in self.listed()):
                return _refused("Address for this topic has already been taken")
            number = max((one["id"] for one in data["webhooks"]), default=9000) + 1
            data["webhooks"].append({"id": number, "shop": self._shop.domain, "topic": topic, "uri": uri})
        return {"userErrors": [], "webhookSubscription": self.listed()[-1].node}


def shop_letters(world: World, shop: Shop, topic: str, said: dict[str, Any]) -> list[Letter]:
    """The webhook for everyone who registered for the topic at this shop."""
    name = topic.upper().replace("/", "_")
    wanted = [one["uri"] for one in world.data["webhooks"] if (one["shop"], one["topic"]) == (shop.domain, name)]
    return [_letter(world, shop, topic, said, uri) for uri in wanted]


def removed(world: World, shop: Shop) -> list[Letter]:
    """The app was removed: it is told, loses what it registered, and is told to delete everything two days later."""
    letters = shop_letters(world, shop, "app/uninstalled", shop_body(shop))
    with world.changing() as data:
        data["webhooks"] = [one for one in data["webhooks"] if one["shop"] != shop.domain]
    redact = address_of(world, "shopify", "shop-redact")
    if redact is not None:
        said = {"shop_id": shop.number, "shop_domain": shop.domain}
        letters.append(_letter(world, shop, "shop/redact", said, redact, after=REDACT_AFTER_SECONDS))
    return letters


def shop_body(shop: Shop) -> dict[str, Any]:
    """The shop itself, as `app/uninstalled` and `shop/update` carry it."""
    return {
        "id": shop.number, "name": shop.name, "email": "owner@shop.test", "domain": shop.domain,
        "myshopify_domain": shop.domain, "currency": shop.currency, "iana_timezone": shop.timezone,
        "shop_owner": "A. Merchant", "plan_name": "basic",
    }  # fmt: skip


def _letter(world: World, shop: Shop, topic: str, said: dict[str, Any], uri: str, *, after: float = 0) -> Letter:
    body, at = json.dumps(said), world.now() + timedelta(seconds=after)
    return Letter(uri, body, webhook_headers(topic, shop.domain, body.encode(), at=at), after)


def _refused(why: str) -> dict[str, Any]:
    return {"userErrors": [{"field": ["webhookSubscription", "uri"], "message": why}], "webhookSubscription": None}
