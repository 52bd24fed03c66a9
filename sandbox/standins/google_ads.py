"""Google from its own side: one OAuth for everything, refresh tokens that stay, and the Ads API's searchStream."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.signals import Letter, address_of
from sandbox.signing import OAUTH_EVENT, RISC_EVENT, is_service_account, public_jwk, security_event, signing_key
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

ACCESS_LIFE = timedelta(seconds=3599)
UNUSED = timedelta(days=180)
MANAGER, MANAGER_OF = "8000000001", ("ops@aurora.test",)
LONG = {"email": "https://www.googleapis.com/auth/userinfo.email"}
ADWORDS = "https://www.googleapis.com/auth/adwords"
EVENTS = {"access_revoked": f"{OAUTH_EVENT}tokens-revoked", "password_changed": f"{RISC_EVENT}sessions-revoked"}
RISC_AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
FAILURE = "type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure"


class GoogleAds(AdsStandin):
    slug = "google_ads"
    name = "Google"
    ad_accounts = (
        AdAccount("8010000001", "Aurora Outdoor Search", "USD", "America/New_York", AURORA),
        AdAccount("8010000002", "Aurora Outdoor Shopping", "USD", "America/New_York", AURORA, manager=MANAGER),
        AdAccount("8020000001", "Borealis Lights", "CAD", "America/Toronto", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host.endswith(".googleapis.com") or host == "accounts.google.com"

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != "accounts.google.com" or path != "/o/oauth2/v2/auth":
            return None
        return Asked(None, tuple(request.args.get("scope", "").split()), True, False, request.args["redirect_uri"])

    def granted(self, world: World, scopes: list[str]) -> list[str]:
        return [one for one in scopes if one != ADWORDS] if is_on(world, self.slug, "fewer_scopes") else scopes

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"], challenge=request.args.get("code_challenge"),
        )  # fmt: skip
        scope = " ".join(LONG.get(one, one) for one in consent.scopes)
        said = {"state": request.args.get("state", ""), "code": f"4/{code}", "scope": scope, "authuser": "0"}
        return back_to(request.args["redirect_uri"], said)

    def decline(self, world: World, request: Request, host: str) -> str:
        return back_to(request.args["redirect_uri"], {"error": "access_denied", "state": request.args.get("state", "")})

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        if host == "oauth2.googleapis.com":
            return self._revoke(world, request) if path == "/revoke" else self._token(world, request)
        if host == "www.googleapis.com" and path == "/oauth2/v3/certs":
            return json_reply({"keys": [public_jwk(signing_key())]}, headers={"Cache-Control": "max-age=19000"})
        if host == "risc.googleapis.com":
            return self._stream(world, request, path)
        world.count(self.slug, "data")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused:
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected "
                          "OAuth 2 access token, login cookie or other valid authentication credential.")  # fmt: skip
        if host == "openidconnect.googleapis.com":
            person = grant["person"]
            return json_reply({"sub": subject(person), "email": person, "email_verified": True,
                               "name": PEOPLE[person]})  # fmt: skip
        return self._ads(world, request, grant, path)

    def tells(self, world: World, switch: str, account: str | None) -> list[Letter]:
        url = address_of(world, self.slug, "security-event")
        event = EVENTS.get(switch)
        if url is None or event is None:
            return []
        jwt = {"Content-Type": "application/secevent+jwt"}
        return [
            Letter(url, security_event(event, subject(one), at=world.now()), jwt)
            for one in grants.people_of_the_dead(world, self.slug, switch, account)
        ]

    def _stream(self, world: World, request: Request, path: str) -> Response:
        """Where security events go, set by a service account of the project and by nobody else."""
        world.count(self.slug, "register")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not is_service_account(token, RISC_AUDIENCE):
            return _error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        said = json.loads(request.get_data())
        if path != "/v1beta/stream:update" or said["delivery"]["delivery_method"] != PUSH:
            return _error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        with world.changing() as data:
            data["callbacks"].setdefault(self.slug, {})["security-event"] = said["delivery"]["url"]
        return json_reply({})

    def outage(self, request: Request) -> Response:
        return _error(503, "UNAVAILABLE", "The service is currently unavailable.")

    def _token(self, world: World, request: Request) -> Response:
        said = request.form
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return json_reply({"error": "invalid_client", "error_description": "The OAuth client was not found."}, 401)
        pair = not refreshing
        try:
            if refreshing:
                grant, pair = grants.renew(
                    world, self.slug, said.get("refresh_token", ""), rotation=Rotation.KEEPS, dies_unused_after=UNUSED
                )
            else:
                grant = grants.redeem(
                    world, self.slug, said.get("code", "").removeprefix("4/"),
                    redirect_uri=said.get("redirect_uri", ""), verifier=said.get("code_verifier"),
                )  # fmt: skip
        except Refused as refused:
            return _invalid_grant(refused.why)
        body: dict[str, Any] = {
            "access_token": grants.issue_token(world, grant, kind="access", prefix="ya29.", life=ACCESS_LIFE),
            "expires_in": 3599, "token_type": "Bearer",
            "scope": " ".join(LONG.get(one, one) for one in grant["scopes"]),
        }  # fmt: skip
        if pair:
            body["refresh_token"] = grants.issue_token(world, grant, kind="refresh", prefix="1//", life=None)
        return json_reply(body)

    def _revoke(self, world: World, request: Request) -> Response:
        world.count(self.slug, "revoke")
        token = request.values.get("token", "")
        for kind in ("access", "refresh"):
            try:
                grants.end(world, grants.use(world, self.slug, token, kind=kind))
                return json_reply({})
            except Refused:
                continue
        return json_reply({"error": "invalid_token", "error_description": "Token expired or revoked"}, 400)

    def _ads(self, world: World, request: Request, grant: dict[str, Any], path: str) -> Response:
        if request.headers.get("developer-token") != "sandbox-developer-token":
            return _failure(
                401, "UNAUTHENTICATED", "authenticationError", "DEVELOPER_TOKEN_INVALID", "Not a developer token."
            )
        if is_on(world, self.slug, "rate_limited"):
            return _exhausted()
        if ADWORDS not in grant["scopes"]:
            return _error(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.",
                          [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}])  # fmt: skip
        path = re.sub(r"^/v\d+", "", path)
        if path == "/customers:listAccessibleCustomers":
            own = [one.id for one in self.ad_accounts if one.id in grant["accounts"] and one.manager is None]
            own += [MANAGER] if grant["person"] in MANAGER_OF else []
            own += [
                one.id for one in self.ad_accounts if one.id in grant["accounts"] and one.manager and MANAGER not in own
            ]
            return json_reply({"resourceNames": [f"customers/{one}" for one in own]})
        found = re.fullmatch(r"/customers/(\d+)/googleAds:searchStream", path)
        if found is None or request.method != "POST":
            return Response(
                "<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>", 404, mimetype="text/html"
            )
        return self._search(world, request, grant, found.group(1))

    def _search(self, world: World, request: Request, grant: dict[str, Any], customer: str) -> Response:
        query = " ".join(str(request.get_json(force=True).get("query", "")).split())
        if customer == MANAGER and grant["person"] in MANAGER_OF:
            return json_reply(self._manager(query, grant))
        account = self.account(customer)
        if account is None or account.id not in grant["accounts"]:
            return _failure(403, "PERMISSION_DENIED", "authorizationError", "USER_PERMISSION_DENIED",
                            "User doesn't have permission to access customer.")  # fmt: skip
        if is_on(world, self.slug, "account_disabled", account.id):
            return _failure(403, "PERMISSION_DENIED", "authorizationError", "CUSTOMER_NOT_ENABLED",
                            "The customer account can't be accessed because it is not yet enabled or has been "
                            "deactivated.")  # fmt: skip
        days = re.search(r"segments\.date BETWEEN '([0-9-]+)' AND '([0-9-]+)'", query)
        if " FROM customer" in query and days is not None:
            return json_reply([{"results": self._days(world, account, *days.groups()), "requestId": "r1"}])
        if " FROM customer" in query:
            return json_reply([{"results": [{"customer": _customer(account)}], "requestId": "r1"}])
        if " FROM campaign" not in query or days is None:
            return _failure(400, "INVALID_ARGUMENT", "queryError", "UNEXPECTED_INPUT", "The query is not understood.")
        rows = [
            {
                "segments": {"date": str(row.day)}, "customer": {"id": account.id, "currencyCode": account.currency},
                "campaign": {"resourceName": f"customers/{account.id}/campaigns/{row.campaign.id}",
                             "id": row.campaign.id, "name": row.campaign.name},
                "metrics": {"costMicros": str(row.spend), "impressions": str(row.impressions),
                            "clicks": str(row.clicks),
                            "conversions": float(row.purchases), "conversionsValue": row.value / 1_000_000},
            }
            for row in self.listed(world, account, *(date.fromisoformat(day) for day in days.groups()))
        ]  # fmt: skip
        chunks = [rows[start : start + 200] for start in range(0, len(rows), 200)]
        return json_reply([{"results": chunk, "requestId": f"r{n}"} for n, chunk in enumerate(chunks)])

    def _days(self, world: World, account: AdAccount, first: str, last: str) -> list[dict[str, Any]]:
        spent = self.spent(world, account, date.fromisoformat(first), date.fromisoformat(last))
        return [
            {"customer": {"id": account.id, "currencyCode": account.currency},
             "metrics": {"costMicros": str(spend)}, "segments": {"date": str(day)}}
            for day, spend in spent.items()
        ]  # fmt: skip

    def _manager(self, query: str, grant: dict[str, Any]) -> list[dict[str, Any]]:
        if " FROM customer_client" not in query:
            described = {"id": MANAGER, "descriptiveName": "Aurora Agency", "currencyCode": "USD", "manager": True,
                         "timeZone": "America/New_York", "status": "ENABLED", "testAccount": False}  # fmt: skip
            return [{"results": [{"customer": described}]}]
        below = [
            {"customerClient": {**_customer(one), "clientCustomer": f"customers/{one.id}", "level": "1"}}
            for one in self.ad_accounts if one.manager == MANAGER and one.id in grant["accounts"]
        ]  # fmt: skip
        return [{"results": below}]


def subject(person: str) -> str:
    return f"1100{len(person)}7734"


def _customer(account: AdAccount) -> dict[str, Any]:
    return {"id": account.id, "descriptiveName": account.name, "currencyCode": account.currency, "manager": False,
            "timeZone": account.timezone, "status": "ENABLED", "testAccount": False}  # fmt: skip


def _invalid_grant(why: str) -> Response:
    if why == "code":
        return json_reply({"error": "invalid_grant", "error_description": "Malformed auth code."}, 400)
    if why == "security_policy":
        return json_reply({"error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)",
                           "error_subtype": "invalid_rapt"}, 400)  # fmt: skip
    return json_reply({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400)


def _failure(status: int, name: str, family: str, code: str, message: str) -> Response:
    says = "The caller does not have permission" if status == 403 else "Request is not good."
    return _error(
        status, name, says, [{"@type": FAILURE, "errors": [{"errorCode": {family: code}, "message": message}]}]
    )


def _exhausted() -> Response:
    quota = {"rateScope": "DEVELOPER", "rateName": "Number of operations for explorer access", "retryDelay": "120s"}
    error = {"errorCode": {"quotaError": "RESOURCE_EXHAUSTED"}, "message": "Too many requests. Retry in 120 seconds.",
             "details": {"quotaErrorDetails": quota}}  # fmt: skip
    return _error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [{"errors": [error]}])


def _error(status: int, name: str, message: str, details: list[Any] | None = None) -> Response:
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = details
    return json_reply({"error": error}, status)


STANDIN = GoogleAds()
