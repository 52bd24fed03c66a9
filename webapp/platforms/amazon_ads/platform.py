"""What Amazon Ads is: Login with Amazon, profiles in three regions, and campaign reports written to order.

Source: advertising.amazon.com/API/docs/en-us/guides (account-management/authorization, reporting/v3). Login with Amazon
has no address to take a permission back; the person does that under Login with Amazon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import msgspec

from webapp.platforms.amazon_ads import reports
from webapp.platforms.amazon_ads.advice import ADVICE
from webapp.platforms.amazon_ads.campaigns import KINDS, Order, by_campaign, by_day, costs, rows
from webapp.platforms.amazon_ads.diagnose import ADS, diagnose
from webapp.platforms.amazon_ads.regions import REGIONS, WHERE, region
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, Renewal, TokenSet
from webapp.platforms.decode import decode, decode_tokens, reading, spend_totals, token_set, within, zone_name
from webapp.platforms.diagnosis import Cause, Diagnosis, Fault, Trouble, verdict
from webapp.platforms.kept import Kept
from webapp.platforms.streams import DeadCursor, Page, Reading, Stream, Total, Window
from webapp.platforms.wire import Request
from webapp.words import marked

PROFILE = "profile"
# Profiles whose reports this login may see; without it Amazon lists only those whose campaigns it may change.
VIEWABLE = {"apiProgram": "report", "accessLevel": "view"}
# Kept for 95 days (Sponsored Products), 65 (Display), 60 (Brands): an older day would lack a part, and look too cheap.
REACH_DAYS = 60
# Two less, so that an import that takes past midnight loses nothing.
DEPTH_DAYS = 58


class _Person(msgspec.Struct):
    user_id: str
    name: str | None = None
    email: str | None = None


class _AccountInfo(msgspec.Struct):
    name: str = ""
    type: str = ""


class _Profile(msgspec.Struct, rename="camel"):
    profile_id: int | str
    currency_code: str
    country_code: str = ""
    timezone: str | None = None
    account_info: _AccountInfo = msgspec.field(default_factory=_AccountInfo)


class AmazonAds(Platform):
    slug = "amazon_ads"
    name = "Amazon Ads"
    company = "Amazon"
    kind = "ads"
    signed_in_at = "https://advertising.amazon.com/"
    # `profile` tells who consented: Amazon's API itself knows only accounts.
    scopes = (PROFILE, ADS)
    scope_words = (
        (PROFILE, marked("See your name and email address")),
        (ADS, marked("Amazon ad campaigns (Amazon has no narrower permission; we only read)")),
    )
    # Today, what it may restate and the day that is final from now on are one report's 31 days.
    streams = (
        Stream(
            name="daily_spend", label="ad spend", unit=("campaign day", "campaign days"), reading=Reading.DAYS,
            depth_days=DEPTH_DAYS, look_back=29, window_days=31, pace=timedelta(hours=6),
        ),
    )  # fmt: skip
    renewal = Renewal.REFRESH_TOKEN
    pkce = True
    tenant = WHERE
    # A report ordered this long ago is written by now, or never will be.
    page_life = timedelta(hours=4)
    lifetimes = "Renews itself. Amazon states no end; only when Shopimize is removed under Login with Amazon."
    depth_note = (
        f"The first import brings the last {DEPTH_DAYS} days of spend by campaign; Amazon keeps {REACH_DAYS}. "
        "It writes each report to order, which takes a minute, sometimes hours."
    )
    advice = ADVICE

    def __init__(self) -> None:
        self._kept = Kept(life_seconds=3 * 3600.0)

    def authorize_url(self, tenant: str | None) -> str:
        return region(tenant).consent

    def token_url(self, tenant: str | None) -> str:
        return f"{region(tenant).login}/auth/o2/token"

    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        found = decode_tokens(answer)
        scopes = frozenset(found.scope.split()) if found.scope is not None else None
        return token_set(answer, found, now=now, life=timedelta(hours=1), scopes=scopes)

    def identity(self, api: Api) -> Identity:
        answer = api.call(
            lambda token: Request(
                url=f"{region(api.tenant).login}/user/profile", headers={"authorization": f"Bearer {token}"}
            ),
            stage=Stage.IDENTITY_CHECK,
        )
        person = decode(answer, _Person)
        return Identity(
            subject=person.user_id, name=person.name or person.email or "Amazon", email=person.email or None
        )

    def accounts(self, api: Api) -> tuple[Account, ...]:
        found: dict[str, Account] = {}
        closed: list[Trouble] = []
        for name in REGIONS:
            try:
                listed = self._profiles(api, name)[0]
            except Trouble as trouble:
                # Our app may not be let into a region yet; the others' accounts are no worse for it.
                if trouble.diagnosis.fault is not Fault.OURS:
                    raise
                closed.append(trouble)
                continue
            found |= {one.id: one for one in listed}
        if len(closed) == len(REGIONS):
            raise closed[0]
        return tuple(found.values())

    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        # Amazon asks for all or nothing, and names scopes only where they differ from those asked (RFC 6749 §5.1).
        return frozenset(self.scopes) if tokens.scopes is None else tokens.scopes

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        return REACH_DAYS

    def probe(self, api: Api, account: Account) -> Account:
        listed, answer = self._profiles(api, account.route)
        one = next((one for one in listed if one.id == account.id), None)
        if one is None:
            words = "Amazon no longer lists this advertising account for this login."
            raise Trouble(verdict(Cause.ACCOUNT_UNAVAILABLE, code="missing", message=words, evidence=(words,)), answer)
        return one

    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        ordered = dict(_ordered(resume)) if resume else {}
        if not ordered:
            ordered = {kind.short: self._order(api, account, by_campaign(kind, window)) for kind in KINDS}
            yield Page(records=(), resume=_resume(ordered))
        pausing = reports.pauses()
        for kind in KINDS:
            if kind.short not in ordered:
                continue
            try:
                answer = reports.fetch(api, account, ordered.pop(kind.short), pausing)
            except reports.NoReport as lost:
                if resume:
                    raise DeadCursor(lost.answer) from None
                raise lost.as_trouble from None
            yield Page(records=rows(answer, window, account), resume=_resume(ordered))

    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        wanted = {one: self._order_kept(api, account, one) for one in (by_day(kind, window) for kind in KINDS)}
        added: dict[date, int] = {}
        pausing = reports.pauses()
        for one, report_id in wanted.items():
            try:
                answer = reports.fetch(api, account, report_id, pausing)
            except reports.NoReport as lost:
                self._kept.forget(account, one)
                raise lost.as_trouble from None
            found = costs(answer, window)
            with reading(answer):
                added |= {day: within(added.get(day, 0) + cost) for day, cost in found.items()}
        for one in wanted:
            self._kept.forget(account, one)
        return spend_totals(window, ((day.isoformat(), cost, None) for day, cost in added.items()))

    def diagnose(self, answer: Answer) -> Diagnosis | None:
        return diagnose(answer)

    def manage_url(self, account_id: str) -> str | None:
        return "https://advertising.amazon.com/"

    def _order(self, api: Api, account: Account, wanted: Order) -> str:
        try:
            return reports.order(api, account, wanted)
        except reports.NoReport as lost:
            raise lost.as_trouble from None

    def _order_kept(self, api: Api, account: Account, wanted: Order) -> str:
        """The report that an earlier try ordered and nobody fetched, or a new one."""
        report_id = self._kept.find(account, wanted) or self._order(api, account, wanted)
        self._kept.keep(account, wanted, report_id)
        return report_id

    def _profiles(self, api: Api, where: str | None) -> tuple[list[Account], Answer]:
        """What a region lists; another region's accounts are not refused there but absent."""
        answer = api.call(
            lambda token: Request(
                url=f"{region(where).host}/v2/profiles", params=VIEWABLE, headers=reports.headers(api, token)
            )
        )
        # An agency's own profile buys display space elsewhere; it has no sponsored campaigns to report.
        listed = [one for one in decode(answer, list[_Profile]) if one.account_info.type != "agency"]
        return [_account(one, where) for one in listed], answer


def _ordered(resume: str) -> Iterator[tuple[str, str]]:
    """`sp=<id>,sb=<id>` as pairs; what is not that is left out."""
    for part in resume.split(","):
        short, _, report_id = part.partition("=")
        if reports.REPORT_ID.fullmatch(report_id):
            yield short, report_id


def _resume(ordered: Mapping[str, str]) -> str | None:
    return ",".join(f"{short}={report_id}" for short, report_id in ordered.items()) or None


def _account(one: _Profile, where: str | None) -> Account:
    name = one.account_info.name or f"Profile {one.profile_id}"
    return Account(
        id=str(one.profile_id), name=f"{name} ({one.country_code})" if one.country_code else name,
        currency=one.currency_code, timezone=zone_name(one.timezone), route=where,
    )  # fmt: skip
