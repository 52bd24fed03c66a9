"""Snapchat from its own side: one scope, an envelope with parts in it, days that begin at the account's midnight."""

from __future__ import annotations

import base64
import binascii
import time as wall
import uuid
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount, Campaign, SpendRow, campaigns
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

SCOPE = "snapchat-marketing-api"
ACCESS_LIFE = timedelta(seconds=1800)
LONGEST = timedelta(days=31)
# Pages are this small so that turning them is the rule, not the exception.
MOST_PARTS = 3
ALL_FIELDS = {"impressions", "swipes", "spend", "conversion_purchases", "conversion_purchases_value"}


class SnapchatAds(AdsStandin):
    slug = "snapchat_ads"
    name = "Snapchat"
    ad_accounts = (
        AdAccount("5f3c1a10-0000-4000-8000-000000000001", "Aurora Outdoor Snap", "USD", "America/New_York", AURORA),
        AdAccount("5f3c1a10-0000-4000-8000-000000000002", "Aurora Outdoor Snap EU", "EUR", "Europe/Berlin", AURORA),
        AdAccount("5f3c1a10-0000-4000-8000-000000000003", "Borealis Lights", "CAD", "America/Toronto", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in ("accounts.snapchat.com", "adsapi.snapchat.com")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != "accounts.snapchat.com" or path != "/login/oauth2/authorize":
            return None
        return Asked(
            None, tuple(request.args.get("scope", "").split()), False, False, request.args.get("redirect_uri", "")
        )

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"],
        )  # fmt: skip
        return back_to(request.args["redirect_uri"], {"code": code, "state": request.args.get("state", "")})

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {"error": "access_denied", "state": request.args.get("state", "")}
        return back_to(request.args["redirect_uri"], said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        if host == "accounts.snapchat.com":
            return self._token(world, request, path)
        world.count(self.slug, "data")
        header = request.headers.get("Authorization", "")
        try:
            grant = grants.use(world, self.slug, header.removeprefix("Bearer "), kind="access")
        except Refused:
            return _error(401, "E1003", "Unauthorized access for the URL.")
        if is_on(world, self.slug, "rate_limited"):
            return _limited()
        if SCOPE not in grant["scopes"]:
            return _error(403, "E1004", "User does not have permission to access the resource.")
        return self._data(world, request, grant, path.removeprefix("/v1"))

    def outage(self, request: Request) -> Response:
        return _error(500, "E1000", "An error has occurred at Snapchat's end.")

    def _token(self, world: World, request: Request, path: str) -> Response:
        said = request.form
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if path != "/login/oauth2/access_token" or request.method != "POST":
            return _oauth("invalid_request", "Unknown endpoint.")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return _oauth("invalid_client", "Client authentication failed.", 401)
        pair = not refreshing
        try:
            if refreshing:
                grant, pair = grants.renew(world, self.slug, said.get("refresh_token", ""), rotation=Rotation.KEEPS)
            else:
                grant = grants.redeem(world, self.slug, said.get("code", ""), redirect_uri=said.get("redirect_uri", ""))
        except Refused as refused:
            what = "code" if refused.why == "code" else "refresh token"
            return _oauth("invalid_grant", f"The {what} is invalid, expired or revoked.")
        body: dict[str, Any] = {
            "access_token": grants.issue_token(world, grant, kind="access", prefix="hCgwKCjE", life=ACCESS_LIFE),
            "token_type": "Bearer", "expires_in": int(ACCESS_LIFE.total_seconds()), "scope": " ".join(grant["scopes"]),
        }  # fmt: skip
        # A renewal gives the same refresh token back: it has no end and does not rotate.
        body["refresh_token"] = (
            said["refresh_token"]
            if not pair
            else grants.issue_token(world, grant, kind="refresh", prefix="hCgwKCzE", life=None)
        )
        return json_reply(body)

    def _data(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        mine = [one for one in self.ad_accounts if one.id in grant["accounts"]]
        person = grant["person"]
        if path == "/me":
            me = {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, person)), "email": person, "display_name": PEOPLE[person],
                  "organization_id": _organization(person), "member_status": "MEMBER"}  # fmt: skip
            return _good({"me": me})
        if path == "/me/organizations":
            return self._organizations(world, request, person, mine)
        parts = path.strip("/").split("/")
        account = next((one for one in mine if len(parts) > 1 and one.id == parts[1]), None)
        if parts[0] != "adaccounts":
            return _error(404, "E3003", "Resource can not be found")
        if account is None:
            return _error(403, "E1004", "User does not have permission to access the resource.")
        if len(parts) == 2:
            described = {"sub_request_status": "SUCCESS", "adaccount": self._described(world, account)}
            return _good({"adaccounts": [described]})
        if parts[2:] == ["campaigns"]:
            named = [
                {"sub_request_status": "SUCCESS",
                 "campaign": {"id": one.id, "name": one.name, "ad_account_id": account.id, "status": "ACTIVE"}}
                for one in campaigns(account)
            ]  # fmt: skip
            return _paged(request, path, "campaigns", named)
        if parts[2:] == ["stats"]:
            return self._stats(world, request, account, path)
        return _error(404, "E3003", "Resource can not be found")

    def _organizations(self, world: World, request: Request, person: str, mine: list[AdAccount]) -> Response:
        organization: dict[str, Any] = {"id": _organization(person), "name": "Aurora Outdoor", "type": "ENTERPRISE"}
        if request.args.get("with_ad_accounts") == "true":
            organization["ad_accounts"] = [self._described(world, one) for one in mine]
        return _good({"organizations": [{"sub_request_status": "SUCCESS", "organization": organization}]})

    def _described(self, world: World, account: AdAccount) -> dict[str, Any]:
        off = is_on(world, self.slug, "account_disabled", account.id)
        return {
            "id": account.id, "name": account.name, "type": "PARTNER", "status": "DISABLED" if off else "ACTIVE",
            "currency": account.currency, "timezone": account.timezone, "advertiser": account.name.split()[0],
            "organization_id": _organization(account.reached_by[0]), "roles": ["data_manager"],
        }  # fmt: skip

    def _stats(self, world: World, request: Request, account: AdAccount, path: str) -> Response:
        fields, breakdown = set(request.args.get("fields", "").split(",")), request.args.get("breakdown")
        if breakdown is None and fields != {"spend"}:
            return _unsupported("E1008", "Only field 'spend' should be used when querying AdAccount stats.")
        if breakdown not in (None, "campaign") or not fields <= ALL_FIELDS:
            return _unsupported("E1008", "Unknown field or breakdown.")
        zone = ZoneInfo(account.timezone)
        start, end = (datetime.fromisoformat(request.args[name]) for name in ("start_time", "end_time"))
        if any(_begins(one.astimezone(zone).date(), zone) != one.timestamp() for one in (start, end)):
            words = "must have a start time that is the start of day (00:00:00) for the account's timezone."
            return _unsupported("E1008", f"Timeseries queries with DAY granularity {words}")
        if not timedelta(0) < end - start <= LONGEST or request.args.get("granularity") != "DAY":
            return _unsupported(
                "E1008", "Timeseries queries with DAY granularity cannot query time intervals of more than 31 days"
            )
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date() - timedelta(days=1)
        series: dict[str, Any] = {
            "id": account.id, "type": "AD_ACCOUNT", "granularity": "DAY", "start_time": request.args["start_time"],
            "end_time": request.args["end_time"],
            "finalized_data_end_time": (world.now() - timedelta(hours=2)).isoformat(timespec="milliseconds"),
            "conversion_data_processed_end_time": (world.now() - timedelta(hours=3)).isoformat(timespec="milliseconds"),
        }  # fmt: skip
        if breakdown is None:
            spent = self.spent(world, account, first, last)
            series["timeseries"] = [_point(day, zone, {"spend": spent.get(day, 0)}) for day in _days(first, last)]
            return _good({"timeseries_stats": [{"sub_request_status": "SUCCESS", "timeseries_stat": series}]})
        return self._broken_down(world, request, account, path, series, (first, last), zone)

    def _broken_down(
        self, world: World, request: Request, account: AdAccount, path: str, series: dict[str, Any],
        days: tuple[date, date], zone: ZoneInfo,
    ) -> Response:  # fmt: skip
        found: dict[Campaign, dict[date, SpendRow]] = {}
        for row in self.listed(world, account, *days):
            found.setdefault(row.campaign, {})[row.day] = row
        start = _start(request)
        if start is None:
            return _error(400, "E1001", "The cursor is not valid.")
        page = sorted(found, key=lambda one: one.id)[start : start + MOST_PARTS]
        series["breakdown_stats"] = {
            "campaign": [
                {"id": one.id, "type": "CAMPAIGN", "granularity": "DAY",
                 "timeseries": [_point(day, zone, _figures(found[one].get(day))) for day in _days(*days)]}
                for one in page
            ]
        }  # fmt: skip
        body: dict[str, Any] = {"timeseries_stats": [{"sub_request_status": "SUCCESS", "timeseries_stat": series}]}
        return _good(body | _link(request, path, start + len(page), len(found)))


def _figures(row: SpendRow | None) -> dict[str, int]:
    if row is None:
        return dict.fromkeys(sorted(ALL_FIELDS), 0)
    return {
        "impressions": row.impressions, "swipes": row.clicks, "spend": row.spend,
        "conversion_purchases": row.purchases, "conversion_purchases_value": row.value,
    }  # fmt: skip


def _point(day: date, zone: ZoneInfo, stats: dict[str, int]) -> dict[str, Any]:
    start, end = (datetime.fromtimestamp(_begins(one, zone), zone) for one in (day, day + timedelta(days=1)))
    return {
        "start_time": start.isoformat(timespec="milliseconds"), "end_time": end.isoformat(timespec="milliseconds"),
        "stats": stats,
    }  # fmt: skip


def _begins(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _paged(request: Request, path: str, name: str, parts: list[dict[str, Any]]) -> Response:
    start = _start(request)
    if start is None:
        return _error(400, "E1001", "The cursor is not valid.")
    page = parts[start : start + MOST_PARTS]
    return _good({name: page} | _link(request, path, start + len(page), len(parts)))


def _start(request: Request) -> int | None:
    """Where a page begins; None for a cursor that is not one of ours."""
    try:
        return int(base64.urlsafe_b64decode(request.args.get("cursor", "") or "MA=="))
    except (ValueError, binascii.Error):
        return None


def _link(request: Request, path: str, end: int, total: int) -> dict[str, Any]:
    if end >= total:
        return {}
    args = {**request.args.to_dict(), "cursor": base64.urlsafe_b64encode(str(end).encode()).decode()}
    return {"paging": {"next_link": f"https://adsapisc.appspot.com/v1{path}?{urlencode(args)}"}}


def _organization(person: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, person.partition("@")[2]))


def _good(body: dict[str, Any]) -> Response:
    return json_reply({"request_status": "SUCCESS", "request_id": "57ad1ad600076e58fa35e192", **body})


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body = {
        "request_status": "ERROR", "request_id": "57ad1ad600076e58fa35e192", "debug_message": message,
        "display_message": "We're sorry, but the requested resource is not available at this time",
        "error_code": code,
    }  # fmt: skip
    return json_reply(body, status, headers)


def _unsupported(code: str, words: str) -> Response:
    return _error(400, code, f"Unsupported Stats Query: {words}")


def _limited() -> Response:
    # An instant, in seconds since 1970, on the wall's clock.
    reset = str(int(wall.time()) + 60)
    headers = {"X-Rate-Limit-Limit": "300", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": reset}
    return _error(429, "E1009", "Rate limit exceeded", headers)


def _oauth(error: str, words: str, status: int = 400) -> Response:
    return json_reply({"error": error, "error_description": words}, status)


STANDIN = SnapchatAds()
