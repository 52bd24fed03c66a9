"""TikTok from its own side: HTTP 200 for everything, the truth in an envelope's `code`, tokens that do not age."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount
from sandbox.grants import Refused
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin, decimal
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

PERMISSIONS = ("1", "2", "3", "4")
MOST_DAYS = 30
API = "/open_api/v1.3"


class TikTokAds(AdsStandin):
    slug = "tiktok_ads"
    name = "TikTok"
    ad_accounts = (
        AdAccount("9010001", "Aurora Outdoor TT", "USD", "America/New_York", AURORA),
        AdAccount("9010002", "Aurora Outdoor TT EU", "EUR", "Europe/Berlin", AURORA),
        AdAccount("9020001", "Borealis Lights", "CAD", "America/Toronto", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host == "business-api.tiktok.com"

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if path != "/portal/auth":
            return None
        return Asked(None, PERMISSIONS, False, True, request.args["redirect_uri"])

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"],
        )  # fmt: skip
        said = {"auth_code": code, "code": code, "state": request.args.get("state", "")}
        return back_to(request.args["redirect_uri"], said)

    def granted(self, world: World, scopes: list[str]) -> list[str]:
        return scopes[:-1] if is_on(world, self.slug, "fewer_scopes") else scopes

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {"error": "access_denied", "state": request.args.get("state", "")}
        return back_to(request.args["redirect_uri"], said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        path = path.removeprefix(API)
        if path == "/oauth2/access_token/" and request.method == "POST":
            return self._token(world, request.get_json(force=True))
        world.count(self.slug, "data")
        try:
            grant = grants.use(world, self.slug, request.headers.get("Access-Token", ""), kind="access")
        except Refused:
            return _says(40105, "The access token is invalid or has been revoked.")
        if is_on(world, self.slug, "rate_limited"):
            return _says(40100, "Requests made too frequently")
        return self._data(world, request, grant, path)

    def outage(self, request: Request) -> Response:
        return _says(51001, "Internal service timeout")

    def _token(self, world: World, said: dict[str, Any]) -> Response:
        world.count(self.slug, "token")
        if not grants.is_client(said.get("app_id"), said.get("secret")):
            return _says(40001, "App id or secret is incorrect.")
        try:
            grant = grants.redeem(world, self.slug, str(said.get("auth_code", "")))
        except Refused:
            return _says(40002, "Auth code is expired or has been used.")
        return _good(
            {
                "access_token": grants.issue_token(world, grant, kind="access", prefix="", life=None),
                "advertiser_ids": grant["accounts"],
                "scope": [int(one) for one in grant["scopes"]],
            }
        )

    def _data(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        mine = [one for one in self.ad_accounts if one.id in grant["accounts"]]
        if path == "/user/info/":
            person = grant["person"]
            return _good({"core_user_id": f"73{len(person)}00991", "display_name": PEOPLE[person], "email": person})
        if path == "/oauth2/advertiser/get/":
            listed = [{"advertiser_id": one.id, "advertiser_name": one.name} for one in mine]
            return _good({"list": listed})
        if path == "/oauth2/revoke_token/" and request.method == "POST":
            world.count(self.slug, "revoke")
            grants.end(world, grant)
            return _good({})
        if path == "/advertiser/info/":
            asked = json.loads(request.args.get("advertiser_ids", "[]"))
            if any(one not in grant["accounts"] for one in asked):
                return _says(40001, "No permission to operate advertiser")
            return _good({"list": [self._described(world, one) for one in mine if one.id in asked]})
        if path == "/report/integrated/get/":
            account = self.account(request.args.get("advertiser_id", ""))
            if account is None or account not in mine:
                return _says(40001, "No permission to operate advertiser")
            return self._report(world, request, account)
        return _says(40001, "The request path is invalid")

    def _described(self, world: World, account: AdAccount) -> dict[str, Any]:
        off = is_on(world, self.slug, "account_disabled", account.id)
        return {
            "advertiser_id": account.id, "name": account.name, "currency": account.currency,
            "timezone": account.timezone, "display_timezone": account.timezone,
            "status": "STATUS_DISABLE" if off else "STATUS_ENABLE",
        }  # fmt: skip

    def _report(self, world: World, request: Request, account: AdAccount) -> Response:
        first, last = (date.fromisoformat(request.args[key]) for key in ("start_date", "end_date"))
        if (last - first).days >= MOST_DAYS:
            return _says(40002, "The maximum time span is 30 days for this report")
        if request.args.get("data_level") == "AUCTION_ADVERTISER":
            return self._days(world, account, first, last)
        number, size = int(request.args.get("page", "1")), int(request.args.get("page_size", "10"))
        rows = self.listed(world, account, first, last)
        page = [
            {
                "dimensions": {"campaign_id": row.campaign.id, "stat_time_day": f"{row.day} 00:00:00"},
                "metrics": {"spend": decimal(row.spend), "impressions": str(row.impressions), "clicks": str(row.clicks),
                            "conversion": str(row.purchases) if row.purchases else "-",
                            "campaign_name": row.campaign.name, "currency": account.currency,
                            "total_complete_payment_rate": decimal(row.value)},
            }
            for row in rows[(number - 1) * size : number * size]
        ]  # fmt: skip
        pages = -(-len(rows) // size)
        info = {"page": number, "page_size": size, "total_number": len(rows), "total_page": pages}
        return _good({"list": page, "page_info": info})

    def _days(self, world: World, account: AdAccount, first: date, last: date) -> Response:
        rows = [
            {"dimensions": {"advertiser_id": account.id, "stat_time_day": f"{day} 00:00:00"},
             "metrics": {"spend": decimal(spend), "currency": account.currency}}
            for day, spend in self.spent(world, account, first, last).items()
        ]  # fmt: skip
        info = {"page": 1, "page_size": 1000, "total_number": len(rows), "total_page": 1}
        return _good({"list": rows, "page_info": info})


def _good(data: object) -> Response:
    return json_reply({"code": 0, "message": "OK", "request_id": "2026112300", "data": data})


def _says(code: int, message: str) -> Response:
    return json_reply({"code": code, "message": message, "request_id": "2026112300", "data": {}})


STANDIN = TikTokAds()
