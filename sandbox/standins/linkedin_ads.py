"""LinkedIn from its own side: permissions of exactly a year, a token inspector, Rest.li's notation, no pages."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount, campaigns
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin, decimal
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

ACCESS_LIFE, REFRESH_LIFE = timedelta(days=60), timedelta(days=365)
DEAD = "The provided authorization grant or refresh token is invalid, expired or revoked."
_DAY = r"\(year:(\d+),month:(\d+),day:(\d+)\)"
_RANGE = re.compile(rf"dateRange=\(start:{_DAY},end:{_DAY}\)")
_ACCOUNTS = re.compile(r"accounts=List\(urn%3Ali%3AsponsoredAccount%3A(\d+)\)")


class LinkedInAds(AdsStandin):
    slug = "linkedin_ads"
    name = "LinkedIn"
    # Analytics count their days in UTC.
    ad_accounts = (
        AdAccount("510110001", "Aurora Outdoor Brand", "USD", "UTC", AURORA),
        AdAccount("510110002", "Aurora Outdoor Hiring", "EUR", "UTC", AURORA),
        AdAccount("510120001", "Borealis Lights Trade", "CAD", "UTC", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in ("www.linkedin.com", "api.linkedin.com")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != "www.linkedin.com" or path != "/oauth/v2/authorization":
            return None
        return Asked(None, tuple(request.args.get("scope", "").split()), False, False, request.args["redirect_uri"])

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"],
        )  # fmt: skip
        return back_to(request.args["redirect_uri"], {"code": f"AQ{code}", "state": request.args.get("state", "")})

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {"error": "user_cancelled_authorize", "state": request.args.get("state", ""),
                "error_description": "The user cancelled the authorization"}  # fmt: skip
        return back_to(request.args["redirect_uri"], said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        if path == "/oauth/v2/accessToken":
            return self._token(world, request)
        if path == "/oauth/v2/introspectToken":
            return self._inspect(world, request)
        if path == "/oauth/v2/revoke":
            return self._revoke(world, request)
        world.count(self.slug, "data")
        try:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused as refused:
            if refused.why in ("expired", "token_expired"):
                return _error(401, 65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired")
            if refused.why == "security_policy":
                return _error(401, 65603, "RESTRICTED_MEMBER", "The member is restricted")
            return _error(401, 65601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the "
                          "user")  # fmt: skip
        if path == "/v2/userinfo":
            person = grant["person"]
            return json_reply({"sub": f"Yrz{len(person)}kQ", "name": PEOPLE[person], "email": person})
        if is_on(world, self.slug, "rate_limited"):
            body = {"status": 429, "message": "Resource level throttle APPLICATION DAY limit for calls to this "
                    "resource is reached."}  # fmt: skip
            return json_reply(body, 429)
        if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", request.headers.get("LinkedIn-Version", "")):
            return _error(426, 0, "NONEXISTENT_VERSION", "Requested version is not active")
        if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            return _error(400, 0, "ILLEGAL_ARGUMENT", "Rest.li protocol 2.0.0 is needed here")
        return self._data(world, request, grant, path)

    def outage(self, request: Request) -> Response:
        return json_reply(
            {"message": "Gateway timed out, please retry after some time.", "status": 504, "code": ""}, 504
        )

    def _token(self, world: World, request: Request) -> Response:
        said = request.form
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return json_reply({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        refresh = ""
        try:
            if refreshing:
                refresh = said.get("refresh_token", "")
                grant, pair = grants.renew(world, self.slug, refresh, rotation=Rotation.KEEPS)
            else:
                grant = grants.redeem(
                    world, self.slug, said.get("code", "").removeprefix("AQ"), redirect_uri=said.get("redirect_uri", "")
                )
                pair = True
        except Refused:
            return json_reply({"error": "invalid_request", "error_description": DEAD}, 400)
        # Both ends are seconds from now; the refresh token's was settled at consent, and nothing outlives it.
        left = datetime.fromisoformat(grant["created"]) + REFRESH_LIFE - world.now()
        life = min(ACCESS_LIFE, left)
        if pair:
            refresh = grants.issue_token(world, grant, kind="refresh", prefix="AQX", life=left)
        return json_reply(
            {
                "access_token": grants.issue_token(world, grant, kind="access", prefix="AQV", life=life),
                "expires_in": int(life.total_seconds()), "refresh_token": refresh,
                "refresh_token_expires_in": int(left.total_seconds()), "scope": ",".join(grant["scopes"]),
            }
        )  # fmt: skip

    def _revoke(self, world: World, request: Request) -> Response:
        world.count(self.slug, "revoke")
        for kind in ("access", "refresh"):
            try:
                grants.end(world, grants.use(world, self.slug, request.form.get("token", ""), kind=kind))
            except Refused:
                continue
        return Response("", 200)

    def _inspect(self, world: World, request: Request) -> Response:
        said = request.form
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return json_reply({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        status = "active"
        for kind in ("access", "refresh"):
            try:
                grants.use(world, self.slug, said.get("token", ""), kind=kind)
                status = "active"
                break
            except Refused as refused:
                status = "expired" if refused.why in ("expired", "token_expired") else "revoked"
                if refused.why != "token":
                    break
        return json_reply({"active": status == "active", "client_id": said.get("client_id"), "status": status,
                           "auth_type": "3L"})  # fmt: skip

    def _data(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        mine = [one for one in self.ad_accounts if one.id in grant["accounts"]]
        if not {"r_ads", "r_ads_reporting"} <= set(grant["scopes"]):
            return _error(403, 100, "ACCESS_DENIED", "Not enough permissions to access: adAccounts.FINDER-search")
        if path == "/rest/adAccounts" and request.args.get("q") == "search":
            return self._page(request, [self._described(world, one) for one in mine])
        if path == "/rest/adAnalytics" and request.args.get("q") == "analytics":
            return self._analytics(world, request, {one.id for one in mine})
        found = re.fullmatch(r"/rest/adAccounts/(\d+)(/adCampaigns)?", path)
        account = next((one for one in mine if found and one.id == found.group(1)), None)
        if found is None:
            return _error(404, 0, "RESOURCE_NOT_FOUND", "No virtual resource found")
        if account is None:
            return _error(404, 0, "RESOURCE_NOT_FOUND", f"Could not find entity adAccount {found.group(1)}")
        if found.group(2):
            return self._page(request, [{"id": int(one.id), "name": one.name} for one in campaigns(account)])
        return json_reply(self._described(world, account))

    def _page(self, request: Request, listed: list[dict[str, Any]]) -> Response:
        """Pages of three, whatever was asked for: a server may always give fewer."""
        start = int(request.args.get("pageToken", "0"))
        end = start + min(3, int(request.args.get("pageSize", "10")))
        metadata = {"nextPageToken": str(end)} if end < len(listed) else {}
        return json_reply({"elements": listed[start:end], "metadata": metadata})

    def _described(self, world: World, account: AdAccount) -> dict[str, Any]:
        off = is_on(world, self.slug, "account_disabled", account.id)
        return {
            "id": int(account.id), "name": account.name, "currency": account.currency, "status": "ACTIVE",
            "type": "BUSINESS", "test": False, "servingStatuses": ["BILLING_HOLD"] if off else ["RUNNABLE"],
        }  # fmt: skip

    def _analytics(self, world: World, request: Request, mine: set[str]) -> Response:
        query = request.query_string.decode()
        days, asked = _RANGE.search(query), _ACCOUNTS.search(query)
        if days is None or asked is None:
            return _error(400, 0, "ILLEGAL_ARGUMENT", "Array parameter 'accounts' value is invalid")
        account = self.account(asked.group(1))
        if account is None or account.id not in mine:
            return _error(403, 100, "ACCESS_DENIED", "Member does not have permission on sponsoredAccount")
        numbers = [int(number) for number in days.groups()]
        first, last = date(*numbers[:3]), date(*numbers[3:])
        if request.args["pivot"] == "ACCOUNT":
            spent = self.spent(world, account, first, last)
            return json_reply({"elements": [
                {"dateRange": _range(day), "pivotValues": [f"urn:li:sponsoredAccount:{account.id}"],
                 "costInLocalCurrency": decimal(amount)} for day, amount in spent.items()
            ]})  # fmt: skip
        return json_reply({"elements": [
            {"dateRange": _range(row.day), "pivotValues": [f"urn:li:sponsoredCampaign:{row.campaign.id}"],
             "costInLocalCurrency": decimal(row.spend), "impressions": row.impressions, "clicks": row.clicks,
             "externalWebsiteConversions": row.purchases, "conversionValueInLocalCurrency": decimal(row.value)}
            for row in self.listed(world, account, first, last)
        ], "paging": {"start": 0, "count": 10, "links": []}})  # fmt: skip


def _range(day: date) -> dict[str, dict[str, int]]:
    said = {"year": day.year, "month": day.month, "day": day.day}
    return {"start": said, "end": said}


def _error(status: int, service: int, code: str, message: str) -> Response:
    return json_reply({"status": status, "serviceErrorCode": service, "code": code, "message": message}, status)


STANDIN = LinkedInAds()
