"""What Shopify is: its addresses, how it signs, who it says consented, and how its data is asked for.

Nothing is taken back on a disconnect: Shopify's only way (DELETE /admin/api_permissions/current.json) removes the app,
and 48 hours later it would have us delete what was imported, which a disconnect promises to keep.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, ForgedCallback, Identity, OtherTenant, Renewal, TenantField, TokenSet
from webapp.platforms.decode import decode, decode_tokens, plain, reading, token_set
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.paging import Trail
from webapp.platforms.records import Record
from webapp.platforms.roll import Roll
from webapp.platforms.shopify import signals
from webapp.platforms.shopify.advice import ADVICE
from webapp.platforms.shopify.diagnose import diagnose
from webapp.platforms.shopify.queries import IDS, MORE_LINES, ORDERS, SCOPES, SHOP, VARIANTS
from webapp.platforms.shopify.records import IdsPage, OrdersPage, PageInfo, VariantsPage, ids, orders, variants
from webapp.platforms.shopify.roll import roll
from webapp.platforms.shopify.shop import ScopesAnswer, Shop, ShopAnswer, account_of, number_of, with_reads
from webapp.platforms.shopify.shop_name import clean_shop
from webapp.platforms.shopify.totals import counts_query, counts_variables, day_counts
from webapp.platforms.shopify.webhooks import register
from webapp.platforms.signals import Ear, Post, Signal, SignalKind
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

# https://shopify.dev/docs/api/usage/versioning: quarterly, supported for a year.
VERSION = "2026-10"
TIMESTAMP_SECONDS = 90
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ALL_ORDERS, RECENT_DAYS = "read_all_orders", 60


class Shopify(Platform):
    slug = "shopify"
    name = "Shopify"
    company = "Shopify"
    kind = "store"
    signed_in_at = "https://accounts.shopify.com/"
    mark = "shopify"
    in_demo = True
    scopes = ("read_orders", "read_products", "read_inventory")
    # Shopify gives it to approved apps only.
    optional_scopes = (ALL_ORDERS,)
    scope_separator = ","
    scope_words = (
        ("read_orders", marked("See orders and refunds")),
        ("read_products", marked("See products and their prices")),
        ("read_inventory", marked("See what products cost you")),
        (ALL_ORDERS, marked("See orders older than 60 days")),
    )
    streams = (
        Stream(name="orders", label="orders", unit=("order", "orders"), reading=Reading.CHANGES, depth_days=90),
        Stream(name="products", label="products", unit=("product", "products"), reading=Reading.SNAPSHOT),
    )
    renewal = Renewal.REFRESH_TOKEN
    rotates = True
    # shopify.dev changelog, 2026-08-28: until the replacement is first used.
    old_token_usable = True
    trades_old_tokens = True
    # A cursor holds the last row's own time and id (not a number of rows), so nothing shifts under it.
    page_life = timedelta(days=365)
    # shop/redact follows 48 hours after the app was removed.
    deletes_after = timedelta(hours=48)
    dies_unused_after = timedelta(days=90)
    tenant = TenantField(
        name="shop",
        label="Your store's address",
        placeholder="your-store.myshopify.com",
        hint="It ends in .myshopify.com; you find it in Shopify under Settings, Domains.",
        clean=clean_shop,
    )
    lifetimes = "Renews itself, also while it is paused. It ends when the app is removed."
    depth_note = "The first import brings the last 90 days of orders, with refunds, products and their cost."
    signals = signals.KINDS
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return f"https://{tenant}/admin/oauth/authorize"

    def verify_callback(self, params: Mapping[str, str], *, secret: str, tenant: str | None, now: datetime) -> None:
        """https://shopify.dev/docs/apps/build/authentication-authorization: HMAC over the other parameters, sorted."""
        signed = "&".join(f"{key}={params[key]}" for key in sorted(params) if key != "hmac")
        expected = hmac.new(secret.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), params.get("hmac", "").encode("utf-8", "surrogatepass")):
            raise ForgedCallback
        stamp = params.get("timestamp", "")
        fresh = stamp.isascii() and stamp.isdigit() and abs(now.timestamp() - int(stamp[:12])) <= TIMESTAMP_SECONDS
        if not fresh:
            raise ForgedCallback
        if params.get("shop") != tenant:
            raise OtherTenant(plain(params.get("shop", ""))[:80])

    def token_url(self, tenant: str | None) -> str:
        return f"https://{tenant}/admin/oauth/access_token"

    def exchange_params(self) -> dict[str, str]:
        # Without it Shopify gives a token that never expires, which its API has refused since 2026.
        return {"expiring": "1"}

    def renewal_params(self, *, access_token: str, refresh_token: str | None) -> dict[str, str]:
        if refresh_token is not None:
            return super().renewal_params(access_token=access_token, refresh_token=refresh_token)
        # https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens: a token
        # that never expires is traded for a pair that does, without the merchant; there is no way back.
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": access_token,
            "subject_token_type": OFFLINE, "requested_token_type": OFFLINE, "expiring": "1",
        }  # fmt: skip

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(one.strip() for one in found.scope.split(",")) if found.scope else None
        return token_set(
            answer, found, now=now, life=timedelta(hours=1), refresh_life=timedelta(days=90), scopes=scopes
        )  # fmt: skip

    def identity(self, api: Api) -> Identity:
        shop, _ = self._shop(api)
        return Identity(subject=number_of(shop.id), name=shop.name, email=None)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        shop, _ = self._shop(api)
        return (account_of(shop),)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        if tokens.scopes is not None:
            return with_reads(tokens.scopes)
        answer = self._ask(api, SCOPES)
        found = decode(answer, ScopesAnswer).data.current_app_installation.access_scopes
        return with_reads(frozenset(one.handle for one in found))

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        return None if ALL_ORDERS in scopes else RECENT_DAYS

    def probe(self, api: Api, account: Account) -> Account:
        shop, answer = self._shop(api)
        if number_of(shop.id) != account.id:
            raise Trouble(
                verdict(Cause.WRONG_ACCOUNT, message=f"This permission is for {shop.myshopify_domain}."), answer
            )
        return account_of(shop)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        trail, after = Trail(resume), resume
        while True:
            records, info, answer = self._page(api, account, stream, window, after)
            after = trail.follow(info.end_cursor, answer) if info.has_next_page else None
            # A page is let go before the next one is asked for: what is here is all there is of it.
            page = Page(records=records, resume=after)
            del records, answer
            yield page
            if after is None:
                return
            del page

    def _page(
        self, api: Api, account: Account, stream: Stream, window: Window, after: str | None
    ) -> tuple[tuple[Record, ...], PageInfo, Answer]:
        if stream.name == "products":
            answer = self._ask(api, VARIANTS, after=after)
            found = decode(answer, VariantsPage).data.product_variants
            return variants(answer, found), found.page_info, answer
        answer = self._ask(api, ORDERS, after=after, changed=_within("updated_at", window))
        page = decode(answer, OrdersPage).data.orders
        return orders(answer, page, account, lambda id, at: self._lines(api, id, at)), page.page_info, answer

    def listed(self, api: Api, account: Account, stream: Stream, window: Window) -> frozenset[str] | None:
        trail, after, found = Trail(), None, set[str]()
        while True:
            answer = self._ask(api, IDS, after=after, created=_within("created_at", window))
            page = decode(answer, IdsPage).data.orders
            with reading(answer):
                found |= ids(page)
            if not page.page_info.has_next_page:
                return frozenset(found)
            after = trail.follow(page.page_info.end_cursor, answer)

    def roll(self, api: Api, account: Account, window: Window, *, before: datetime) -> Roll | None:
        return roll(partial(self._ask, api), _within("created_at", window), f"created_at:<'{_iso(before)}'")

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        days = tuple(window.days)
        return day_counts(self._ask(api, counts_query(days), stage=Stage.API, **counts_variables(days, account)), days)

    def subscribe(self, api: Api, addresses: Mapping[str, str]) -> None:
        register(partial(self._ask, api), addresses)

    def hear(self, kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
        return signals.hear(kind, post, ear)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return "https://admin.shopify.com/"

    def _lines(self, api: Api, order: str, after: str) -> Answer:
        return self._ask(api, MORE_LINES, id=order, after=after)

    def _shop(self, api: Api) -> tuple[Shop, Answer]:
        answer = self._ask(api, SHOP, stage=Stage.IDENTITY_CHECK)
        return decode(answer, ShopAnswer).data.shop, answer

    def _ask(self, api: Api, query: str, *, stage: Stage = Stage.API, **variables: str | None) -> Answer:
        body = json.dumps({"query": query, "variables": variables}).encode()
        url = f"https://{api.tenant}/admin/api/{VERSION}/graphql.json"
        try:
            return api.call(
                lambda token: Request(
                    method="POST", url=url, body=body,
                    headers={"content-type": "application/json", "x-shopify-access-token": token},
                ),
                stage=stage,
            )  # fmt: skip
        except Trouble as trouble:
            if variables.get("after") and "cursor" in trouble.diagnosis.message.lower():
                raise DeadCursor(trouble.answer) from None
            raise


def _within(what: str, window: Window) -> str:
    return f"{what}:>='{_iso(window.start)}' AND {what}:<'{_iso(window.end)}'"


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
