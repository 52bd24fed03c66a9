"""Amazon's regions are all asked; its reports are ordered once, and fetched from its own stores without our token."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import date

import pytest
from werkzeug.wrappers import Response

from webapp.platforms.amazon_ads import PLATFORM, reports
from webapp.platforms.amazon_ads.campaigns import KINDS, by_campaign
from webapp.platforms.amazon_ads.platform import AmazonAds
from webapp.platforms.consent import Account, BadTenant
from webapp.platforms.diagnosis import Cause, Remedy, Trouble
from webapp.platforms.streams import DeadCursor

STREAM = PLATFORM.stream("daily_spend")
STORE = "https://offline-report-storage-eu-west-1-prod.s3.eu-west-1.amazonaws.com/r/report-r.json.gz?X-Amz-Signature=s"
EU = Account(id="77", name="Aurora (DE)", currency="EUR", timezone="Europe/Berlin", route="eu")
ROW = {"date": "2026-11-02", "campaignId": 9_007_199_254_740_993, "campaignName": "Brand", "cost": 14.5,
       "campaignBudgetCurrencyCode": "EUR", "impressions": 10, "clicks": 2, "purchases14d": 1,
       "sales14d": 64.0}  # fmt: skip


class Amazon:
    """Writes reports when told to, and counts what it was asked."""

    def __init__(self) -> None:
        self.reports: dict[str, dict[str, object]] = {}
        self.status, self.url, self.rows = "COMPLETED", STORE, [ROW]
        self.packed: bytes | None = None
        self.duplicate_of: str | None = None

    def __call__(self, asked):
        if asked.method == "POST":
            if self.duplicate_of:
                return 425, {"code": "425", "detail": f"The Request is a duplicate of : {self.duplicate_of}"}
            return 200, self.keep(str(uuid.uuid4()), asked.json) | {"status": "PENDING"}
        if "/reporting/reports/" in asked.path:
            found = self.reports.get(asked.path.rpartition("/")[2])
            described = found and found | {"status": self.status, "url": self.url}
            return (200, described) if described else (404, {"code": "404", "detail": "Not found"})
        return Response(self.packed or gzip.compress(json.dumps(self.rows).encode()), 200)

    def keep(self, report_id, body):
        self.reports[report_id] = {"reportId": report_id, **body}
        return self.reports[report_id]


@pytest.fixture
def amazon(canned, monkeypatch):
    monkeypatch.setattr(reports, "PAUSES", (0.0,))
    found = Amazon()
    canned.replies = [found]
    return found


def read(canned, week, resume=None):
    return PLATFORM.read(canned.api(PLATFORM), EU, STREAM, week, resume=resume)


def ordered(canned):
    return [one.json["configuration"]["reportTypeId"] for one in canned.asked if one.method == "POST"]


def test_every_region_is_asked_and_an_empty_one_is_no_error(canned):
    profile = {"profileId": 77, "countryCode": "DE", "currencyCode": "EUR", "timezone": "Europe/Berlin",
               "accountInfo": {"name": "Aurora", "type": "seller"}}  # fmt: skip
    agency = profile | {"profileId": 78, "accountInfo": {"name": "Agency", "type": "agency"}}
    canned.replies = [lambda asked: [profile, agency] if "advertising-api-eu" in asked.path else []]
    (found,) = PLATFORM.accounts(canned.api(PLATFORM))
    assert (found.id, found.name, found.route) == ("77", "Aurora (DE)", "eu")
    assert [one.path.split("/")[1] for one in canned.asked] == [
        "advertising-api.amazon.com", "advertising-api-eu.amazon.com", "advertising-api-fe.amazon.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "consent", "login"),
    [
        (None, "https://www.amazon.com/ap/oa", "https://api.amazon.com"),
        ("na", "https://www.amazon.com/ap/oa", "https://api.amazon.com"),
        ("eu", "https://eu.account.amazon.com/ap/oa", "https://api.amazon.co.uk"),
        ("fe", "https://apac.account.amazon.com/ap/oa", "https://api.amazon.co.jp"),
    ],
)
def test_who_signs_in_elsewhere_is_sent_there_and_renewed_there(canned, said, consent, login):
    assert PLATFORM.authorize_url(said) == consent
    assert PLATFORM.token_url(said) == PLATFORM.renewal_url(said) == f"{login}/auth/o2/token"
    canned.replies = [{"user_id": "amzn1.account.AE1", "name": "Ken", "email": "ken@aurora.test"}]
    PLATFORM.identity(canned.api(PLATFORM, tenant=said))
    assert canned.asked[-1].path == f"/{login.removeprefix('https://')}/user/profile"


def test_a_region_nobody_has_is_not_sent_anywhere():
    for said in ("", "us", "NA", "https://evil.test"):
        with pytest.raises(BadTenant):
            PLATFORM.tenant.clean(said)


def test_a_region_that_does_not_let_our_app_in_hides_no_other(canned):
    canned.replies = [lambda asked: (403, {"message": "Forbidden"}) if "-fe" in asked.path else []]
    assert PLATFORM.accounts(canned.api(PLATFORM)) == ()
    canned.replies = [(403, {"message": "Forbidden"})]
    with pytest.raises(Trouble) as trouble:
        PLATFORM.accounts(canned.api(PLATFORM))
    assert trouble.value.diagnosis.remedy is Remedy.OPERATOR


def test_a_region_that_does_not_answer_is_not_taken_for_an_empty_one(canned):
    canned.replies = [lambda asked: (503, "") if "-fe" in asked.path else []]
    with pytest.raises(Trouble):
        PLATFORM.accounts(canned.api(PLATFORM))


def test_a_report_for_each_kind_of_ad_and_exact_money(canned, week, amazon):
    first, *pages = read(canned, week)
    assert first.records == ()
    assert ordered(canned) == ["spCampaigns", "sbCampaigns", "sdCampaigns"]
    assert [page.resume is None for page in pages] == [False, False, True]
    (row,) = pages[0].records
    assert (row.campaign_id, row.day, row.spend_micros) == ("9007199254740993", date(2026, 11, 2), 14_500_000)
    assert (row.conversions_micros, row.value_micros) == (1_000_000, 64_000_000)
    assert {one.headers.get("Amazon-Advertising-Api-Scope") for one in canned.asked if "/reporting" in one.path} == {
        "77"
    }


def test_the_token_does_not_go_where_reports_are_kept(canned, week, amazon):
    list(read(canned, week))
    fetched = [one for one in canned.asked if "offline-report-storage" in one.path]
    assert len(fetched) == 3
    assert all("Authorization" not in one.headers and "token-1" not in str(one) for one in fetched)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/report.json.gz",
        "http://offline-report-storage-eu-west-1-prod.s3.eu-west-1.amazonaws.com/r",
        "https://offline-report-storage-eu-west-1-prod.s3.eu-west-1.amazonaws.com.evil.test/r",
        "https://offline-report-storage-eu-west-1-prod.s3.us-east-1.amazonaws.com/r",
        "https://offline-report-storage-eu-west-1-prod.s3.amazonaws.com:8443/r",
        "https://offline-report-storage-eu-west-1-prod.s3.amazonaws.com@evil.test/r",
        "https://anybody.s3.amazonaws.com/r",
        "https://169.254.169.254/latest/meta-data",
    ],
)
def test_a_report_is_fetched_from_amazons_own_stores_only(canned, week, amazon, url):
    amazon.url = url
    with pytest.raises(Trouble) as trouble:
        list(read(canned, week))
    assert trouble.value.diagnosis.remedy is Remedy.OPERATOR
    assert all("/reporting/reports" in one.path for one in canned.asked)


def test_a_report_that_is_still_written_is_asked_after_again_not_ordered_again(canned, week, amazon):
    amazon.status = "PROCESSING"
    reading = read(canned, week)
    kept = next(reading).resume
    with pytest.raises(Trouble) as trouble:
        next(reading)
    assert (trouble.value.diagnosis.remedy, trouble.value.diagnosis.retry_after) == (Remedy.WAIT, 60)
    amazon.status = "COMPLETED"
    assert [len(page.records) for page in read(canned, week, kept)] == [1, 1, 1]
    assert len(ordered(canned)) == 3


@pytest.mark.parametrize("how", ["gone", "failed"])
def test_a_report_that_never_comes_starts_its_window_over(canned, week, amazon, how):
    kept = next(read(canned, week)).resume
    if how == "gone":
        amazon.reports.clear()
    amazon.status = "FAILED"
    with pytest.raises(DeadCursor):
        list(read(canned, week, kept))
    with pytest.raises(Trouble) as trouble:
        list(read(canned, week))
    assert trouble.value.diagnosis.remedy is Remedy.WAIT


@pytest.mark.parametrize("resume", ["", "sp=", "sp=../../v2/profiles", "nonsense", ",,="])
def test_a_hint_that_is_none_orders_anew(canned, week, amazon, resume):
    list(read(canned, week, resume))
    assert len(ordered(canned)) == 3


def test_a_duplicate_is_the_report_that_is_being_written(canned, week, amazon):
    ids = dict(part.split("=") for part in next(read(canned, week)).resume.split(","))
    amazon.duplicate_of = ids["sp"]
    assert reports.order(canned.api(PLATFORM), EU, by_campaign(KINDS[0], week)) == ids["sp"]


def test_a_duplicate_that_holds_something_else_is_not_taken(canned, week, amazon):
    ids = dict(part.split("=") for part in next(read(canned, week)).resume.split(","))
    for other in (ids["sb"], str(uuid.uuid4())):
        amazon.duplicate_of = other
        with pytest.raises(Trouble) as trouble:
            reports.order(canned.api(PLATFORM), EU, by_campaign(KINDS[0], week))
        assert trouble.value.diagnosis.cause is Cause.RATE_LIMITED


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(json.dumps([ROW]).encode())[:-12],
        gzip.compress(b"0" * (80 * 1024 * 1024)),
        gzip.compress(b"{}"),
        gzip.compress(json.dumps([ROW | {"campaignBudgetCurrencyCode": "USD"}]).encode()),
        gzip.compress(json.dumps([ROW | {"date": "2026-12-24"}]).encode()),
        gzip.compress(json.dumps([ROW | {"cost": None}]).encode()),
        b"\x1f\x8bnot gzip at all",
    ],
    ids=["cut short", "bomb", "no list", "another currency", "another day", "no cost", "garbage"],
)
def test_a_report_that_is_not_what_was_ordered_is_discarded_whole(canned, week, amazon, packed):
    amazon.packed = packed
    with pytest.raises(Trouble) as trouble:
        list(read(canned, week))
    assert trouble.value.diagnosis.remedy is Remedy.WAIT


def test_totals_find_their_orders_again_and_add_up_all_kinds(canned, week, amazon):
    platform = AmazonAds()
    amazon.rows, amazon.status = [{"date": "2026-11-02", "cost": 0.1}, {"date": "2026-11-02", "cost": 0.2}], "PENDING"
    for _ in range(2):
        with pytest.raises(Trouble):
            platform.totals(canned.api(platform), EU, STREAM, week)
    amazon.status = "COMPLETED"
    found = platform.totals(canned.api(platform), EU, STREAM, week)
    assert len(ordered(canned)) == 3
    assert found[date(2026, 11, 2)].amount_micros == 900_000
    assert found[date(2026, 11, 3)].amount_micros == 0
    platform.totals(canned.api(platform), EU, STREAM, week)
    assert len(ordered(canned)) == 6
