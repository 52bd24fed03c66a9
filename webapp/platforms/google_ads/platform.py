"""What Google Ads is: Google's OAuth, the accounts a sign-in reaches (managers included), and searchStream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, token_set, zone_name
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.google_ads import signals
from webapp.platforms.google_ads.advice import ADVICE
from webapp.platforms.google_ads.diagnose import diagnose
from webapp.platforms.google_ads.report import account_totals, by_account, by_campaign, records
from webapp.platforms.google_ads.risc import register
from webapp.platforms.scope_words import OPENID
from webapp.platforms.signals import Ear, Post, Signal, SignalKind
from webapp.platforms.streams import Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

VERSION = "v25"
HOST = f"https://googleads.googleapis.com/{VERSION}"
ADWORDS = "https://www.googleapis.com/auth/adwords"
SHORT = {"https://www.googleapis.com/auth/userinfo.email": "email"}
CUSTOMER = (
    "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone, customer.manager, "
    "customer.test_account, customer.status FROM customer"
)
CLIENTS = (
    "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, "
    "customer_client.time_zone, customer_client.manager, customer_client.test_account, customer_client.status "
    "FROM customer_client WHERE customer_client.manager = FALSE"
)
MOST_ACCOUNTS = 500


class _Person(msgspec.Struct):
    sub: str
    name: str | None = None
    email: str | None = None


class _Names(msgspec.Struct, rename="camel"):
    resource_names: list[str] = []


class _Customer(msgspec.Struct, rename="camel"):
    id: str | int
    descriptive_name: str = ""
    currency_code: str = "USD"
    time_zone: str = "UTC"
    manager: bool = False
    test_account: bool = False
    status: str = "ENABLED"


class _Described(msgspec.Struct, rename="camel"):
    customer: _Customer | None = None
    customer_client: _Customer | None = None


class _DescribedChunk(msgspec.Struct):
    results: list[_Described] = []


class GoogleAds(Platform):
    slug = "google_ads"
    name = "Google Ads"
    company = "Google"
    kind = "ads"
    mark = "googleads"
    in_demo = True
    scopes = ("openid", "email", ADWORDS)
    scope_words = (
        *OPENID,
        (ADWORDS, marked("Google Ads accounts (Google has no narrower permission; we only read)")),
    )
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            depth_days=90, look_back=30, window_days=90,
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    pkce = True
    # Both words count: whoever is signed in is asked who it is, and a refresh token comes back.
    chooser = (("prompt", "select_account consent"),)
    signed_in_at = "https://accounts.google.com/"
    needs_developer_token = True
    # Basic access; a whole searchStream is one (developers.google.com/google-ads/api/docs/access-levels).
    daily_operations = 15_000
    # developers.google.com/identity/protocols/oauth2: a refresh token that has not been used for six months.
    dies_unused_after = timedelta(days=180)
    lifetimes = "Renews itself, also while it is paused. It ends when access is removed in the Google account."
    depth_note = "The first import brings the last 90 days of spend by campaign."
    signals = signals.KINDS
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return "https://accounts.google.com/o/oauth2/v2/auth"

    def authorize_params(self, *, login_hint: str | None, again: bool) -> dict[str, str]:
        # Without prompt=consent somebody who approved before brings back no refresh token.
        params = {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"}
        return {**params, "login_hint": login_hint} if login_hint else params

    def token_url(self, tenant: str | None) -> str:
        return "https://oauth2.googleapis.com/token"

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(SHORT.get(one, one) for one in found.scope.split()) if found.scope else None
        return token_set(answer, found, now=now, life=timedelta(hours=1), scopes=scopes)

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        api.call(
            lambda token: Request(
                method="POST", url="https://oauth2.googleapis.com/revoke",
                body=urlencode({"token": refresh_token or token}).encode(),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
        )  # fmt: skip

    def identity(self, api: Api) -> Identity:
        answer = api.call(
            lambda token: Request(
                url="https://openidconnect.googleapis.com/v1/userinfo", headers={"authorization": f"Bearer {token}"}
            ),
            stage=Stage.IDENTITY_CHECK,
        )
        person = decode(answer, _Person)
        return Identity(subject=person.sub, name=person.name or person.email or "Google", email=person.email)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        answer = api.call(
            lambda token: Request(url=f"{HOST}/customers:listAccessibleCustomers", headers=_headers(api, token, None))
        )
        found: dict[str, Account] = {}
        for name in decode(answer, _Names).resource_names[:MOST_ACCOUNTS]:
            for account in self._below(api, name.removeprefix("customers/")):
                # Reached directly beats reached through a manager, who may let go of it.
                if account.id not in found or account.route is None:
                    found[account.id] = account
        return tuple(found.values())

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        return tokens.scopes or frozenset()

    def probe(self, api: Api, account: Account) -> Account:
        answer = self._search(api, account.id, CUSTOMER, account.route)
        found = [
            row.customer for chunk in decode(answer, list[_DescribedChunk]) for row in chunk.results if row.customer
        ]
        if not found:
            raise garbled(answer, "it does not describe the account")
        if str(found[0].id) != account.id:
            raise garbled(answer, "it describes another account")
        if found[0].status in ("CANCELED", "CANCELLED", "CLOSED", "SUSPENDED"):
            words = f"The account is {found[0].status.lower()}."
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code=found[0].status, message=words), answer)
        return _account(found[0], account.route)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        answer = self._search(api, account.id, by_campaign(window), account.route)
        yield Page(records=records(answer, window, account), resume=None)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        return account_totals(self._search(api, account.id, by_account(window), account.route), window, account)

    def hear(self, kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
        return signals.hear(kind, post, ear)

    def subscribe(self, api: Api, addresses: Mapping[str, str]) -> None:
        key = api.credentials.service_account
        if key is not None:
            register(api, key, addresses[signals.EVENT.name])

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://ads.google.com/aw/overview?ocid={account_id}"

    def _below(self, api: Api, customer: str) -> list[Account]:
        """The account itself, or what a manager account manages; nothing when just this one cannot be reached."""
        try:
            answer = self._search(api, customer, CUSTOMER, None)
            own = [
                row.customer for chunk in decode(answer, list[_DescribedChunk]) for row in chunk.results if row.customer
            ]
            if not own or not own[0].manager:
                return [_account(one, None) for one in own]
            answer = self._search(api, customer, CLIENTS, customer)
            chunks = decode(answer, list[_DescribedChunk])
        except Trouble as trouble:
            if trouble.diagnosis.cause is Cause.ACCOUNT_UNAVAILABLE:
                return []
            raise
        managed = [row.customer_client for chunk in chunks for row in chunk.results if row.customer_client]
        return [_account(one, customer) for one in managed[:MOST_ACCOUNTS] if not one.manager]

    def _search(self, api: Api, customer: str, query: str, route: str | None) -> Answer:
        body = json.dumps({"query": query}).encode()
        url = f"{HOST}/customers/{customer}/googleAds:searchStream"
        return api.call(lambda token: Request(method="POST", url=url, body=body, headers=_headers(api, token, route)))


def _headers(api: Api, token: str, route: str | None) -> dict[str, str]:
    headers = {
        "authorization": f"Bearer {token}",
        "developer-token": api.credentials.developer_token or "",
        "content-type": "application/json",
    }
    return {**headers, "login-customer-id": route} if route else headers


def _account(one: _Customer, route: str | None) -> Account:
    note = "Test account" if one.test_account else None
    if one.status != "ENABLED":
        note = f"Google says: {one.status.lower()}"
    return Account(
        id=str(one.id), name=one.descriptive_name or f"Account {one.id}", currency=one.currency_code,
        timezone=zone_name(one.time_zone), route=route, note=note,
    )  # fmt: skip
