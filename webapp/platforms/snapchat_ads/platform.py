"""What Snapchat is: its OAuth, the organisations a member belongs to with their ad accounts, and daily measurement.

Source: developers.snap.com/api/marketing-api/Ads-API (authentication, organizations, ad-accounts, measurement). It
names no way to take a permission back, and public code calls two that differ: a disconnect ends the use of the tokens
here, and the member removes the app in Snapchat's own settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, reading, token_set, zone_name
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.paging import Trail
from webapp.platforms.snapchat_ads.advice import ADVICE
from webapp.platforms.snapchat_ads.diagnose import SCOPE, diagnose
from webapp.platforms.snapchat_ads.stats import (
    Measured,
    Paging,
    account_totals,
    by_account,
    by_campaign,
    cursor_of,
    next_cursor,
    rows,
)
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

API = "https://adsapi.snapchat.com/v1"
LOGIN = "https://accounts.snapchat.com/login/oauth2"
LIST_SIZE = "1000"
# Paused accounts and those over budget still tell what they spent; only these do not come back by themselves.
CLOSED = frozenset({"DISABLED", "INACTIVE", "SUSPENDED", "BANNED", "CLOSED", "DELETED", "REJECTED"})


class _Person(msgspec.Struct):
    id: str
    display_name: str = ""
    email: str | None = None


class _Me(msgspec.Struct):
    me: _Person


class _AdAccount(msgspec.Struct):
    id: str
    name: str = ""
    status: str = "ACTIVE"
    currency: str = "USD"
    timezone: str | None = None


class _Organization(msgspec.Struct):
    ad_accounts: list[_AdAccount] = []


class _OrganizationPart(msgspec.Struct):
    organization: _Organization


class _Organizations(msgspec.Struct):
    organizations: list[_OrganizationPart]
    paging: Paging | None = None


class _AdAccountPart(msgspec.Struct):
    adaccount: _AdAccount


class _AdAccounts(msgspec.Struct):
    adaccounts: list[_AdAccountPart]


class _Campaign(msgspec.Struct):
    id: str
    name: str = ""


class _CampaignPart(msgspec.Struct):
    campaign: _Campaign


class _Campaigns(msgspec.Struct):
    campaigns: list[_CampaignPart]
    paging: Paging | None = None


class SnapchatAds(Platform):
    slug = "snapchat_ads"
    name = "Snapchat Ads"
    company = "Snapchat"
    kind = "ads"
    signed_in_at = "https://accounts.snapchat.com/"
    mark = "snapchat"
    scopes = (SCOPE,)
    scope_words = ((SCOPE, marked("Snapchat ad accounts (Snapchat has no narrower permission; we only read)")),)
    streams = (
        # 30 days, not 31: with the hour that autumn gives back, 31 days are longer than Snapchat allows.
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            today_alone=True, depth_days=90, look_back=28, window_days=30,
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    lifetimes = "Renews itself. Snapchat states no end; it follows your role in Business Manager."
    depth_note = "The first import brings the last 90 days of spend by campaign."
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return f"{LOGIN}/authorize"

    def token_url(self, tenant: str | None) -> str:
        return f"{LOGIN}/access_token"

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(found.scope.split()) if found.scope is not None else None
        # Half an hour in some of Snapchat's pages, an hour in others: the shorter where it states nothing.
        return token_set(answer, found, now=now, life=timedelta(minutes=30), scopes=scopes)

    def identity(self, api: Api) -> Identity:
        me = decode(self._ask(api, "/me", {}, stage=Stage.IDENTITY_CHECK), _Me).me
        return Identity(subject=me.id, name=me.display_name or me.email or "Snapchat", email=me.email or None)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        found: dict[str, Account] = {}
        trail, cursor = Trail(), ""
        while True:
            params = {"with_ad_accounts": "true", "limit": LIST_SIZE, **_from(cursor)}
            answer = self._ask(api, "/me/organizations", params)
            page = decode(answer, _Organizations)
            for part in page.organizations:
                found |= {one.id: _account(one) for one in part.organization.ad_accounts}
            following = cursor_of(page.paging)
            if following is None:
                return tuple(found.values())
            cursor = trail.follow(following, answer)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        # There is one scope. A token endpoint that names none means what was asked for (RFC 6749 §5.1).
        return frozenset(self.scopes) if tokens.scopes is None else tokens.scopes

    def probe(self, api: Api, account: Account) -> Account:
        answer = self._ask(api, f"/adaccounts/{account.id}", {})
        found = next((part.adaccount for part in decode(answer, _AdAccounts).adaccounts), None)
        if found is None or found.id != account.id:
            raise garbled(answer, "it does not describe the account")
        if _is_closed(found):
            words = f"Snapchat says that the ad account is {found.status.lower()}."
            raise Trouble(
                verdict(Cause.ACCOUNT_UNAVAILABLE, code=found.status, message=words, evidence=(words,)), answer
            )
        return _account(found)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        names = self._names(api, account)
        trail, cursor = Trail(resume), resume or ""
        while True:
            params = {**by_campaign(window, account), **_from(cursor)}
            try:
                answer = self._ask(api, f"/adaccounts/{account.id}/stats", params)
            except Trouble as trouble:
                if cursor and trouble.answer.status == 400 and "cursor" in trouble.diagnosis.message.lower():
                    raise DeadCursor(trouble.answer) from None
                raise
            found = decode(answer, Measured)
            with reading(answer):
                records = tuple(rows(found, window, account, names))
            following = next_cursor(found)
            if following is None:
                yield Page(records=records, resume=None)
                return
            cursor = trail.follow(following, answer)
            yield Page(records=records, resume=cursor)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        answer = self._ask(api, f"/adaccounts/{account.id}/stats", by_account(window, account))
        return account_totals(answer, window, account)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://ads.snapchat.com/{account_id}/manage"

    def _names(self, api: Api, account: Account) -> dict[str, str]:
        """Campaigns' names, which measurement does not tell; deleted ones keep theirs."""
        found: dict[str, str] = {}
        trail, cursor = Trail(), ""
        while True:
            params = {"limit": LIST_SIZE, "read_deleted_entities": "true", **_from(cursor)}
            answer = self._ask(api, f"/adaccounts/{account.id}/campaigns", params)
            page = decode(answer, _Campaigns)
            found |= {part.campaign.id: part.campaign.name for part in page.campaigns}
            following = cursor_of(page.paging)
            if following is None:
                return found
            cursor = trail.follow(following, answer)

    def _ask(self, api: Api, path: str, params: dict[str, str], *, stage: Stage = Stage.API) -> Answer:
        return api.call(
            lambda token: Request(url=f"{API}{path}", params=params, headers={"authorization": f"Bearer {token}"}),
            stage=stage,
        )


def _from(cursor: str) -> dict[str, str]:
    return {"cursor": cursor} if cursor else {}


def _is_closed(one: _AdAccount) -> bool:
    return one.status.upper() in CLOSED


def _account(one: _AdAccount) -> Account:
    return Account(
        id=one.id, name=one.name or f"Ad account {one.id[:8]}", currency=one.currency,
        timezone=zone_name(one.timezone),
        note=f"Snapchat says: {one.status.lower()}" if _is_closed(one) else None,
    )  # fmt: skip
