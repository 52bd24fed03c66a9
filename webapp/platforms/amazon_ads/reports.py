"""Reports that Amazon writes to order: ordered, asked after, and fetched from where Amazon keeps them.

Source: advertising.amazon.com/API/docs/en-us/guides/reporting/v3/get-started. Writing one takes from seconds to three
hours. Nobody waits longer than a few seconds for it here: the order's id is kept, and the next try asks after it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from time import sleep

import msgspec

from webapp.platforms.amazon_ads.campaigns import Order
from webapp.platforms.amazon_ads.diagnose import TOO_EARLY
from webapp.platforms.amazon_ads.regions import is_report_store, region
from webapp.platforms.answer import Answer
from webapp.platforms.api import Api
from webapp.platforms.consent import Account
from webapp.platforms.decode import decode
from webapp.platforms.diagnosis import Cause, Fault, Trouble, verdict
from webapp.platforms.wire import Request

KIND = "application/vnd.createasyncreportrequest.v3+json"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
REPORT_ID = re.compile(UUID)
DUPLICATE = re.compile(rf"duplicate of\s*:?\s*({UUID})", re.I)
UNDER_WAY = frozenset({"PENDING", "PROCESSING"})
# What one try waits in all, however many reports it fetches: less than the longest that a worker is held for.
PAUSES = (0.3, 0.7, 1.5, 3.0)
ASK_AGAIN_SECONDS = 60.0


class Report(msgspec.Struct, rename="camel"):
    """A report as Amazon describes it; `url` once it is written."""

    report_id: str
    status: str
    url: str | None = None
    failure_reason: str | None = None
    start_date: str = ""
    end_date: str = ""
    configuration: dict[str, object] = {}


class NoReport(Exception):
    """Amazon does not have this report, or could not write it: it has to be ordered anew."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(why)
        self.answer = answer

    @property
    def as_trouble(self) -> Trouble:
        return Trouble(verdict(Cause.PLATFORM_DOWN, transient=True, code="no_report", message=str(self)), self.answer)


def pauses() -> Iterator[float]:
    """The pauses of one try; share one of these between the reports it fetches."""
    return iter(PAUSES)


def headers(api: Api, token: str, account_id: str | None = None) -> dict[str, str]:
    """What every question carries; the profile's id under a name that has nothing to do with OAuth scopes."""
    found = {"authorization": f"Bearer {token}", "amazon-advertising-api-clientid": api.credentials.client_id}
    return {**found, "amazon-advertising-api-scope": account_id} if account_id is not None else found


def order(api: Api, account: Account, wanted: Order) -> str:
    """Have the report written; its id. One that is being written already is taken instead. Raises Trouble."""
    body = json.dumps(wanted.body()).encode()
    try:
        answer = api.call(
            lambda token: Request(
                method="POST", url=f"{region(account.route).host}/reporting/reports", body=body,
                headers={**headers(api, token, account.id), "content-type": KIND},
            )
        )  # fmt: skip
    except Trouble as trouble:
        if trouble.answer.status != TOO_EARLY:
            raise
        named = DUPLICATE.search(trouble.diagnosis.message)
        if named is None or not _is_the_same(_described(api, account, named.group(1)), wanted):
            raise
        return named.group(1)
    return _checked(decode(answer, Report), answer).report_id


def fetch(api: Api, account: Account, report_id: str, pausing: Iterator[float]) -> Answer:
    """The written report. Raises NoReport where it must be ordered anew, Trouble while it is still being written."""
    while True:
        answer = _ask(api, account, report_id)
        found = _checked(decode(answer, Report), answer)
        if found.status == "COMPLETED" and found.url:
            return _download(api, found.url, answer)
        if found.status not in UNDER_WAY:
            raise NoReport(answer, f"Amazon could not write the report: {found.failure_reason or found.status}")
        pause = next(pausing, None)
        if pause is None:
            raise _still_written(answer)
        sleep(pause)


def _ask(api: Api, account: Account, report_id: str) -> Answer:
    url = f"{region(account.route).host}/reporting/reports/{report_id}"
    try:
        return api.call(lambda token: Request(url=url, headers=headers(api, token, account.id)))
    except Trouble as trouble:
        if trouble.answer.status == 404:
            raise NoReport(trouble.answer, "Amazon no longer has the report.") from None
        raise


def _described(api: Api, account: Account, report_id: str) -> Report | None:
    try:
        answer = _ask(api, account, report_id)
    except NoReport:
        return None
    return decode(answer, Report)


def _is_the_same(found: Report | None, wanted: Order) -> bool:
    """Whether a report holds what was ordered: Amazon has called reports duplicates that differ in their columns."""
    if found is None or found.status not in UNDER_WAY | {"COMPLETED"}:
        return False
    body = wanted.body()
    asked = body["configuration"]
    if (found.start_date, found.end_date) != (body["startDate"], body["endDate"]) or not isinstance(asked, dict):
        return False
    return all(_sorted(found.configuration.get(name)) == _sorted(value) for name, value in asked.items())


def _sorted(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, list) else value


def _download(api: Api, url: str, answer: Answer) -> Answer:
    if not is_report_store(url):
        raise Trouble(
            verdict(
                Cause.BAD_REQUEST, fault=Fault.OURS, code="foreign_host",
                message="Amazon names a place for the report that is none of those it is known to keep reports in.",
            ),
            answer,
        )  # fmt: skip
    # Signed in itself. The token must not go there: it is another party's, and refuses a second signature besides.
    return api.call(lambda _token: Request(url=url))


def _checked(found: Report, answer: Answer) -> Report:
    if not REPORT_ID.fullmatch(found.report_id):
        raise NoReport(answer, "Amazon names no report.")
    return found


def _still_written(answer: Answer) -> Trouble:
    return Trouble(
        verdict(
            Cause.PLATFORM_DOWN, transient=True, code="report_pending", retry_after=ASK_AGAIN_SECONDS,
            message="Amazon is still writing the report; that can take up to three hours.",
            evidence=("The report is ordered and accepted; nothing is lost by waiting for it.",),
        ),
        answer,
    )  # fmt: skip
