"""What Pinterest is: OAuth with Basic client authentication, ad accounts by role, and analytics for ninety days."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, token_set
from webapp.platforms.diagnosis import Diagnosis, Trouble
from webapp.platforms.paging import Trail
from webapp.platforms.pinterest_ads.advice import ADVICE
from webapp.platforms.pinterest_ads.analytics import MOST_CAMPAIGNS, account_totals, by_account, by_campaign, spend
from webapp.platforms.pinterest_ads.diagnose import DEAD_BOOKMARK, diagnose
from webapp.platforms.records import Spend
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

API = "https://api.pinterest.com/v5"
# "Up to 90 days before the current date in UTC"; a campaign of long ago still spent what it spent.
REACH_DAYS = 90
EVERY_STATUS = ("ACTIVE", "PAUSED", "ARCHIVED")
ACCOUNTS_PER_PAGE = 250


class _Person(msgspec.Struct):
    id: str | None = None
    username: str = ""
    business_name: str | None = None


class _AdAccount(msgspec.Struct):
    id: str | int
    name: str | None = None
    currency: str | None = None


class _AdAccounts(msgspec.Struct):
    items: list[_AdAccount]
    bookmark: str | None = None


class _Campaign(msgspec.Struct):
    id: str | int
    name: str | None = None
    ad_account_id: str | int | None = None


class _Campaigns(msgspec.Struct):
    items: list[_Campaign]
    bookmark: str | None = None


class PinterestAds(Platform):
    slug = "pinterest_ads"
    name = "Pinterest Ads"
    company = "Pinterest"
    kind = "ads"
    signed_in_at = "https://www.pinterest.com/"
    mark = "pinterest"
    scopes = ("ads:read", "user_accounts:read")
    scope_words = (
        ("ads:read", marked("See ad accounts and what they spend")),
        ("user_accounts:read", marked("Know who signed in")),
    )
    scope_separator = ","
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            depth_days=90, look_back=30, window_days=45,
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    rotates = True
    # Thirty days of an access token, sixty of a refresh token that begins anew with each use.
    renew_ahead = timedelta(days=3)
    client_auth = "client_secret_basic"
    dies_unused_after = timedelta(days=60)
    lifetimes = "Renews itself, also while it is paused. It ends when access is removed at Pinterest."
    depth_note = "The first import brings the last 90 days of spend by campaign. Pinterest counts its days in UTC."
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return "https://www.pinterest.com/oauth/"

    def token_url(self, tenant: str | None) -> str:
        return f"{API}/oauth/token"

    def exchange_params(self) -> dict[str, str]:
        # Apps from before September 2025 get the old kind, which ends after a year, unless they ask.
        return {"continuous_refresh": "true"}

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(found.scope.replace(",", " ").split()) if found.scope else None
        return token_set(
            answer, found, now=now, life=timedelta(days=30), refresh_life=timedelta(days=60), scopes=scopes
        )

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        ours = f"{api.credentials.client_id}:{api.credentials.client_secret}"
        headers = {
            "authorization": f"Basic {b64encode(ours.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }
        api.call(
            lambda token: Request(
                method="POST", url=f"{API}/oauth/token/revoke", headers=headers,
                body=urlencode({"token": refresh_token or token}).encode(),
            )
        )  # fmt: skip

    def identity(self, api: Api) -> Identity:
        person = decode(self._ask(api, "/user_account", stage=Stage.IDENTITY_CHECK), _Person)
        # Accounts made before the id was given are known by their name, which Pinterest keeps unique.
        return Identity(
            subject=person.id or person.username, name=person.business_name or person.username or "Pinterest",
            email=None,
        )  # fmt: skip

    def accounts(self, api: Api) -> tuple[Account, ...]:
        found: list[Account] = []
        trail, bookmark = Trail(), ""
        while True:
            answer = self._ask(api, f"/ad_accounts?{_page(ACCOUNTS_PER_PAGE, bookmark)}&include_shared_accounts=true")
            page = decode(answer, _AdAccounts)
            found += [_account(one) for one in page.items]
            if not page.bookmark:
                return tuple(found)
            bookmark = trail.follow(page.bookmark, answer)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        return tokens.scopes or frozenset()

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        return REACH_DAYS

    def probe(self, api: Api, account: Account) -> Account:
        answer = self._ask(api, f"/ad_accounts/{account.id}")
        found = decode(answer, _AdAccount)
        if str(found.id) != account.id:
            raise garbled(answer, "it describes another account")
        return _account(found)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        """A page of campaigns at a time, with all their days."""
        trail, bookmark = Trail(resume), resume or ""
        statuses = urlencode([("entity_statuses", one) for one in EVERY_STATUS])
        while True:
            try:
                listed = self._ask(
                    api, f"/ad_accounts/{account.id}/campaigns?{statuses}&{_page(MOST_CAMPAIGNS, bookmark)}"
                )
            except Trouble as trouble:
                if bookmark and trouble.diagnosis.code == DEAD_BOOKMARK:
                    raise DeadCursor(trouble.answer) from None
                raise
            page = decode(listed, _Campaigns)
            if any(str(one.ad_account_id or account.id) != account.id for one in page.items):
                raise garbled(listed, "it has another account's campaigns")
            names = {str(one.id): one.name or "" for one in page.items}
            if len(names) > MOST_CAMPAIGNS:
                raise garbled(listed, "it has more campaigns than were asked for")
            records: tuple[Spend, ...] = ()
            if names:
                answer = self._ask(
                    api, f"/ad_accounts/{account.id}/campaigns/analytics?{by_campaign(list(names), window)}"
                )
                records = spend(answer, names, window, account)
            if not page.bookmark:
                yield Page(records=records, resume=None)
                return
            bookmark = trail.follow(page.bookmark, listed)
            yield Page(records=records, resume=bookmark)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        answer = self._ask(api, f"/ad_accounts/{account.id}/analytics?{by_account(window)}")
        return account_totals(answer, window, account)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://ads.pinterest.com/advertiser/{account_id}/"

    def _ask(self, api: Api, path: str, *, stage: Stage = Stage.API) -> Answer:
        return api.call(
            lambda token: Request(url=f"{API}{path}", headers={"authorization": f"Bearer {token}"}), stage=stage
        )


def _page(size: int, bookmark: str) -> str:
    return urlencode({"page_size": str(size), **({"bookmark": bookmark} if bookmark else {})})


def _account(one: _AdAccount) -> Account:
    # Not the zone of the account: the days of its analytics are UTC's.
    return Account(
        id=str(one.id), name=one.name or f"Ad account {one.id}", currency=one.currency or "USD",
        timezone="UTC",
    )  # fmt: skip
