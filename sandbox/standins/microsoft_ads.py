"""Microsoft from its own side: Entra's token endpoint, customer management, and reports that are made to order."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import grants
from sandbox.ad_data import AdAccount
from sandbox.grants import Refused, Rotation
from sandbox.replies import json_reply
from sandbox.standins.ads import AURORA, BOREALIS, AdsStandin, decimal
from sandbox.standins.base import Asked, Consent, back_to
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

ACCESS_LIFE, REFRESH_LIFE = timedelta(seconds=3599), timedelta(days=90)
STORE = "bingadsappsstorageprod.blob.core.windows.net"
SIGN_IN, CUSTOMERS, REPORTS = "login.microsoftonline.com", "clientcenter.api.bingads.microsoft.com", (
    "reporting.api.bingads.microsoft.com"
)  # fmt: skip
MANAGE = "https://ads.microsoft.com/msads.manage"
CUSTOMER_OF = {AURORA: "35001", BOREALIS: "35002"}
_ENDED = {
    "password_changed": (50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. "
                         "The user might have changed or reset their password."),
    "access_revoked": (65001, "The user or administrator has not consented to use the application with ID 'sandbox' "
                       "named 'Shopimize'. Send an interactive authorization request for this user and resource."),
    "security_policy": (50076, "Due to a configuration change made by your administrator, or because you moved to a "
                        "new location, you must use multi-factor authentication to access the resource."),
    "token_expired": (700082, "The refresh token has expired due to inactivity. The token was issued on "
                      "2026-08-01T12:26:14.6448497Z and was inactive for 90.00:00:00."),
    "code": (70000, "The provided value for the 'code' parameter is not valid. The code has expired."),
    "token": (9002313, "Invalid request. Request is malformed or invalid."),
}  # fmt: skip
_ENDED["expired"] = _ENDED["token_expired"]


class MicrosoftAds(AdsStandin):
    slug = "microsoft_ads"
    name = "Microsoft"
    # Reports count their days in UTC, whatever zone the account says it is in.
    ad_accounts = (
        AdAccount("180270001", "Aurora Outdoor Bing", "USD", "UTC", AURORA),
        AdAccount("180270002", "Aurora Outdoor Bing EU", "EUR", "UTC", AURORA),
        AdAccount("180280001", "Borealis Lights Bing", "CAD", "UTC", BOREALIS),
    )

    def owns(self, host: str) -> bool:
        return host in (SIGN_IN, CUSTOMERS, REPORTS, STORE)

    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        if host != SIGN_IN or path != "/common/oauth2/v2.0/authorize":
            return None
        return Asked(None, tuple(request.args.get("scope", "").split()), False, False, request.args["redirect_uri"])

    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        code = grants.issue_code(
            world, self.slug, person=consent.person, accounts=consent.accounts, scopes=consent.scopes,
            redirect_uri=request.args["redirect_uri"], challenge=request.args.get("code_challenge"),
        )  # fmt: skip
        said = {"code": f"0.A{code}", "state": request.args.get("state", ""), "session_state": "sandbox"}
        return back_to(request.args["redirect_uri"], said)

    def decline(self, world: World, request: Request, host: str) -> str:
        said = {"error": "access_denied", "error_subcode": "cancel", "state": request.args.get("state", ""),
                "error_description": "AADSTS65004: User declined to consent to access the app."}  # fmt: skip
        return back_to(request.args["redirect_uri"], said)

    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        if host == SIGN_IN:
            return self._token(world, request)
        world.count(self.slug, "data")
        if host == STORE:
            return self._stored(world, path)
        if request.headers.get("DeveloperToken") != "sandbox-developer-token":
            return _fault(401, 105, "InvalidCredentials", "Authentication failed. Invalid developer token.")
        try:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            grant = grants.use(world, self.slug, token, kind="access")
        except Refused as refused:
            if refused.why == "expired":
                return _fault(401, 109, "AuthenticationTokenExpired", "Authentication token expired. Please renew it "
                              "or obtain a new token.")  # fmt: skip
            return _fault(401, 105, "InvalidCredentials", "Authentication failed. Either supplied credentials are "
                          "invalid or the account is inactive")  # fmt: skip
        if is_on(world, self.slug, "rate_limited"):
            return _fault(500, 117, "CallRateExceeded", "You have exceeded the number of calls that you are "
                          "allowed to make in a minute. Please reduce the number of calls.")  # fmt: skip
        if request.method != "POST":
            return Response("", 405)
        asked = request.get_json(force=True)
        if host == REPORTS:
            return self._reports(world, grant, path, asked)
        return self._customers(world, grant, path, asked)

    def outage(self, request: Request) -> Response:
        return _fault(500, 0, "InternalError", "An internal error has occurred.")

    def _token(self, world: World, request: Request) -> Response:
        said = request.form
        refreshing = said.get("grant_type") == "refresh_token"
        world.count(self.slug, "refresh" if refreshing else "token")
        if not grants.is_client(said.get("client_id"), said.get("client_secret")):
            return _entra("invalid_client", 7000215, "Invalid client secret provided.", 401)
        try:
            if refreshing:
                grant, _ = grants.renew(world, self.slug, said.get("refresh_token", ""), rotation=Rotation.KEEPS)
            else:
                grant = grants.redeem(
                    world, self.slug, said.get("code", "").removeprefix("0.A"),
                    redirect_uri=said.get("redirect_uri", ""), verifier=said.get("code_verifier"),
                )  # fmt: skip
        except Refused as refused:
            return _entra("invalid_grant", *_ENDED[refused.why])
        # Every answer brings a new refresh token with ninety days of its own; older ones are left to age.
        return json_reply(
            {
                "token_type": "Bearer", "scope": " ".join(one for one in grant["scopes"] if one == MANAGE) or "openid",
                "expires_in": 3599, "ext_expires_in": 3599,
                "access_token": grants.issue_token(world, grant, kind="access", prefix="EwB", life=ACCESS_LIFE),
                "refresh_token": grants.issue_token(world, grant, kind="refresh", prefix="M.C5", life=REFRESH_LIFE),
            }
        )  # fmt: skip

    def _customers(self, world: World, grant: dict[str, Any], path: str, asked: dict[str, Any]) -> Response:
        person, user = grant["person"], f"5500{len(grant['person'])}21"
        if path == "/CustomerManagement/v13/User/Query":
            first, _, last = PEOPLE[person].partition(" ")
            return json_reply({"User": {"Id": user, "UserName": person, "Name": {"FirstName": first, "LastName": last},
                                        "ContactInfo": {"Email": person}, "UserLifeCycleStatus": "Active"},
                               "CustomerRoles": []})  # fmt: skip
        mine = [one for one in self.ad_accounts if one.id in grant["accounts"]]
        if path == "/CustomerManagement/v13/Accounts/Search":
            if {"Field": "UserId", "Operator": "Equals", "Value": user} not in asked.get("Predicates", []):
                return _fault(400, 474, "", "Required search predicate is missing.", "OperationErrors")
            at, size = int(asked["PageInfo"]["Index"]), int(asked["PageInfo"]["Size"])
            return json_reply({"Accounts": [self._described(world, one) for one in mine[at * size : (at + 1) * size]]})
        if path == "/CustomerManagement/v13/Account/Query":
            found = next((one for one in mine if one.id == str(asked.get("AccountId"))), None)
            if found is None:
                return _fault(400, 106, "UserIsNotAuthorized", "The user is not authorized to perform this action.")
            return json_reply({"Account": self._described(world, found)})
        return Response("", 404)

    def _described(self, world: World, account: AdAccount) -> dict[str, Any]:
        off = is_on(world, self.slug, "account_disabled", account.id)
        return {
            "Id": account.id, "Name": account.name, "Number": f"X0{account.id[-4:]}", "CurrencyCode": account.currency,
            "TimeZone": "EasternTimeUSCanada", "ParentCustomerId": CUSTOMER_OF[account.reached_by],
            "AccountLifeCycleStatus": "Suspended" if off else "Active", "PauseReason": None,
        }  # fmt: skip

    def _reports(self, world: World, grant: dict[str, Any], path: str, asked: dict[str, Any]) -> Response:
        if path == "/Reporting/v13/GenerateReport/Submit":
            wanted = asked["ReportRequest"]
            if not set(wanted["Scope"]["AccountIds"]) <= set(grant["accounts"]):
                return _fault(400, 2003, "ReportingServiceAccountNotAuthorized", "The specified report request contains"
                              " at least one account that you do not have privileges to access.")  # fmt: skip
            wanted["at"] = world.now().isoformat()
            report = base64.urlsafe_b64encode(json.dumps(wanted).encode()).decode()
            with world.changing() as data:
                data["making"].append(wanted["at"])
            return json_reply({"ReportRequestId": report})
        if path != "/Reporting/v13/GenerateReport/Poll":
            return Response("", 404)
        wanted = _ordered(asked["ReportRequestId"])
        if wanted is None:
            return _fault(400, 2100, "ReportingServiceInvalidReportId", "The report id is not valid.")
        status: dict[str, Any] = {"Status": "Pending", "ReportDownloadUrl": None}
        # Whoever asks for the first time is told to wait, as in life.
        with world.changing() as data:
            first = wanted["at"] in data["making"]
            data["making"] = [one for one in data["making"] if one != wanted["at"]]
        if not first and not is_on(world, self.slug, "unready_reports", wanted["Scope"]["AccountIds"][0]):
            status["Status"] = "Success"
            if self._table(world, wanted):
                status["ReportDownloadUrl"] = f"https://{STORE}:443/BingAdsReports/{asked['ReportRequestId']}?sig=x"
        return json_reply({"ReportRequestStatus": status})

    def _stored(self, world: World, path: str) -> Response:
        wanted = _ordered(path.rpartition("/")[2])
        if wanted is None:
            return Response("<?xml version='1.0'?><Error><Code>BlobNotFound</Code></Error>", 404, mimetype="text/xml")
        rows = self._table(world, wanted)
        text = io.StringIO()
        text.write(f'"Report Name: {wanted["ReportName"]}"\n"Time Zone: (GMT) Greenwich Mean Time"\n"Potential '
                   f'Incomplete Data: true"\n"Rows: {len(rows)}"\n\n')  # fmt: skip
        sheet = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        sheet.writerows([wanted["Columns"], *([row[name] for name in wanted["Columns"]] for row in rows)])
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("report.csv", "\ufeff" + text.getvalue())
        return Response(file.getvalue(), mimetype="application/octet-stream")

    def _table(self, world: World, wanted: dict[str, Any]) -> list[dict[str, str]]:
        account = self.account(wanted["Scope"]["AccountIds"][0])
        assert account is not None
        first, last = (_day(wanted["Time"][name]) for name in ("CustomDateRangeStart", "CustomDateRangeEnd"))
        both = {"AccountId": account.id, "CurrencyCode": account.currency}
        if wanted["Type"] == "AccountPerformanceReportRequest":
            spent = self.spent(world, account, first, last)
            return [{**both, "TimePeriod": str(day), "Spend": _grouped(spend)} for day, spend in spent.items()]
        rows: Iterable[Any] = self.listed(world, account, first, last)
        return [
            {
                **both, "TimePeriod": str(row.day), "CampaignId": row.campaign.id, "CampaignName": row.campaign.name,
                "Spend": decimal(row.spend), "Impressions": str(row.impressions), "Clicks": str(row.clicks),
                "Conversions": str(row.purchases), "Revenue": _grouped(row.value),
            }
            for row in rows
        ]  # fmt: skip


def _ordered(report: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(report))
    except ValueError:
        return None
    return found


def _day(said: dict[str, int]) -> date:
    return date(said["Year"], said["Month"], said["Day"])


def _grouped(micros: int) -> str:
    whole, _, part = decimal(micros).partition(".")
    return f"{int(whole):,}.{part}"


def _entra(word: str, number: int, message: str, status: int = 400) -> Response:
    said = f"AADSTS{number}: {message}\r\nTrace ID: x\r\nCorrelation ID: x\r\nTimestamp: 2026-11-23 10:00:00Z"
    return json_reply({"error": word, "error_description": said, "error_codes": [number], "trace_id": "x",
                       "timestamp": "2026-11-23 10:00:00Z", "correlation_id": "x"}, status)  # fmt: skip


def _fault(status: int, code: int, symbol: str, message: str, envelope: str = "Errors") -> Response:
    kind = "AdApiFaultDetail" if envelope == "Errors" else "ApiFaultDetail"
    error = {"Code": code, "Detail": None, "ErrorCode": symbol, "Message": message}
    return json_reply({envelope: [error], "TrackingId": "00000000-0000-0000-0000-000000000000", "Type": kind}, status)


STANDIN = MicrosoftAds()
