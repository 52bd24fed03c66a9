"""Shopify from its own side: per-shop addresses, signed ways back, rotating offline tokens, the Admin GraphQL API."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.shopify_graphql import execute
from sandbox.shopify_webhooks import Webhooks, removed, shop_letters
from sandbox.signals import Letter
from sandbox.standins.base import Account, Asked, Consent, Ledger, Standin, back_to, not_here
from sandbox.store_data import Late, Seen, Shop, orders_seen, variants
from sandbox.switches import is_on, since_when, turned_when
from sandbox.world import World

SHOPS = {
    shop.domain: shop
    for shop in (
        Shop("aurora.myshopify.com", 61001, "Aurora Outdoor", "USD", "America/New_York", 65),
        Shop("cedar.myshopify.com", 61002, "Cedar & Co", "EUR", "Europe/Berlin", 8),
        Shop("borealis.myshopify.com", 61003, "Borealis Lights", "CAD", "America/Toronto", 15),
    )
}
DELETED_EVERY, LAST_DAYS = 7, timedelta(days=5)
ALL_ORDERS, RECENT = "read_all_orders", timedelta(days=60)
HIDDEN_EVERY = 5
ACCESS_LIFE, REFRESH_LIFE = timedelta(hours=1), timedelta(days=90)
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
NOT_ACTIVE = {"error": "invalid_request", "error_description": "This request requires an active refresh_token"}
BAD_TOKEN = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
NON_EXPIRING = {
    "errors": "[API] Non-expiring access tokens are no longer accepted for the Admin API. "
    "Start using expiring offline tokens."
}


class Shopify(Standin):
    slug = "shopify"
    name = "Shopify"
    accounts = tuple(
        Account(str(shop.number), shop.name, ("bob@borealis.test",) if "borealis" in shop.domain else
                ("ana@aurora.test", "ops@aurora.test"))
        for shop in SHOPS.values()
    )  # fmt: skip

    def owns(self, host: str) -> bool:
        return host.endswith(".myshopify.com")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if path != "/admin/oauth/authorize":
            return None
        if host not in SHOPS:
            not_here()
        return Asked(host, tuple(request.args.get("scope", "").split(",")), False, False, request.args["redirect_uri"])

    def reachable(self, person: str, tenant: str | None = None) -> list[Account]:
        number = str(SHOPS[tenant].number) if tenant else None
        return [one for one in super().reachable(person) if number is None or one.id == number]

    def signed_in(self, world: World) -> str:
        return "ana@aurora.test"

    def granted(self, world: World, scopes: list[str]) -> list[str]:
        kept = super().granted(world, scopes)
        return [one for one in kept if one != ALL_ORDERS] if is_on(world, self.slug, "recent_only") else kept

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        # Somebody who is signed in to another shop comes back with that shop.
        shop = SHOPS["borealis.myshopify.com" if is_on(world, self.slug, "other_account") else host]
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=[str(shop.number)], scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"], tenant=shop.domain,
        )  # fmt: skip
        return self._back(world, request, shop.domain, {"code": code})

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {"error": "access_denied", "error_description": "The merchant did not approve the app."}
        return self._back(world, request, host, said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        shop = SHOPS.get(host)
        if shop is None:
            return json_reply({"errors": "Not Found"}, 404)
        if path == "/admin/oauth/access_token" and request.method == "POST":
            return self._token(world, request, shop)
        if re.fullmatch(r"/admin/api/[0-9a-z-]+/graphql\.json", path) and request.method == "POST":
            return self._data(world, request, shop)
        return json_reply({"errors": "Not Found"}, 404)

    def tells(self, world: World, switch: str, account: str | None) -> list[Letter]:
        shops = [shop for shop in SHOPS.values() if account in (None, str(shop.number))]
        if switch == "access_revoked":
            gone = {one["tenant"] for one in world.data["grants"].values() if one["death"] == switch}
            return [one for shop in shops if shop.domain in gone for one in removed(world, shop)]
        if switch != "deleted_rows":
            return []
        since = since_when(world, self.slug, switch, account or "") or world.now()
        return [
            letter
            for shop in shops
            for one in orders_seen(shop, first_day=world.first_day, now=world.now(), late=None)
            if _is_deleted(one, since)
            for letter in shop_letters(world, shop, "orders/delete", {"id": one.order.id})
        ]

    def outage(self, request: Request) -> Response:
        return Response("<html><body>Service Unavailable</body></html>", 503, mimetype="text/html")

    def ledger(self, world: World) -> Ledger:
        found: Ledger = {}
        for shop in SHOPS.values():
            seen = [one for one in self.orders(world, shop) if not one.order.test]
            found[str(shop.number)] = {
                "orders": [_entry(one.order.id, one.order.day, one.current_total, shop) for one in seen],
                "refunds": [
                    _entry(one.refund.id, _day(one.refund.at, shop), one.refund.amount, shop)
                    for one in seen
                    if one.refund
                ],
                "products": [_entry(one.id, world.first_day, one.cost or 0, shop) for one in variants(shop)],
            }
        return found

    def orders(self, world: World, shop: Shop) -> list[Seen]:
        account = str(shop.number)
        found = list(orders_seen(shop, first_day=world.first_day, now=world.now(), late=self._late(world, account)))
        deleted = since_when(world, self.slug, "deleted_rows", account)
        if deleted is None:
            return found
        return [
            one for one in found if not _is_deleted(one, deleted)
        ]  # fmt: skip

    def _late(self, world: World, account: str) -> Late | None:
        turned = turned_when(world, self.slug, "late_data")
        return Late(*turned, holds=is_on(world, self.slug, "late_data", account)) if turned is not None else None

    def _back(self, world: World, request: Request, shop: str, said: dict[str, str]) -> str:
        params = {
            **said, "host": base64.b64encode(f"{shop}/admin".encode()).decode().rstrip("="), "shop": shop,
            "state": request.args.get("state", ""), "timestamp": str(int(world.now().timestamp())),
        }  # fmt: skip
        message = "&".join(f"{key}={params[key]}" for key in sorted(params))
        params["hmac"] = hmac.new(grants.CLIENT_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()
        return back_to(request.args["redirect_uri"], params)

    def _token(self, world: World, request: Request, shop: Shop) -> Response:
        said: dict[str, Any] = request.get_json(silent=True) or request.form.to_dict()
        refreshing, trading = said.get("grant_type") == "refresh_token", said.get("grant_type") == TOKEN_EXCHANGE
        world.count(self.slug, "refresh" if refreshing or trading else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return json_reply({"error": "invalid_client"}, 401)
        if refreshing:
            return self._refresh(world, shop, str(said.get("refresh_token", "")))
        if trading:
            return self._trade(world, shop, said)
        try:
            grant = grants.redeem(world, self.slug, str(said.get("code", "")))
        except Refused:
            text = "The authorization code was not found or was already used"
            return json_reply({"error": "invalid_request", "error_description": text}, 400)
        if grant["tenant"] != shop.domain:
            return json_reply({"error": "invalid_request", "error_description": "The code is for another shop"}, 400)
        if str(said.get("expiring")) != "1":
            token = grants.issue_token(world, grant, kind="forever", prefix="shpat_", life=None)
            return json_reply({"access_token": token, "scope": ",".join(grant["scopes"])})
        return self._pair(world, grant)

    def _refresh(self, world: World, shop: Shop, token: str) -> Response:
        try:
            grant, _ = grants.renew(world, self.slug, token, rotation=Rotation.UNTIL_USED)
        except Refused:
            return json_reply(NOT_ACTIVE, 401)
        if grant["tenant"] != shop.domain:
            return json_reply(NOT_ACTIVE, 401)
        return self._pair(world, grant)

    def _trade(self, world: World, shop: Shop, said: dict[str, Any]) -> Response:
        """A token that never expires for a pair that does; the old one is gone with it."""
        token = str(said.get("subject_token", ""))
        if {said.get("subject_token_type"), said.get("requested_token_type")} != {OFFLINE} or said.get(
            "expiring"
        ) != "1":
            return json_reply({"error": "invalid_request"}, 400)
        try:
            grant = grants.use(world, self.slug, token, kind="forever")
        except Refused:
            return json_reply({"error": "invalid_subject_token"}, 400)
        if grant["tenant"] != shop.domain:
            return json_reply({"error": "invalid_subject_token"}, 400)
        with world.changing() as data:
            del data["tokens"][token]
        return self._pair(world, grant)

    def _pair(self, world: World, grant: dict[str, Any]) -> Response:
        return json_reply(
            {
                "access_token": grants.issue_token(world, grant, kind="access", prefix="shpat_", life=ACCESS_LIFE),
                "scope": ",".join(grant["scopes"]),
                "expires_in": int(ACCESS_LIFE.total_seconds()),
                "refresh_token": grants.issue_token(world, grant, kind="refresh", prefix="shprt_", life=REFRESH_LIFE),
                "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
            }
        )

    def _data(self, world: World, request: Request, shop: Shop) -> Response:
        world.count(self.slug, "data")
        account = str(shop.number)
        token = request.headers.get("X-Shopify-Access-Token", "")
        if world.data["tokens"].get(token, {}).get("kind") == "forever":
            return json_reply(NON_EXPIRING, 403)
        try:
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused:
            return json_reply(BAD_TOKEN, 401)
        if grant["tenant"] != shop.domain:
            return json_reply(BAD_TOKEN, 401)
        if is_on(world, self.slug, "account_disabled", account):
            return json_reply({"errors": "Unavailable Shop"}, 402)
        if is_on(world, self.slug, "rate_limited", account):
            return json_reply(_THROTTLED)
        # Without that permission older orders are not refused: they are simply not there.
        oldest = world.now() - (timedelta(days=36_500) if ALL_ORDERS in grant["scopes"] else RECENT)
        hides = is_on(world, self.slug, "hidden_rows", account)
        reply = json_reply(
            execute(
                request.get_json(force=True),
                shop,
                grant["scopes"],
                orders=lambda: [one for one in self.orders(world, shop) if one.order.at >= oldest],
                is_hidden=lambda seen: hides and seen.order.id % HIDDEN_EVERY == 0,
                webhooks=Webhooks(world, shop),
            )
        )
        reply.headers["X-Shopify-API-Version"] = request.path.split("/")[4]
        return reply


def _is_deleted(seen: Seen, since: datetime) -> bool:
    return seen.order.id % DELETED_EVERY == 0 and since - LAST_DAYS <= seen.order.at <= since


def _day(at: datetime, shop: Shop) -> date:
    return at.astimezone(ZoneInfo(shop.timezone)).date()


def _entry(number: int, day: object, amount: int, shop: Shop) -> dict[str, object]:
    return {"id": str(number), "day": str(day), "amount_micros": amount, "currency": shop.currency}


_THROTTLED = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 752,
            "actualQueryCost": None,
            "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 12, "restoreRate": 100.0},
        }
    },
}
STANDIN = Shopify()
