"""Microsoft's reports: ordered, waited for, fetched as a zipped CSV, and read as our rows.

Source: learn.microsoft.com/advertising/guides/reports and request-download-report. Days are UTC's ("always relative to
UTC"); ReportTimeZone only decides what today is, so it is set to the one that is never behind UTC.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, day_within, garbled, micros, plain, reading, spend_totals
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

BY_CAMPAIGN = (
    "TimePeriod", "AccountId", "CurrencyCode", "CampaignId", "CampaignName", "Spend", "Impressions", "Clicks",
    "Conversions", "Revenue",
)  # fmt: skip
BY_ACCOUNT = ("TimePeriod", "AccountId", "CurrencyCode", "Spend")
TODAY_IN = "GreenwichMeanTimeDublinEdinburghLisbonLondon"
LARGEST_REPORT = 64 * 1024 * 1024
# Where finished reports are kept. No token is sent there: the address itself is the permission.
_STORE = re.compile(r"bingads[a-z0-9]{0,40}\.blob\.core\.windows\.net|download\.api\.bingads\.microsoft\.com")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


class Status(msgspec.Struct, rename="pascal"):
    """How far a report is."""

    status: str
    report_download_url: str | None = None


class Polled(msgspec.Struct, rename="pascal"):
    report_request_status: Status


class Ordered(msgspec.Struct, rename="pascal"):
    report_request_id: str


class _Line(NamedTuple):
    cells: Mapping[str, str]

    def number(self, column: str) -> str:
        """A number as text; commas only where they group thousands, never where one might be a decimal point."""
        text = self.cells[column].strip()
        if text in ("", "-", "--"):
            return "0"
        return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def order(kind: str, columns: Sequence[str], account: Account, window: Window) -> dict[str, object]:
    """The body that asks for one report of the window's days."""
    return {
        "ReportRequest": {
            "Type": f"{kind}PerformanceReportRequest", "ReportName": "Shopimize", "Format": "Csv",
            "FormatVersion": "2.0", "ExcludeReportHeader": False, "ExcludeReportFooter": True,
            "ExcludeColumnHeaders": False, "ReturnOnlyCompleteData": False, "Aggregation": "Daily",
            "Columns": list(columns), "Scope": {"AccountIds": [account.id]},
            "Time": {
                "CustomDateRangeStart": _day(window.first), "CustomDateRangeEnd": _day(window.last),
                "ReportTimeZone": TODAY_IN,
            },
        }
    }  # fmt: skip


def download_address(answer: Answer, url: str) -> str:
    """Where the finished report is, without a port of its own. Raises Trouble when that is not one of their stores."""
    with reading(answer):
        parts = urlsplit(url)
    if parts.scheme != "https" or parts.username or not _STORE.fullmatch(parts.hostname or ""):
        raise garbled(answer, "its report is somewhere else than Microsoft keeps reports")
    return f"https://{parts.hostname}{parts.path}?{parts.query}"


def spend(answer: Answer, window: Window, account: Account) -> tuple[Spend, ...]:
    """The campaign report's rows. Raises Trouble when the answer is not that."""
    with reading(answer):
        return tuple(_spend(line, window, account) for line in _lines(answer, BY_CAMPAIGN, account))


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's total of each day. Raises Trouble when the answer is not that."""
    with reading(answer):
        lines = _lines(answer, BY_ACCOUNT, account)
        return spend_totals(
            window,
            ((one.cells["TimePeriod"], micros(one.number("Spend")), one.cells["CurrencyCode"]) for one in lines),
        )


def _spend(line: _Line, window: Window, account: Account) -> Spend:
    if line.cells["CurrencyCode"] != account.currency:
        raise ValueError("another currency than the account's")
    return Spend(
        campaign_id=str(count(line.cells["CampaignId"])),
        campaign_name=line.cells["CampaignName"],
        day=day_within(line.cells["TimePeriod"], window),
        spend_micros=micros(line.number("Spend")),
        currency=account.currency,
        impressions=count(line.number("Impressions")),
        clicks=count(line.number("Clicks")),
        conversions_micros=micros(line.number("Conversions")),
        value_micros=micros(line.number("Revenue")),
    )


def _lines(answer: Answer, columns: Sequence[str], account: Account) -> list[_Line]:
    """The report's lines under its own column names; ValueError when it says of itself that it has more or fewer."""
    rows = [row for row in csv.reader(io.StringIO(_unzipped(answer))) if row]
    if list(columns) not in rows:
        raise ValueError("a report without the columns asked for")
    start = rows.index(list(columns))
    lines = [_Line(dict(zip(columns, row, strict=True))) for row in rows[start + 1 :]]
    stated = [row[0].removeprefix("Rows:").strip() for row in rows[:start] if row[0].startswith("Rows:")]
    if stated != [str(len(lines))]:
        raise ValueError("a report with more or fewer rows than it says")
    if any(one.cells["AccountId"] != account.id for one in lines):
        raise ValueError("another account's row")
    return lines


def _unzipped(answer: Answer) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise ValueError("not one report in the archive")
            with archive.open(names[0]) as file:
                text = file.read(LARGEST_REPORT + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ValueError(f"not an archive: {type(error).__name__}") from None
    if len(text) > LARGEST_REPORT:
        raise ValueError("a report larger than any we ask for")
    return plain(text.decode("utf-8-sig"))


def _day(day: date) -> dict[str, int]:
    return {"Day": day.day, "Month": day.month, "Year": day.year}
