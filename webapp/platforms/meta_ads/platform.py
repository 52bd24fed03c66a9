"""What Meta is: Facebook Login, the Graph API, ad accounts, and insights by campaign and day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, instant, reading, token_set, zone_name
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.ends import End
from webapp.platforms.meta_ads import signals
from webapp.platforms.meta_ads.advice import ADVICE
from webapp.platforms.meta_ads.diagnose import DEAD_CURSOR, TOO_HEAVY, diagnose
from webapp.platforms.meta_ads.insights import Insights, Paging, account_totals, by_account, by_campaign, spend
from webapp.platforms.meta_ads.ticked import OUT_OF_REACH, sharpened, ticked
from webapp.platforms.paging import Trail
from webapp.platforms.signals import Ear, Post, Signal, SignalKind
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

VERSION = "v26.0"
GRAPH = f"https://graph.facebook.com/{VERSION}"
ACCOUNT = "account_id,name,account_status,disable_reason,currency,timezone_name"
# Insights reach 37 months back (error 3018 beyond).
HISTORY_DAYS = 37 * 30
TOKEN_CLOCK = marked("The permission itself lasts 60 days. We renew it a month ahead, and it begins anew.")
CONSENT_CLOCK = marked("Meta lets an app read for 90 days after the last sign-in. Only Reconnect begins them anew.")
# What a too heavy question is cut down to, one after the other.
LIMITS = (500, 100, 25)
# https://developers.facebook.com/docs/marketing-api/reference/ad-account: what account_status means.
CLOSED = {
    2: "disabled", 3: "unsettled: a payment is open", 7: "in review", 8: "waiting for settlement",
    9: "in its grace period", 100: "about to be closed", 101: "closed",
}  # fmt: skip


class _Me(msgspec.Struct):
    id: str
    name: str = ""
    email: str | None = None


class _Permission(msgspec.Struct):
    permission: str
    status: str


class _Permissions(msgspec.Struct):
    data: list[_Permission]


class _AdAccount(msgspec.Struct):
    account_id: str
    name: str = ""
    account_status: int = 1
    currency: str = "USD"
    timezone_name: str | None = None


class _AdAccounts(msgspec.Struct):
    data: list[_AdAccount]
    paging: Paging | None = None


class _Clocks(msgspec.Struct):
    data_access_expires_at: int = 0


class _Inspected(msgspec.Struct):
    data: _Clocks


class MetaAds(Platform):
    slug = "meta_ads"
    name = "Meta Ads"
    company = "Meta"
    kind = "ads"
    signed_in_at = "https://www.facebook.com/"
    mark = "meta"
    in_demo = True
    scopes = ("ads_read",)
    scope_separator = ","
    scope_words = (
        ("ads_read", marked("See ad accounts and what they spend")),
        ("public_profile", marked("See your name")),
    )
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            today_alone=True, depth_days=90, look_back=28, window_days=30,
        ),
    )  # fmt: skip
    renewal = Renewal.REEXCHANGE
    exchange_is_short = True
    token_method = "GET"
    # A token lives for sixty days and can only be renewed while it does.
    renew_ahead = timedelta(days=30)
    dies_unused_after = timedelta(days=60)
    lifetimes = "Renews itself, also while it is paused. Meta ends it when a password changes."
    depth_note = "The first import brings the last 90 days of spend by campaign."
    signals = signals.KINDS
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return f"https://www.facebook.com/{VERSION}/dialog/oauth"

    def authorize_params(self, *, login_hint: str | None, again: bool) -> dict[str, str]:
        # Without it Facebook does not ask again for a permission that was declined once.
        return {"auth_type": "rerequest"} if again else {}

    def token_url(self, tenant: str | None) -> str:
        return f"{GRAPH}/oauth/access_token"

    def renewal_params(self, *, access_token: str, refresh_token: str | None) -> dict[str, str]:
        return {"grant_type": "fb_exchange_token", "fb_exchange_token": access_token}

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        return token_set(answer, decode_tokens(answer), now=now, life=timedelta(days=60))

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        api.call(lambda token: Request(method="DELETE", url=f"{GRAPH}/me/permissions", headers=_bearer(token)))

    def identity(self, api: Api) -> Identity:
        me = decode(self._ask(api, "/me", {"fields": "id,name,email"}, stage=Stage.IDENTITY_CHECK), _Me)
        return Identity(subject=me.id, name=me.name or "Facebook", email=me.email)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        found: list[Account] = []
        trail, after = Trail(), ""
        while True:
            answer = self._ask(api, "/me/adaccounts", {"fields": ACCOUNT, "limit": "100", **_after(after)})
            page = decode(answer, _AdAccounts)
            found += [_account(one) for one in page.data]
            # The `next` address carries the token in it; only the cursor is taken from it.
            if page.paging is None or page.paging.next is None:
                return self._ticked_of(api, tuple(found))
            after = trail.follow(page.paging.cursors.after if page.paging.cursors else None, answer)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        answer = self._ask(api, "/me/permissions", {}, stage=Stage.IDENTITY_CHECK)
        return frozenset(one.permission for one in decode(answer, _Permissions).data if one.status == "granted")

    def consent_ends_at(self, api: Api) -> datetime | None:
        """`data_access_expires_at`: 90 days after the person last signed in; a renewal does not move it.

        https://developers.facebook.com/docs/facebook-login/auth-vs-data: zero where it does not apply.
        """
        answer = api.call(_inspection(api), stage=Stage.TOKEN_INSPECT)
        at = decode(answer, _Inspected).data.data_access_expires_at
        with reading(answer):
            return instant(datetime.fromtimestamp(at, UTC)) if at else None

    def ends(
        self, *, access: datetime | None, refresh: datetime | None, consent: datetime | None = None
    ) -> tuple[End, ...]:
        # Both clocks: the token's is put off by renewing it a month ahead, the consent's by nothing but a sign-in.
        clocks = ((access, True, TOKEN_CLOCK), (consent, False, CONSENT_CLOCK))
        return tuple(End(at=at, moves=moves, why=why) for at, moves, why in clocks if at is not None)

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        return HISTORY_DAYS

    def probe(self, api: Api, account: Account) -> Account:
        try:
            answer = self._ask(api, f"/act_{account.id}", {"fields": ACCOUNT})
        except Trouble as trouble:
            raise self._explained(api, account, trouble) from None
        found = decode(answer, _AdAccount)
        if found.account_id != account.id:
            raise garbled(answer, "it describes another account")
        if found.account_status in CLOSED:
            words = f"Meta says that the ad account is {CLOSED[found.account_status]}."
            code = f"account_status {found.account_status}"
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=words, evidence=(words,)), answer)
        return _account(found)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        trail, after, limits = Trail(resume), resume or "", list(LIMITS)
        while True:
            params = {**by_campaign(window), "limit": str(limits[0]), **_after(after)}
            try:
                answer = self._ask(api, f"/act_{account.id}/insights", params)
            except Trouble as trouble:
                if trouble.diagnosis.code in TOO_HEAVY and len(limits) > 1:
                    limits.pop(0)
                    continue
                if trouble.diagnosis.code == DEAD_CURSOR and after:
                    raise DeadCursor(trouble.answer) from None
                raise
            page = decode(answer, Insights, in_quotes=True)
            with reading(answer):
                records = tuple(spend(row, window, account) for row in page.data)
            if page.paging is None or page.paging.next is None:
                yield Page(records=records, resume=None)
                return
            after = trail.follow(page.paging.cursors.after if page.paging.cursors else None, answer)
            yield Page(records=records, resume=after)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        answer = self._ask(api, f"/act_{account.id}/insights", {**by_account(window), "limit": str(LIMITS[0])})
        return account_totals(answer, window, account)

    def hear(self, kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
        return signals.hear(kind, post, ear)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def introspect(self, api: Api) -> Diagnosis | None:
        return api.ask_once(_inspection(api), stage=Stage.TOKEN_INSPECT)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://adsmanager.facebook.com/adsmanager/manage/campaigns?act={account_id}"

    def _ticked_of(self, api: Api, listed: tuple[Account, ...]) -> tuple[Account, ...]:
        try:
            chosen = ticked(self._inspect(api)) or frozenset()
        except Trouble as trouble:
            if not trouble.diagnosis.transient:
                raise
            chosen = frozenset()
        # Targets that name none of them are of another kind (a business portfolio): then the list is what there is.
        return tuple(one for one in listed if one.id in chosen) or listed

    def _explained(self, api: Api, account: Account, trouble: Trouble) -> Trouble:
        """An account not ticked, a lost role and a lost permission are refused alike: which of them it is."""
        if trouble.diagnosis.cause not in OUT_OF_REACH:
            return trouble
        try:
            return Trouble(sharpened(trouble.diagnosis, self._inspect(api), account.id), trouble.answer)
        except Trouble as said:
            return trouble if said.diagnosis.transient else said

    def _inspect(self, api: Api) -> Answer:
        """What Meta says of the token itself. Raises Trouble when the token is no good."""
        return api.call(_inspection(api), stage=Stage.TOKEN_INSPECT)

    def _ask(self, api: Api, path: str, params: dict[str, str], *, stage: Stage = Stage.API) -> Answer:
        return api.call(lambda token: Request(url=f"{GRAPH}{path}", params=params, headers=_bearer(token)), stage=stage)


def _inspection(api: Api) -> Callable[[str], Request]:
    # Our app's own token: the refused one may not even ask about itself.
    ours = f"{api.credentials.client_id}|{api.credentials.client_secret}"
    return lambda token: Request(url=f"{GRAPH}/debug_token", params={"input_token": token}, headers=_bearer(ours))


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _after(cursor: str) -> dict[str, str]:
    return {"after": cursor} if cursor else {}


def _account(one: _AdAccount) -> Account:
    closed = CLOSED.get(one.account_status)
    return Account(
        id=one.account_id, name=one.name or f"Account {one.account_id}", currency=one.currency,
        timezone=zone_name(one.timezone_name), note=f"Meta says: {closed}" if closed else None,
    )  # fmt: skip
