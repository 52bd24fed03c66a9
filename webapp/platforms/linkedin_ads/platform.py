"""What LinkedIn is: OAuth with a fixed end, the versioned Marketing API, and ad analytics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, token_set
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.linkedin_ads.advice import ADVICE
from webapp.platforms.linkedin_ads.analytics import (
    BY_ACCOUNT,
    BY_CAMPAIGN,
    MOST_ELEMENTS,
    Element,
    account_totals,
    elements,
    question,
    spend,
)
from webapp.platforms.linkedin_ads.diagnose import diagnose
from webapp.platforms.paging import Trail
from webapp.platforms.scope_words import OPENID
from webapp.platforms.streams import Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

VERSION = "202610"
OAUTH = "https://www.linkedin.com/oauth/v2"
REST = "https://api.linkedin.com/rest"
PAGE_SIZE = 1000
CLOSED = {"CANCELED": "cancelled", "PENDING_DELETION": "about to be deleted", "REMOVED": "removed", "DRAFT": "a draft"}
ON_HOLD = {
    "BILLING_HOLD": "on hold because a payment is open",
    "RESTRICTED_HOLD": "restricted",
    "INTERNAL_HOLD": "on hold",
}


class _Member(msgspec.Struct):
    sub: str
    name: str | None = None
    email: str | None = None


class _Metadata(msgspec.Struct, rename="camel"):
    next_page_token: str | None = None


class _AdAccount(msgspec.Struct, rename="camel"):
    id: int | str
    name: str = ""
    currency: str = "USD"
    status: str = "ACTIVE"
    serving_statuses: list[str] = []
    test: bool = False

    @property
    def number(self) -> str:
        """Some answers write the id as a number, some as `urn:li:sponsoredAccount:123`."""
        return str(self.id).rpartition(":")[2]


class _AdAccounts(msgspec.Struct):
    elements: list[_AdAccount]
    metadata: _Metadata | None = None


class _Campaign(msgspec.Struct):
    id: int | str
    name: str = ""


class _Campaigns(msgspec.Struct):
    elements: list[_Campaign]
    metadata: _Metadata | None = None


class LinkedInAds(Platform):
    slug = "linkedin_ads"
    name = "LinkedIn Ads"
    company = "LinkedIn"
    kind = "ads"
    signed_in_at = "https://www.linkedin.com/"
    scopes = ("r_ads", "r_ads_reporting", "openid", "profile", "email")
    scope_words = (
        *OPENID,
        ("r_ads", marked("See ad accounts and campaigns")),
        ("r_ads_reporting", marked("See reports of what was spent")),
    )
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            today_alone=True, depth_days=90, look_back=30, window_days=31,
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    # learn.microsoft.com/linkedin/shared/authentication/programmatic-refresh-tokens: 365 days from the first consent.
    renewal_extends = False
    renew_ahead = timedelta(days=3)
    # Public connectors wait half a minute after minting: until then LinkedIn may answer 401 to a good token.
    settles_in = timedelta(seconds=30)
    introspect_url = f"{OAUTH}/introspectToken"
    lifetimes = "Lasts exactly 365 days from the day you approve it, then LinkedIn asks you again. We tell you before."
    depth_note = "The first import brings the last 90 days of spend by campaign. LinkedIn counts its days in UTC."
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return f"{OAUTH}/authorization"

    def token_url(self, tenant: str | None) -> str:
        return f"{OAUTH}/accessToken"

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(found.scope.replace(",", " ").split()) if found.scope else None
        # A renewal hands back the token it was given: without a stated end the one that is stored stays true.
        renewed = answer.stage is Stage.TOKEN_REFRESH
        year = None if renewed else timedelta(days=365)
        tokens = token_set(answer, found, now=now, life=timedelta(days=60), refresh_life=year, scopes=scopes)
        return replace(tokens, refresh_token=None) if renewed and tokens.refresh_expires_at is None else tokens

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        ours = api.credentials
        api.call(
            lambda token: Request(
                method="POST", url=f"{OAUTH}/revoke", headers={"content-type": "application/x-www-form-urlencoded"},
                body=urlencode(
                    {"client_id": ours.client_id, "client_secret": ours.client_secret, "token": refresh_token or token}
                ).encode(),
            )
        )  # fmt: skip

    def identity(self, api: Api) -> Identity:
        answer = api.call(
            lambda token: Request(
                url="https://api.linkedin.com/v2/userinfo", headers={"authorization": f"Bearer {token}"}
            ),
            stage=Stage.IDENTITY_CHECK,
        )
        member = decode(answer, _Member)
        return Identity(subject=member.sub, name=member.name or member.email or "LinkedIn", email=member.email or None)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        found: list[Account] = []
        trail, token = Trail(), ""
        while True:
            answer = self._ask(api, f"/adAccounts?q=search&{_page(token)}")
            page = decode(answer, _AdAccounts)
            found += [_account(one) for one in page.elements]
            if page.metadata is None or not page.metadata.next_page_token:
                return tuple(found)
            token = trail.follow(page.metadata.next_page_token, answer)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        return tokens.scopes or frozenset()

    def probe(self, api: Api, account: Account) -> Account:
        answer = self._ask(api, f"/adAccounts/{account.id}")
        found = decode(answer, _AdAccount)
        if found.number != account.id:
            raise garbled(answer, "it describes another account")
        closed = _closed(found)
        if closed is not None:
            words = f"LinkedIn says that the ad account is {closed}."
            code = " ".join((found.status, *found.serving_statuses))
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=words, evidence=(words,)), answer)
        return _account(found)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        answer, found = self._days(api, account, window.first, window.last)
        names = self._names(api, account) if found else {}
        yield Page(records=spend(answer, found, names, window, account), resume=None)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        query = question("ACCOUNT", BY_ACCOUNT, account, window.first, window.last)
        return account_totals(self._ask(api, f"/adAnalytics?{query}"), window, account)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://www.linkedin.com/campaignmanager/accounts/{account_id}/campaigns"

    def _days(self, api: Api, account: Account, first: date, last: date) -> tuple[Answer, list[Element]]:
        """Every element of these days: an answer that is full may have left some out, and is asked for in halves."""
        answer = self._ask(api, f"/adAnalytics?{question('CAMPAIGN', BY_CAMPAIGN, account, first, last)}")
        found = elements(answer)
        if len(found) < MOST_ELEMENTS:
            return answer, found
        if first == last:
            raise garbled(answer, "one day fills it")
        middle = first + (last - first) // 2
        _, before = self._days(api, account, first, middle)
        answer, after = self._days(api, account, middle + timedelta(days=1), last)
        return answer, before + after

    def _names(self, api: Api, account: Account) -> dict[str, str]:
        names: dict[str, str] = {}
        trail, token = Trail(), ""
        while True:
            answer = self._ask(api, f"/adAccounts/{account.id}/adCampaigns?q=search&{_page(token)}")
            page = decode(answer, _Campaigns)
            names |= {str(one.id).rpartition(":")[2]: one.name for one in page.elements}
            if page.metadata is None or not page.metadata.next_page_token:
                return names
            token = trail.follow(page.metadata.next_page_token, answer)

    def _ask(self, api: Api, path: str) -> Answer:
        return api.call(
            lambda token: Request(
                url=f"{REST}{path}",
                headers={
                    "authorization": f"Bearer {token}", "linkedin-version": VERSION,
                    "x-restli-protocol-version": "2.0.0",
                },
            )
        )  # fmt: skip


def _page(token: str) -> str:
    return f"pageSize={PAGE_SIZE}" + (f"&pageToken={quote(token, safe='')}" if token else "")


def _closed(one: _AdAccount) -> str | None:
    if one.status in CLOSED:
        return CLOSED[one.status]
    return next((ON_HOLD[status] for status in one.serving_statuses if status in ON_HOLD), None)


def _account(one: _AdAccount) -> Account:
    closed = _closed(one)
    note = f"LinkedIn says: {closed}" if closed else "Test account" if one.test else None
    return Account(
        id=one.number, name=one.name or f"Account {one.number}", currency=one.currency, timezone="UTC", note=note
    )
