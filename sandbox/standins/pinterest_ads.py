"""Pinterest from its own side: Basic client authentication, bookmarks, analytics of ninety days, one code for much."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount, campaigns
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

ACCESS_LIFE, REFRESH_LIFE = timedelta(days=30), timedelta(days=60)
REACH = timedelta(days=90)


class PinterestAds(AdsStandin):
    slug = "pinterest_ads"
    name = "Pinterest"
    # Analytics count their days in UTC.
    ad_accounts = (
        AdAccount("549755001", "Aurora Outdoor Pins", "USD", "UTC", AURORA),
        AdAccount("549755002", "Aurora Outdoor Pins EU", "EUR", "UTC", AURORA),
        AdAccount("549765001", "Borealis Lights Pins", "CAD", "UTC", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in ("www.pinterest.com", "api.pinterest.com")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != "www.pinterest.com" or path != "/oauth/":
            return None
        scopes = tuple(one for one in re.split(r"[ ,]+", request.args.get("scope", "")) if one)
        return Asked(None, scopes, False, False, request.args["redirect_uri"])

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
        if path == "/v5/oauth/token":
            return self._token(world, request)
        if path == "/v5/oauth/token/revoke":
            return self._revoke(world, request)
        world.count(self.slug, "data")
        try:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused:
            return _error(401, 2, "Authentication failed.")
        if path == "/v5/user_account":
            person = grant["person"]
            return json_reply({"account_type": "BUSINESS", "id": f"66{len(person)}0017",
                               "business_name": PEOPLE[person], "username": person.partition("@")[0]})  # fmt: skip
        if is_on(world, self.slug, "rate_limited"):
            reply = _error(429, 8, "You have exceeded your rate limit. Try again later.")
            reply.headers.extend({"X-RateLimit-Limit": "300, 300;w=60", "X-RateLimit-Remaining": "0",
                                  "X-RateLimit-Reset": "42"})  # fmt: skip
            return reply
        if "ads:read" not in grant["scopes"]:
            return _error(403, 3, "Authorization failed.")
        return self._data(world, request, grant, path.removeprefix("/v5"))

    def outage(self, request: Request) -> Response:
        return _error(503, 503, "Service unavailable")

    def _token(self, world: World, request: Request) -> Response:
        said, ours = request.form, request.authorization
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if ours is None or ours.type != "basic" or not grants.is_client(ours.username, ours.password):
            return _error(401, 2, "Authentication failed.")
        try:
            if refreshing:
                grant, _ = grants.renew(world, self.slug, said.get("refresh_token", ""), rotation=Rotation.KEEPS)
            else:
                grant = grants.redeem(world, self.slug, said.get("code", ""), redirect_uri=said.get("redirect_uri", ""))
        except Refused:
            return _error(401, 2, "Authentication failed.")
        # Each use begins sixty days anew, with a new token.
        return json_reply(
            {
                "access_token": grants.issue_token(world, grant, kind="access", prefix="pina_", life=ACCESS_LIFE),
                "refresh_token": grants.issue_token(world, grant, kind="refresh", prefix="pinr.", life=REFRESH_LIFE),
                "response_type": "refresh_token" if refreshing else "authorization_code", "token_type": "bearer",
                "expires_in": int(ACCESS_LIFE.total_seconds()), "scope": " ".join(grant["scopes"]),
                "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
                "refresh_token_expires_at": int((world.now() + REFRESH_LIFE).timestamp()),
            }
        )  # fmt: skip

    def _revoke(self, world: World, request: Request) -> Response:
        world.count(self.slug, "revoke")
        for kind in ("access", "refresh"):
            try:
                grants.end(world, grants.use(world, self.slug, request.form.get("token", ""), kind=kind))
            except Refused:
                continue
        return Response("", 204)

    def _data(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        mine = [one for one in self.ad_accounts if one.id in grant["accounts"]]
        if path == "/ad_accounts":
            return _page(request, [_described(one) for one in mine])
        found = re.fullmatch(r"/ad_accounts/(\d+)(/campaigns|/campaigns/analytics|/analytics)?", path)
        if found is None:
            return _error(404, 40, "Resource not found.")
        account = self.account(found.group(1))
        if account is None:
            return _error(404, 50, "Ad account not found.")
        if account not in mine or is_on(world, self.slug, "account_disabled", account.id):
            return _error(403, 29, "You are not permitted to access that resource.")
        if found.group(2) is None:
            return json_reply(_described(account))
        if found.group(2) == "/campaigns":
            return _page(request, [{"id": one.id, "ad_account_id": account.id, "name": one.name, "status": "ACTIVE"}
                                   for one in campaigns(account)])  # fmt: skip
        first, last = (date.fromisoformat(request.args[name]) for name in ("start_date", "end_date"))
        if first < world.now().date() - REACH or last - first > REACH:
            return _error(400, 1, "Invalid analytics date range: the start date cannot be more than 90 days back.")
        if found.group(2) == "/analytics":
            spent = self.spent(world, account, first, last)
            return json_reply([{"AD_ACCOUNT_ID": account.id, "DATE": str(day), "SPEND_IN_MICRO_DOLLAR": float(amount)}
                               for day, amount in spent.items()])  # fmt: skip
        asked = request.args.getlist("campaign_ids")
        if not 0 < len(asked) <= 100:
            return _error(400, 1, "campaign_ids must name 1 to 100 campaigns.")
        return json_reply(
            [
                {
                    "CAMPAIGN_ID": int(row.campaign.id), "DATE": str(row.day),
                    "SPEND_IN_MICRO_DOLLAR": float(row.spend), "PAID_IMPRESSION": float(row.impressions),
                    "TOTAL_CLICKTHROUGH": float(row.clicks),
                    **({"TOTAL_CHECKOUT": float(row.purchases), "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": row.value}
                       if row.purchases else {}),
                }
                for row in self.listed(world, account, first, last) if row.campaign.id in asked
            ]
        )  # fmt: skip


def _described(account: AdAccount) -> dict[str, Any]:
    return {"id": account.id, "name": account.name, "currency": account.currency, "country": "US",
            "owner": {"username": "aurora"}, "permissions": ["OWNER"]}  # fmt: skip


def _page(request: Request, listed: list[dict[str, Any]]) -> Response:
    """Pages of three, whatever was asked for: a server may always give fewer."""
    asked = request.args.get("bookmark", "Y3Vy0").removeprefix("Y3Vy")
    if not asked.isdecimal():
        return _error(400, 1, "Invalid bookmark.")
    start = int(asked)
    end = start + min(3, int(request.args.get("page_size", "25")))
    return json_reply({"items": listed[start:end], "bookmark": f"Y3Vy{end}" if end < len(listed) else None})


def _error(status: int, code: int, message: str) -> Response:
    return json_reply({"code": code, "message": message, "status": "failure"}, status)


STANDIN = PinterestAds()
