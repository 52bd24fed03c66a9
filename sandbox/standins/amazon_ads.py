"""Amazon from its own side: Login with Amazon, three regions that know only their own profiles, reports to order."""

from __future__ import annotations

import gzip
import json
import time as wall
import uuid
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount, SpendRow, campaigns
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

PROFILE, ADS = "profile", "advertising::campaign_management"
ACCESS_LIFE = timedelta(hours=1)
REGIONS = {
    "advertising-api.amazon.com": "us-east-1",
    "advertising-api-eu.amazon.com": "eu-west-1",
    "advertising-api-fe.amazon.com": "us-west-2",
}
# Where each region asks for consent, and where it gives tokens and renews them: there only.
CONSENT = {
    "www.amazon.com": "api.amazon.com",
    "eu.account.amazon.com": "api.amazon.co.uk",
    "apac.account.amazon.com": "api.amazon.co.jp",
}
COUNTRY = {"USD": "US", "CAD": "CA", "EUR": "DE", "JPY": "JP"}
HOST_OF = {"US": "advertising-api.amazon.com", "CA": "advertising-api.amazon.com",
           "DE": "advertising-api-eu.amazon.com", "JP": "advertising-api-fe.amazon.com"}  # fmt: skip
# What each kind of report is for, how many days back it reaches, and what it calls purchases and sales.
KINDS = {
    "spCampaigns": ("SPONSORED_PRODUCTS", 95, "14d"),
    "sbCampaigns": ("SPONSORED_BRANDS", 60, ""),
    "sdCampaigns": ("SPONSORED_DISPLAY", 65, ""),
}
LONGEST_DAYS = 31
WRITING_SECONDS = 0.2
MOST_REPORTS = 300


class AmazonAds(AdsStandin):
    slug = "amazon_ads"
    name = "Amazon"
    ad_accounts = (
        AdAccount("640000000000002", "Aurora Outdoor", "USD", "America/Los_Angeles", AURORA),
        AdAccount("640000000000004", "Aurora Outdoor", "EUR", "Europe/Berlin", AURORA),
        AdAccount("640000000000009", "Borealis Lights", "CAD", "America/Toronto", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in (*CONSENT, *CONSENT.values(), *REGIONS) or host.startswith("offline-report-storage-")

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host not in CONSENT or path != "/ap/oa":
            return None
        scopes = tuple(request.args.get("scope", "").split())
        return Asked(None, scopes, False, False, request.args.get("redirect_uri", ""))

    def granted(self, world: World, scopes: list[str]) -> list[str]:
        return [one for one in scopes if one != ADS] if is_on(world, self.slug, "fewer_scopes") else scopes

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"], challenge=request.args.get("code_challenge"),
            tenant=CONSENT[host],
        )  # fmt: skip
        said = {"code": code, "scope": " ".join(consent.scopes), "state": request.args.get("state", "")}
        return back_to(request.args["redirect_uri"], said)

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {
            "error": "access_denied", "error_description": "Access not permitted.",
            "state": request.args.get("state", ""),
        }  # fmt: skip
        return back_to(request.args["redirect_uri"], said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        if host in CONSENT.values() and path == "/auth/o2/token":
            return self._token(world, request, host)
        world.count(self.slug, "data")
        if host.startswith("offline-report-storage-"):
            return self._stored(world, request, path)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused:
            if host in CONSENT.values():
                return _oauth("invalid_token", "The request has an invalid parameter : access_token")
            return _says(401, "Unauthorized")
        if host in CONSENT.values():
            return self._person(grant) if path == "/user/profile" else _says(404, "Not Found")
        if request.headers.get("Amazon-Advertising-API-ClientId") != grants.CLIENT_ID:
            return json_reply({"message": "Forbidden"}, 403)
        if is_on(world, self.slug, "rate_limited"):
            reply = _says(429, "Too Many Requests")
            reply.headers["Retry-After"] = "30"
            return reply
        return self._api(world, request, grant, host, path)

    def outage(self, request: Request) -> Response:
        return _says(500, "Internal Error")

    def _token(self, world: World, request: Request, host: str) -> Response:
        said = request.form
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return _oauth("invalid_client", "Client authentication failed", 401)
        pair = not refreshing
        try:
            if refreshing:
                grant, pair = grants.renew(world, self.slug, said.get("refresh_token", ""), rotation=Rotation.KEEPS)
            else:
                grant = grants.redeem(
                    world, self.slug, said.get("code", ""), redirect_uri=said.get("redirect_uri", ""),
                    verifier=said.get("code_verifier"),
                )  # fmt: skip
            if grant["tenant"] != host:
                raise Refused("code" if pair else "refresh")
        except Refused as refused:
            what = "code" if refused.why == "code" else "refresh_token"
            return _oauth("invalid_grant", f"The request has an invalid grant parameter : {what}")
        body: dict[str, Any] = {
            "access_token": grants.issue_token(world, grant, kind="access", prefix="Atza|", life=ACCESS_LIFE),
            "token_type": "bearer", "expires_in": int(ACCESS_LIFE.total_seconds()),
        }  # fmt: skip
        # The refresh token has no end, and every answer gives the same one back.
        body["refresh_token"] = (
            said["refresh_token"]
            if not pair
            else grants.issue_token(world, grant, kind="refresh", prefix="Atzr|", life=None)
        )
        if set(grant["scopes"]) != {PROFILE, ADS}:
            body["scope"] = " ".join(grant["scopes"])
        return json_reply(body)

    def _person(self, grant: dict[str, Any]) -> Response:
        if PROFILE not in grant["scopes"]:
            return _oauth("insufficient_scope", "The access token does not have the required scope.", 403)
        person = grant["person"]
        return json_reply({"user_id": f"amzn1.account.AE{len(person)}XK", "name": PEOPLE[person], "email": person})

    def _api(self, world: World, request: Request, grant: dict[str, Any], host: str, path: str) -> Response:
        if ADS not in grant["scopes"]:
            return _says(401, "Unauthorized")
        here = [
            one for one in self.ad_accounts
            if one.id in grant["accounts"] and HOST_OF[COUNTRY[one.currency]] == host
            and not is_on(world, self.slug, "account_disabled", one.id)
        ]  # fmt: skip
        if path == "/v2/profiles":
            return json_reply([_profile(one) for one in here])
        scope = request.headers.get("Amazon-Advertising-API-Scope")
        if scope is None:
            return _says(401, "Scope header is missing")
        account = next((one for one in here if one.id == scope), None)
        if account is None:
            known = self.account(scope) is not None
            return _says(
                401, f"Not authorized to access scope {scope}" if known else "No matching advertiser found for scope"
            )
        if path == "/reporting/reports" and request.method == "POST":
            return self._order(world, request, account)
        report = world.data.get("reports", {}).get(path.removeprefix("/reporting/reports/"))
        if report is None or report["account"] != account.id:
            return _says(404, "Report not found", "detail")
        return json_reply(self._report(world, report, REGIONS[host]))

    def _order(self, world: World, request: Request, account: AdAccount) -> Response:
        if request.mimetype != "application/vnd.createasyncreportrequest.v3+json":
            return _says(415, "Unsupported Media Type", "detail")
        said = json.loads(request.get_data())
        asked = said["configuration"]
        first, last = date.fromisoformat(said["startDate"]), date.fromisoformat(said["endDate"])
        product, reach, _ = KINDS.get(asked["reportTypeId"], ("", 0, ""))
        if asked["adProduct"] != product or asked["timeUnit"] != "DAILY" or asked["groupBy"] != ["campaign"]:
            return _says(400, "configuration is not valid for this report type", "detail")
        if (last - first).days >= LONGEST_DAYS:
            days = (last - first).days + 1
            return _says(
                400, f"startDate to endDate range ({days} days) must not exceed maximum range (31 days)", "detail"
            )
        if (world.now().date() - first).days > reach:
            return _says(406, "Report date is too far in the past.")
        same = {"account": account.id, "configuration": asked, "first": str(first), "last": str(last)}
        with world.changing() as data:
            reports = data.setdefault("reports", {})
            for report_id, one in reports.items():
                if not self._is_written(world, one) and {name: one[name] for name in same} == same:
                    return _says(425, f"The Request is a duplicate of : {report_id}", "detail")
            report = {**same, "id": str(uuid.uuid4()), "at": wall.time(), "asked": 0}
            reports[report["id"]] = report
            for old in list(reports)[:-MOST_REPORTS]:
                del reports[old]
        return json_reply(self._report(world, report, ""))

    def _report(self, world: World, report: dict[str, Any], region: str) -> dict[str, Any]:
        if region:
            with world.changing():
                report["asked"] += 1
        written = bool(region) and self._is_written(world, report)
        suffix = "" if region == "us-east-1" else f".{region}"
        store = f"https://offline-report-storage-{region}-prod.s3{suffix}.amazonaws.com"
        return {
            "reportId": report["id"], "status": "COMPLETED" if written else "PENDING", "failureReason": None,
            "startDate": report["first"], "endDate": report["last"], "configuration": report["configuration"],
            "url": f"{store}/{report['id']}/report-{report['id']}.json.gz?X-Amz-Signature=5f3c" if written else None,
        }  # fmt: skip

    def _is_written(self, world: World, report: dict[str, Any]) -> bool:
        if is_on(world, self.slug, "unready_reports", report["account"]):
            return False
        return report["asked"] > 1 or wall.time() - float(report["at"]) >= WRITING_SECONDS

    def _stored(self, world: World, request: Request, path: str) -> Response:
        report = world.data.get("reports", {}).get(path.split("/")[1])
        if "Authorization" in request.headers:
            return _xml(400, "InvalidArgument", "Only one auth mechanism allowed")
        if report is None or request.args.get("X-Amz-Signature") != "5f3c":
            return _xml(403, "AccessDenied", "Request has expired")
        account = self.account(report["account"])
        assert account is not None
        packed = gzip.compress(json.dumps(self._rows(world, account, report)).encode(), mtime=0)
        return Response(packed, 200, mimetype="application/octet-stream")

    def _rows(self, world: World, account: AdAccount, report: dict[str, Any]) -> list[dict[str, Any]]:
        asked = report["configuration"]
        kinds = list(KINDS)
        mine = {one for number, one in enumerate(campaigns(account)) if kinds[number % 3] == asked["reportTypeId"]}
        days = date.fromisoformat(report["first"]), date.fromisoformat(report["last"])
        # Only a report that tells campaigns apart can leave one out.
        told = self.listed if "campaignId" in asked["columns"] else self.rows
        found = [_row(row, account) for row in told(world, account, *days) if row.campaign in mine]
        return [{name: row[name] for name in asked["columns"]} for row in found]


def _row(row: SpendRow, account: AdAccount) -> dict[str, Any]:
    sales = row.value / 1_000_000
    return {
        "date": str(row.day), "campaignId": int(row.campaign.id), "campaignName": row.campaign.name,
        "campaignBudgetCurrencyCode": account.currency, "cost": row.spend / 1_000_000,
        "impressions": row.impressions, "clicks": row.clicks, "purchases": row.purchases,
        "purchases14d": row.purchases, "sales": sales, "sales14d": sales,
    }  # fmt: skip


def _profile(account: AdAccount) -> dict[str, Any]:
    return {
        "profileId": int(account.id), "countryCode": COUNTRY[account.currency], "currencyCode": account.currency,
        "timezone": account.timezone,
        "accountInfo": {"marketplaceStringId": "ATVPDKIKX0DER", "id": f"ENTITY{account.id}", "type": "seller",
                        "name": account.name, "validPaymentMethod": True},
    }  # fmt: skip


def _says(status: int, words: str, name: str = "details") -> Response:
    """Most of the API says `details`; reporting says `detail`."""
    return json_reply({"code": str(status), name: words}, status)


def _oauth(error: str, words: str, status: int = 400) -> Response:
    return json_reply({"error": error, "error_description": words}, status)


def _xml(status: int, code: str, words: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{words}</Message></Error>'
    return Response(body, status, mimetype="application/xml")


STANDIN = AmazonAds()
