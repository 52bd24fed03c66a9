"""What TikTok's Business API is: its envelope, its advertisers, and the integrated report.

Source: business-api.tiktok.com/portal/docs (v1.3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

import msgspec

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import OAuthTokens, decode, garbled, reading, token_set, zone_name
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.paging import MAX_PAGES
from webapp.platforms.streams import Page, Reading, Stream, Total, Window
from webapp.platforms.tiktok_ads.advice import ADVICE
from webapp.platforms.tiktok_ads.diagnose import diagnose
from webapp.platforms.tiktok_ads.report import Report, account_totals, by_account, by_campaign, spend
from webapp.platforms.wire import Request
from webapp.words import marked

API = "https://business-api.tiktok.com/open_api/v1.3"
ACCOUNTS_PER_CALL = 100


class _TokenData(msgspec.Struct):
    access_token: str
    scope: list[int] = []


class _Tokens(msgspec.Struct):
    data: _TokenData


class _UserData(msgspec.Struct):
    core_user_id: str | int
    display_name: str = ""
    email: str | None = None


class _User(msgspec.Struct):
    data: _UserData


class _Listed(msgspec.Struct):
    advertiser_id: str | int


class _ListedData(msgspec.Struct):
    rows: list[_Listed] = msgspec.field(default_factory=list, name="list")


class _ListedAnswer(msgspec.Struct):
    data: _ListedData


class _Advertiser(msgspec.Struct):
    advertiser_id: str | int
    name: str = ""
    currency: str = "USD"
    timezone: str | None = None
    display_timezone: str | None = None
    status: str = "STATUS_ENABLE"


class _AdvertisersData(msgspec.Struct):
    rows: list[_Advertiser] = msgspec.field(default_factory=list, name="list")


class _Advertisers(msgspec.Struct):
    data: _AdvertisersData


class TikTokAds(Platform):
    slug = "tiktok_ads"
    name = "TikTok Ads"
    company = "TikTok"
    kind = "ads"
    signed_in_at = "https://ads.tiktok.com/"
    mark = "tiktok"
    in_demo = True
    # Ids from TikTok's permission list; 1 to 4 are ad accounts, ads, audiences and reporting. Reading spend needs two.
    scopes = ("1", "4")
    asks_scopes = False
    scope_words = (
        ("1", marked("See ad accounts")),
        ("2", marked("See ads")),
        ("3", marked("See audiences")),
        ("4", marked("See reports of what was spent")),
    )
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            today_alone=True, depth_days=90, look_back=28, window_days=29,
        ),
    )  # fmt: skip
    renewal = Renewal.NONE
    client_id_param = "app_id"
    code_param = "auth_code"
    client_auth = "json_app_secret"
    lifetimes = "Does not end by itself; only when access is removed at TikTok."
    depth_note = "The first import brings the last 90 days of spend by campaign."
    advice = ADVICE

    def authorize_url(self, tenant: str | None) -> str:
        return "https://business-api.tiktok.com/portal/auth"

    def token_url(self, tenant: str | None) -> str:
        return f"{API}/oauth2/access_token/"

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode(answer, _Tokens).data
        scopes = frozenset(str(one) for one in found.scope)
        return token_set(answer, OAuthTokens(access_token=found.access_token), now=now, life=None, scopes=scopes)

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        ours = api.credentials
        api.call(
            lambda token: Request(
                method="POST", url=f"{API}/oauth2/revoke_token/",
                body=json.dumps(
                    {"app_id": ours.client_id, "secret": ours.client_secret, "access_token": token}
                ).encode(),
                headers={"content-type": "application/json", "access-token": token},
            )
        )  # fmt: skip

    def identity(self, api: Api) -> Identity:
        user = decode(self._ask(api, "/user/info/", {}, stage=Stage.IDENTITY_CHECK), _User).data
        return Identity(subject=str(user.core_user_id), name=user.display_name or "TikTok", email=user.email or None)

    def accounts(self, api: Api) -> tuple[Account, ...]:
        ours = {"app_id": api.credentials.client_id, "secret": api.credentials.client_secret}
        listed = decode(self._ask(api, "/oauth2/advertiser/get/", ours), _ListedAnswer).data.rows
        ids = [str(one.advertiser_id) for one in listed]
        found: list[Account] = []
        for start in range(0, len(ids), ACCOUNTS_PER_CALL):
            some, _ = self._described(api, ids[start : start + ACCOUNTS_PER_CALL])
            found += [_account(one) for one in some]
        return tuple(found)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        return tokens.scopes or frozenset()

    def probe(self, api: Api, account: Account) -> Account:
        found, answer = self._described(api, [account.id])
        one = next((one for one in found if str(one.advertiser_id) == account.id), None)
        if one is None:
            raise Trouble(
                verdict(Cause.ACCOUNT_UNAVAILABLE, code="missing", message="TikTok no longer lists this ad account."),
                answer,
            )
        if not _is_open(one.status):
            words = f"TikTok says that the ad account is {_status_words(one.status)}."
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code=one.status, message=words, evidence=(words,)), answer)
        return _account(one)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        number = int(resume) if resume and resume.isdecimal() else 1
        while True:
            params = by_campaign(account, window, page=number)
            answer = self._ask(api, "/report/integrated/get/", params)
            found = decode(answer, Report).data
            if found.page_info.page != number or found.page_info.total_page > MAX_PAGES:
                raise garbled(answer, "its pages are not the ones asked for")
            with reading(answer):
                records = tuple(spend(row, window, account) for row in found.rows if row.metrics.spend != "-")
            if number >= found.page_info.total_page:
                yield Page(records=records, resume=None)
                return
            number += 1
            yield Page(records=records, resume=str(number))

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        answer = self._ask(api, "/report/integrated/get/", by_account(account, window))
        return account_totals(answer, window, account)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://ads.tiktok.com/i18n/dashboard?aadvid={account_id}"

    def _described(self, api: Api, ids: list[str]) -> tuple[list[_Advertiser], Answer]:
        answer = self._ask(api, "/advertiser/info/", {"advertiser_ids": json.dumps(ids)})
        return decode(answer, _Advertisers).data.rows, answer

    def _ask(self, api: Api, path: str, params: dict[str, str], *, stage: Stage = Stage.API) -> Answer:
        # The bare token: with "Bearer " before it TikTok answers 40105, as if it were revoked.
        return api.call(
            lambda token: Request(url=f"{API}{path}", params=params, headers={"access-token": token}), stage=stage
        )


def _account(one: _Advertiser) -> Account:
    return Account(
        id=str(one.advertiser_id), name=one.name or f"Advertiser {one.advertiser_id}", currency=one.currency,
        timezone=zone_name(one.display_timezone or one.timezone),
        note=None if _is_open(one.status) else f"TikTok says: {_status_words(one.status)}",
    )  # fmt: skip


def _is_open(status: str) -> bool:
    return status in ("STATUS_ENABLE", "STATUS_CONFIRM_MODIFY_FAIL", "STATUS_SELF_SERVICE_UNAUDITED", "")


def _status_words(status: str) -> str:
    return status.removeprefix("STATUS_").replace("_", " ").lower()
