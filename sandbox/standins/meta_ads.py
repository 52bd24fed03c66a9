"""Meta from its own side: Graph API, a token exchanged for a longer one, errors told by code and subcode."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount
from sandbox.grants import Refused
from sandbox.replies import json_reply
from sandbox.signals import Letter, address_of
from sandbox.signing import signed_request
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin, decimal
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

SHORT_LIFE, LONG_LIFE = timedelta(hours=1), timedelta(days=60)
DATA_ACCESS = timedelta(days=90)
DISABLED = 2
NOT_GRANTED = "(#200) Ad account owner has NOT grant ads_management or ads_read permission"
_SAYS = {
    "password_changed": (460, "Error validating access token: The session has been invalidated because the user "
                         "changed their password or Facebook has changed the session for security reasons."),
    "access_revoked": (458, "Error validating access token: The user has not authorized application 1234567890."),
    "security_policy": (459, "Error validating access token: The user is enrolled in a blocking, logged-in checkpoint"),
    "token_expired": (463, "Error validating access token: Session has expired on Monday, 23-Nov-26 10:00:00 PST."),
    "expired": (463, "Error validating access token: Session has expired on Monday, 23-Nov-26 10:00:00 PST."),
    "token": (None, "Invalid OAuth access token - Cannot parse access token"),
}  # fmt: skip


class MetaAds(AdsStandin):
    slug = "meta_ads"
    name = "Meta"
    ad_accounts = (
        AdAccount("7010001", "Aurora Outdoor US", "USD", "America/New_York", AURORA),
        AdAccount("7010002", "Aurora Outdoor EU", "EUR", "Europe/Berlin", AURORA),
        AdAccount("7020001", "Borealis Lights", "CAD", "America/Toronto", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in ("graph.facebook.com", "www.facebook.com")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != "www.facebook.com" or not re.fullmatch(r"/v\d+\.0/dialog/oauth", path):
            return None
        scopes = tuple(one for one in re.split(r"[ ,]+", request.args.get("scope", "")) if one)
        return Asked(None, scopes, True, True, request.args["redirect_uri"])

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"],
        )  # fmt: skip
        return back_to(request.args["redirect_uri"], {"code": code, "state": request.args.get("state", "")}) + "#_=_"

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {
            "error": "access_denied", "error_code": "200", "error_description": "Permissions error",
            "error_reason": "user_denied", "state": request.args.get("state", ""),
        }  # fmt: skip
        return back_to(request.args["redirect_uri"], said) + "#_=_"

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        path = re.sub(r"^/v\d+\.0", "", path)
        if path == "/oauth/access_token":
            return self._token(world, request)
        if path == "/debug_token":
            return self._inspect(world, request)
        world.count(self.slug, "data")
        try:
            grant = grants.use(world, self.slug, _bearer(request), kind="access")
        except Refused as refused:
            return _dead(refused.why)
        return self._data(world, request, grant, path)

    def tells(self, world: World, switch: str, account: str | None) -> list[Letter]:
        url = address_of(world, self.slug, "deauthorize")
        if switch != "access_revoked" or url is None:
            return []
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return [
            Letter(url, urlencode({"signed_request": signed_request(user_id(one), at=world.now())}), form)
            for one in grants.people_of_the_dead(world, self.slug, switch, account)
        ]

    def outage(self, request: Request) -> Response:
        body = {
            "message": "(#2) Service temporarily unavailable",
            "type": "OAuthException",
            "is_transient": True,
            "code": 2,
        }
        return json_reply({"error": body}, 503)

    def _token(self, world: World, request: Request) -> Response:
        said = request.values
        longer = said.get("grant_type") == "fb_exchange_token"
        world.count(self.slug, "refresh" if longer else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return _error("Error validating client secret.", 1)
        try:
            if longer:
                grant = grants.use(world, self.slug, said.get("fb_exchange_token", ""), kind="access")
                return self._issue(world, grant, LONG_LIFE)
            grant = grants.redeem(world, self.slug, said.get("code", ""), redirect_uri=said.get("redirect_uri", ""))
        except Refused as refused:
            if refused.why == "code":
                return _error("This authorization code has been used.", 100, 36009)
            return _dead(refused.why)
        return self._issue(world, grant, SHORT_LIFE)

    def _issue(self, world: World, grant: dict[str, Any], life: timedelta) -> Response:
        token = grants.issue_token(world, grant, kind="access", prefix="EAA", life=life)
        return json_reply({"access_token": token, "token_type": "bearer", "expires_in": int(life.total_seconds())})

    def _inspect(self, world: World, request: Request) -> Response:
        """`debug_token`, asked with the app's own token: both clocks, and what the permission is for."""
        if not grants.is_client(*_bearer(request).partition("|")[::2]):
            return _error("Invalid OAuth access token signature.", 190)
        token = request.args.get("input_token", "")
        try:
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused as refused:
            subcode, message = _SAYS[refused.why]
            dead = {"is_valid": False, "error": {"code": 190, "subcode": subcode, "message": message}, "scopes": []}
            return json_reply({"data": dead})
        # Whoever ticked everything gave permission for what comes later, too: then there are no targets.
        partly = set(grant["accounts"]) < {one.id for one in self.reachable(grant["person"])}
        targets = {"target_ids": grant["accounts"]} if partly else {}
        began = datetime.fromisoformat(grant["created"])
        return json_reply({"data": {
            "app_id": "1234567890", "type": "USER", "is_valid": True, "user_id": user_id(grant["person"]),
            "scopes": ["public_profile", *grant["scopes"]],
            "granular_scopes": [{"scope": one, **targets} for one in grant["scopes"]],
            "expires_at": _seconds(datetime.fromisoformat(world.data["tokens"][token]["until"])),
            "data_access_expires_at": _seconds(began + DATA_ACCESS),
        }})  # fmt: skip

    def _data(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        person = grant["person"]
        if path == "/me" and request.method == "GET":
            return json_reply({"id": user_id(person), "name": PEOPLE[person], "email": person})
        if path == "/me/permissions":
            if request.method == "DELETE":
                world.count(self.slug, "revoke")
                grants.end(world, grant)
                return json_reply({"success": True})
            given = [{"permission": one, "status": "granted"} for one in ("public_profile", *grant["scopes"])]
            return json_reply({"data": given})
        if is_on(world, self.slug, "rate_limited"):
            return _limited()
        if "ads_read" not in grant["scopes"]:
            return _error(NOT_GRANTED, 200, status=403)
        if path == "/me/adaccounts":
            mine = [self._described(world, one) for one in self.ad_accounts if one.id in grant["accounts"]]
            return json_reply({"data": mine, "paging": {"cursors": {"before": "MA", "after": "MQ"}}})
        found = re.fullmatch(r"/act_(\d+)(/insights)?", path)
        account = self.account(found.group(1)) if found else None
        if account is not None and account.id not in grant["accounts"] and person in account.reached_by:
            # Reached by the person and not ticked for us: told in the very words of a lost permission.
            return _error(NOT_GRANTED, 200, status=403)
        if found is None or account is None or account.id not in grant["accounts"]:
            return _error("Unsupported get request. Object does not exist, cannot be loaded due to missing "
                          "permissions, or does not support this operation", 100, 33)  # fmt: skip
        if found.group(2):
            return self._insights(world, request, account)
        return json_reply(self._described(world, account))

    def _described(self, world: World, account: AdAccount) -> dict[str, Any]:
        off = is_on(world, self.slug, "account_disabled", account.id)
        return {
            "account_id": account.id, "id": f"act_{account.id}", "name": account.name, "currency": account.currency,
            "timezone_name": account.timezone, "account_status": DISABLED if off else 1,
            "disable_reason": 3 if off else 0,
        }  # fmt: skip

    def _insights(self, world: World, request: Request, account: AdAccount) -> Response:
        span = json.loads(request.args["time_range"])
        limit = int(request.args.get("limit", "25"))
        try:
            start = int(base64.b64decode(request.args.get("after", "") or "MA=="))
        except ValueError:
            return _error("(#2642) Invalid cursors values", 2642)
        first, last = date.fromisoformat(span["since"]), date.fromisoformat(span["until"])
        if request.args.get("level", "account") == "account":
            return json_reply({"data": self._days(world, account, first, last)})
        rows = self.listed(world, account, first, last)
        page = [
            {
                "account_id": account.id, "account_currency": account.currency, "campaign_id": row.campaign.id,
                "campaign_name": row.campaign.name, "date_start": str(row.day), "date_stop": str(row.day),
                "spend": decimal(row.spend), "impressions": str(row.impressions), "clicks": str(row.clicks),
                "actions": [{"action_type": "link_click", "value": str(row.clicks)},
                            {"action_type": "purchase", "value": str(row.purchases)}],
                "action_values": [{"action_type": "purchase", "value": decimal(row.value)}],
            }
            for row in rows[start : start + limit]
        ]  # fmt: skip
        end = start + len(page)
        paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
        if end < len(rows):
            paging["next"] = (
                f"https://graph.facebook.com/v26.0/act_{account.id}/insights?access_token=…&after={_cursor(end)}"
            )
        return json_reply({"data": page, "paging": paging})

    def _days(self, world: World, account: AdAccount, first: date, last: date) -> list[dict[str, str]]:
        return [
            {"account_id": account.id, "account_currency": account.currency, "spend": decimal(spend),
             "date_start": str(day), "date_stop": str(day)}
            for day, spend in self.spent(world, account, first, last).items()
        ]  # fmt: skip


def user_id(person: str) -> str:
    return f"1022{len(person)}0071"


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _cursor(number: int) -> str:
    return base64.b64encode(str(number).encode()).decode()


def _bearer(request: Request) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") if header.startswith("Bearer ") else request.values.get("access_token", "")


def _dead(why: str) -> Response:
    subcode, message = _SAYS[why]
    return _error(message, 190, subcode)


def _error(message: str, code: int, subcode: int | None = None, status: int = 400) -> Response:
    error: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEfGh"}
    if subcode is not None:
        error["error_subcode"] = subcode
    return json_reply({"error": error}, status)


def _limited() -> Response:
    reply = _error("User request limit reached", 17, 2446079)
    usage = {"7010001": [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 2}]}
    reply.headers["X-Business-Use-Case-Usage"] = json.dumps(usage)
    return reply


STANDIN = MetaAds()
