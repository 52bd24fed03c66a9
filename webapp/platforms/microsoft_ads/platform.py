"""What Microsoft Advertising is: Entra's OAuth, customers with accounts, and reports that are made to order.

Entra lets no third party take a permission back; the person does that (advice.py), and 90 days unused end it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from time import sleep

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, garbled, token_set
from webapp.platforms.diagnosis import Cause, Diagnosis, Trouble, verdict
from webapp.platforms.kept import Kept
from webapp.platforms.microsoft_ads.advice import ADVICE
from webapp.platforms.microsoft_ads.customers import Described, Found, User, WhoAmI, account_of, closed, identity_of
from webapp.platforms.microsoft_ads.diagnose import LOST_REPORT, diagnose
from webapp.platforms.microsoft_ads.report import (
    BY_ACCOUNT,
    BY_CAMPAIGN,
    Ordered,
    Polled,
    account_totals,
    download_address,
    order,
    spend,
)
from webapp.platforms.scope_words import OPENID
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

SIGN_IN = "https://login.microsoftonline.com/common/oauth2/v2.0"
CUSTOMERS = "https://clientcenter.api.bingads.microsoft.com/CustomerManagement/v13"
REPORTS = "https://reporting.api.bingads.microsoft.com/Reporting/v13/GenerateReport"
MANAGE, OFFLINE = "https://ads.microsoft.com/msads.manage", "offline_access"
PAGE_SIZE, MOST_PAGES = 100, 50
# Reports take seconds, sometimes minutes. Together shorter than a worker may be held.
POLLS = (0.25, 0.75, 2.0, 4.5)
NOT_READY_SECONDS = 20.0
# learn.microsoft.com/advertising/guides/report-data-retention-time-periods: 36 months of daily figures.
HISTORY_DAYS = 36 * 30


class MicrosoftAds(Platform):
    slug = "microsoft_ads"
    name = "Microsoft Advertising"
    company = "Microsoft"
    kind = "ads"
    scopes = (MANAGE, OFFLINE)
    scope_words = (
        *OPENID,
        (MANAGE, marked("Microsoft Advertising accounts (Microsoft has no narrower permission; we only read)")),
    )
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            depth_days=90, look_back=30, window_days=90,
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    pkce = True
    chooser = (("prompt", "select_account"),)
    signed_in_at = "https://ads.microsoft.com/"
    rotates = True
    # "Old refresh tokens are not revoked when used" (learn.microsoft.com/entra/identity-platform/refresh-tokens).
    old_token_usable = True
    keeps_old_tokens = True
    # A report that was ordered is still ours to fetch hours later.
    page_life = timedelta(hours=2)
    needs_developer_token = True
    dies_unused_after = timedelta(days=90)
    lifetimes = "Renews itself, also while it is paused. Microsoft ends it when a password or a security rule changes."
    depth_note = "The first import brings the last 90 days of spend by campaign. Microsoft counts its days in UTC."
    advice = ADVICE

    def __init__(self) -> None:
        self._kept = Kept(life_seconds=self.page_life.total_seconds())

    def authorize_url(self, tenant: str | None) -> str:
        return f"{SIGN_IN}/authorize"

    def authorize_params(self, *, login_hint: str | None, again: bool) -> dict[str, str]:
        # The same address may be a work and a personal account: the merchant picks, we never let Microsoft guess.
        params = {"prompt": "select_account"}
        return {**params, "login_hint": login_hint} if login_hint and "@" in login_hint else params

    def token_url(self, tenant: str | None) -> str:
        return f"{SIGN_IN}/token"

    def renewal_params(self, *, access_token: str, refresh_token: str | None) -> dict[str, str]:
        params = super().renewal_params(access_token=access_token, refresh_token=refresh_token)
        return {**params, "scope": " ".join(self.scopes)}

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        # `scope` lists what the access token is for; offline access shows in the refresh token that came with it.
        scopes = frozenset(found.scope.split() if found.scope else self.scopes[:1])
        scopes |= {OFFLINE} if found.refresh_token else set()
        return token_set(
            answer, found, now=now, life=timedelta(hours=1), refresh_life=timedelta(days=90), scopes=scopes
        )

    def identity(self, api: Api) -> Identity:
        return identity_of(self._user(api))

    def accounts(self, api: Api) -> tuple[Account, ...]:
        mine = {"Field": "UserId", "Operator": "Equals", "Value": str(self._user(api).id)}
        found: list[Account] = []
        for number in range(MOST_PAGES):
            body = {"Predicates": [mine], "PageInfo": {"Index": number, "Size": PAGE_SIZE}}
            page = decode(self._ask(api, f"{CUSTOMERS}/Accounts/Search", body), Found).accounts or []
            found += [account_of(one) for one in page]
            if len(page) < PAGE_SIZE:
                break
        return tuple(found)

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        return tokens.scopes or frozenset()

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        return HISTORY_DAYS

    def probe(self, api: Api, account: Account) -> Account:
        answer = self._ask(api, f"{CUSTOMERS}/Account/Query", {"AccountId": account.id}, account)
        found = decode(answer, Described).account
        if str(found.id) != account.id:
            raise garbled(answer, "it describes another account")
        why = closed(found)
        if why is not None:
            words = f"Microsoft says that the account is {why}."
            code = found.account_life_cycle_status or ""
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=words, evidence=(words,)), answer)
        return account_of(found)

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        report = resume
        if report is None:
            report = self._order(api, account, "Campaign", BY_CAMPAIGN, window)
            # Remembered, so that one that takes long is waited for and not ordered again.
            yield Page(records=(), resume=report)
        try:
            answer = self._finished(api, account, report)
        except Trouble as trouble:
            if trouble.diagnosis.code == LOST_REPORT:
                raise DeadCursor(trouble.answer) from None
            raise
        yield Page(records=spend(answer, window, account) if answer else (), resume=None)

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        wanted = (window.first, window.last)
        report = self._kept.find(account, wanted) or self._order(api, account, "Account", BY_ACCOUNT, window)
        self._kept.keep(account, wanted, report)
        try:
            answer = self._finished(api, account, report)
        except Trouble as trouble:
            if trouble.diagnosis.code == LOST_REPORT:
                self._kept.forget(account, wanted)
            raise
        self._kept.forget(account, wanted)
        if answer is None:
            return {window.first + timedelta(days=n): Total(amount_micros=0) for n in range(_length(window))}
        return account_totals(answer, window, account)

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return f"https://ui.ads.microsoft.com/campaign/vnext/overview?aid={account_id}"

    def _user(self, api: Api) -> User:
        # Without an id: whoever the token belongs to.
        answer = self._ask(api, f"{CUSTOMERS}/User/Query", {"UserId": None}, stage=Stage.IDENTITY_CHECK)
        return decode(answer, WhoAmI).user

    def _order(self, api: Api, account: Account, kind: str, columns: Sequence[str], window: Window) -> str:
        answer = self._ask(api, f"{REPORTS}/Submit", order(kind, columns, account, window), account)
        return decode(answer, Ordered).report_request_id

    def _finished(self, api: Api, account: Account, report: str) -> Answer | None:
        """The finished report's archive, None when it has no rows. Raises Trouble, also while it is not ready."""
        for wait in (0.0, *POLLS):
            sleep(wait)
            answer = self._ask(api, f"{REPORTS}/Poll", {"ReportRequestId": report}, account)
            said = decode(answer, Polled).report_request_status
            if said.status == "Success":
                if not said.report_download_url:
                    return None
                url = download_address(answer, said.report_download_url)
                return _fetched(api, url)
            if said.status != "Pending":
                raise _passing(LOST_REPORT, "Microsoft gave the report up.", answer)
        raise _passing("not_ready", "Microsoft is still working on the report.", answer)

    def _ask(
        self,
        api: Api,
        url: str,
        body: Mapping[str, object],
        account: Account | None = None,
        *,
        stage: Stage = Stage.API,
    ) -> Answer:
        content = json.dumps(body).encode()
        return api.call(
            lambda token: Request(method="POST", url=url, body=content, headers=_headers(api, token, account)),
            stage=stage,
        )


def _fetched(api: Api, url: str) -> Answer:
    return api.call(lambda _token: Request(url=url))


def _passing(code: str, message: str, answer: Answer) -> Trouble:
    return Trouble(
        verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message, retry_after=NOT_READY_SECONDS), answer
    )


def _headers(api: Api, token: str, account: Account | None) -> dict[str, str]:
    headers = {
        "authorization": f"Bearer {token}",
        "developertoken": api.credentials.developer_token or "",
        "content-type": "application/json",
    }
    if account is None:
        return headers
    return {**headers, "customeraccountid": account.id, "customerid": account.route or ""}


def _length(window: Window) -> int:
    return (window.last - window.first).days + 1
