"""Reports that are made to order: waited for but not for ever, never ordered twice, and believed only when whole."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest
from werkzeug.wrappers import Response

from webapp.platforms import registry
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import Trouble
from webapp.platforms.streams import DeadCursor

MICROSOFT = registry()["microsoft_ads"]
SPEND = MICROSOFT.streams[0]
ACCOUNT = Account(id="18", name="Aurora", currency="USD", timezone="UTC", route="35001")
COLUMNS = "TimePeriod,AccountId,CurrencyCode,CampaignId,CampaignName,Spend,Impressions,Clicks,Conversions,Revenue"
ROW = '2026-11-02,18,USD,7,"Brand, ""new""","1,234.56","1,000",12,1.5,--'
STORE = "https://bingadsappsstorageprod.blob.core.windows.net:443/reports/1.zip?sig=secret"


def polled(status="Success", url=STORE):
    return {"ReportRequestStatus": {"Status": status, "ReportDownloadUrl": url}}


def zipped(*rows, stated=None, columns=COLUMNS, files=1):
    text = (
        f'"Report Name: x"\n"Rows: {len(rows) if stated is None else stated}"\n\n{columns}\n' + "\n".join(rows) + "\n"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(files):
            archive.writestr(f"{number}.csv", "\ufeff" + text)
    return Response(made.getvalue(), content_type="application/octet-stream")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    waited = []
    monkeypatch.setattr("webapp.platforms.microsoft_ads.platform.sleep", waited.append)
    return waited


def read(canned, week, *replies, resume="r1"):
    # A Response is callable itself, so it is handed over by one that makes it.
    canned.replies = [(lambda _asked, one=one: one) if isinstance(one, Response) else one for one in replies]
    return list(MICROSOFT.read(canned.api(MICROSOFT), ACCOUNT, SPEND, week, resume=resume))


def test_a_report_is_ordered_remembered_waited_for_and_read(canned, week):
    pages = read(canned, week, {"ReportRequestId": "r1"}, polled("Pending", None), polled(), zipped(ROW), resume=None)
    assert [(len(page.records), page.resume) for page in pages] == [(0, "r1"), (1, None)]
    found = pages[1].records[0]
    assert (found.campaign_id, found.campaign_name, found.day) == ("7", 'Brand, "new"', date(2026, 11, 2))
    assert (found.spend_micros, found.impressions, found.conversions_micros, found.value_micros) == (
        1_234_560_000, 1000, 1_500_000, 0,
    )  # fmt: skip
    wanted = json.loads(canned.asked[0].body)["ReportRequest"]
    assert (wanted["Type"], wanted["Aggregation"], wanted["Scope"]) == (
        "CampaignPerformanceReportRequest", "Daily", {"AccountIds": ["18"]},
    )  # fmt: skip
    assert wanted["Time"]["CustomDateRangeEnd"] == {"Day": 7, "Month": 11, "Year": 2026}
    assert {"Customerid": "35001", "Customeraccountid": "18"}.items() <= canned.asked[0].headers.items()


def test_the_store_is_shown_no_token(canned, week):
    read(canned, week, polled(), zipped(ROW))
    assert canned.asked[1].path.startswith("/bingadsappsstorageprod.blob.core.windows.net/reports/1.zip?sig=secret")
    assert not {"Authorization", "Developertoken"} & set(canned.asked[1].headers)


def test_a_report_that_takes_long_is_left_and_taken_up_again(canned, week, no_waiting):
    with pytest.raises(Trouble) as trouble:
        read(canned, week, polled("Pending", None))
    assert (trouble.value.diagnosis.transient, trouble.value.diagnosis.code) == (True, "not_ready")
    assert sum(no_waiting) <= 8, "no worker is held longer"
    assert all(asked.path.endswith("/Poll") for asked in canned.asked), "and it is not ordered again"


@pytest.mark.parametrize("said", [
    polled("Error", None),
    (400, {"OperationErrors": [{"Code": 2100, "ErrorCode": "ReportingServiceInvalidReportId"}]}),
])  # fmt: skip
def test_a_report_that_is_lost_is_ordered_anew(canned, week, said):
    with pytest.raises(DeadCursor):
        read(canned, week, said)


def test_an_address_that_ran_out_starts_the_window_over(canned, week):
    gone = Response("<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>", 403)
    with pytest.raises(DeadCursor):
        read(canned, week, polled(), gone)


def test_success_without_an_address_is_a_window_without_rows(canned, week):
    assert [page.records for page in read(canned, week, polled(url=None))] == [()]


@pytest.mark.parametrize("url", [
    "https://evil.test/1.zip", "http://bingadsappsstorageprod.blob.core.windows.net/1.zip",
    "https://bingadsappsstorageprod.blob.core.windows.net.evil.test/1.zip", "https://other.blob.core.windows.net/1.zip",
    "https://x@bingadsappsstorageprod.blob.core.windows.net/1.zip", "ftp://127.0.0.1/", "https://[::1",
])  # fmt: skip
def test_no_report_is_fetched_from_anywhere_else(canned, week, url):
    with pytest.raises(Trouble):
        read(canned, week, polled(url=url), zipped(ROW))
    assert len(canned.asked) == 1


@pytest.mark.parametrize("report", [
    zipped(ROW, stated=2), zipped(ROW, stated=""), zipped(ROW, columns="TimePeriod,Spend"), zipped(ROW, files=2),
    zipped(ROW.replace(",18,", ",19,")), zipped(ROW.replace("USD", "EUR")), zipped(ROW.replace("11-02", "11-09")),
    zipped(ROW.replace("1,234.56", "1234,56")), zipped(ROW.replace("1,234.56", "NaN")), zipped(ROW + ",9"),
    Response(b"PK\x03\x04 broken"), Response(zipped(ROW).get_data()[:-60]),
], ids=str)  # fmt: skip
def test_a_report_that_is_not_what_was_asked_for_is_discarded_whole(canned, week, report):
    with pytest.raises(Trouble) as trouble:
        read(canned, week, polled(), report)
    assert (trouble.value.diagnosis.transient, trouble.value.diagnosis.code) == (True, "garbled")


def test_a_small_archive_with_an_endless_report_is_refused(canned, week, monkeypatch):
    monkeypatch.setattr("webapp.platforms.microsoft_ads.report.LARGEST_REPORT", 100_000)
    with pytest.raises(Trouble) as trouble:
        read(canned, week, polled(), zipped(*[ROW] * 5000))
    assert "larger" in trouble.value.diagnosis.message


TOTAL = zipped("2026-11-02,18,USD,12.50", columns="TimePeriod,AccountId,CurrencyCode,Spend")
LOST = (400, {"OperationErrors": [{"Code": 2100, "ErrorCode": "ReportingServiceInvalidReportId"}]})


def totals(canned, platform, week, *replies):
    canned.asked.clear()
    canned.replies = [(lambda _asked, one=one: one) if isinstance(one, Response) else one for one in replies]
    return platform.totals(canned.api(platform), ACCOUNT, SPEND, week)


def ordered(canned) -> int:
    return sum(one.path.endswith("/Submit") for one in canned.asked)


def test_totals_that_were_ordered_are_found_again_and_a_lost_report_is_ordered_anew(canned, week):
    platform = type(MICROSOFT)()
    with pytest.raises(Trouble):
        totals(canned, platform, week, {"ReportRequestId": "r1"}, polled("Pending", None))
    with pytest.raises(Trouble):
        totals(canned, platform, week, polled("Pending", None))
    assert ordered(canned) == 0, "the first order is still waited for"
    assert totals(canned, platform, week, polled(), TOTAL)[date(2026, 11, 2)].amount_micros == 12_500_000
    with pytest.raises(Trouble):
        totals(canned, platform, week, {"ReportRequestId": "r2"}, LOST)
    assert totals(canned, platform, week, {"ReportRequestId": "r3"}, polled(), TOTAL)
    assert ordered(canned) == 1
