"""One row, as each platform would say it: honest unless a test has it say something else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date

from werkzeug.wrappers import Response

from tests.platforms.conftest import Canned
from webapp.platforms import registry
from webapp.platforms.consent import Account
from webapp.platforms.streams import Total, Window

REPORT = "0f0e0d0c-0b0a-4908-8706-050403020100"
ACCOUNT = Account(id="18", name="Aurora", currency="USD", timezone="UTC", route="na")
HONEST = {
    "account": "18", "campaign": "7", "name": "Brand", "currency": "USD", "at": "2026-11-02T09:00:00Z", "spend": "12",
    "value": "30",
}  # fmt: skip
# What is told in millionths there, and in whole units elsewhere.
IN_MICROS = {
    ("google_ads", "spend"), ("snapchat_ads", "spend"), ("snapchat_ads", "value"), ("pinterest_ads", "spend"),
    ("pinterest_ads", "value"),
}  # fmt: skip


def records(canned: Canned, window: Window, slug: str, **said: str) -> list[object]:
    """What the adapter makes of one page with one row. Amounts are put into it letter by letter."""
    words = {**HONEST, **said}
    replies = [_with_amounts(slug, one, words) for one in REPLIES[slug](words)]
    return read(canned, window, slug, replies)


def read(canned: Canned, window: Window, slug: str, replies: list[object]) -> list[object]:
    canned.asked.clear()
    # A Response is callable itself, so it is handed over by one that makes it.
    canned.replies = [(lambda _asked, one=one: one) if isinstance(one, Response) else one for one in replies]
    platform = registry()[slug]
    pages = platform.read(
        canned.api(platform, tenant="aurora.myshopify.com"), ACCOUNT, platform.streams[0], window,
        resume={"microsoft_ads": "r1", "amazon_ads": f"sp={REPORT}"}.get(slug),
    )  # fmt: skip
    return [record for page in pages for record in page.records]


def totals(canned: Canned, window: Window, slug: str, **said: str) -> Mapping[date, Total]:
    """The platform's own figures for the window, where its answer names one day and the account."""
    words = {**HONEST, "spend": "12000000" if (slug, "spend") in IN_MICROS else "12", **said}
    replies = [_with_amounts(slug, one, words) for one in TOTALS[slug](words)]
    canned.replies = [(lambda _asked, one=one: one) if isinstance(one, Response) else one for one in replies]
    platform = registry()[slug]
    return platform.totals(canned.api(platform), ACCOUNT, platform.streams[0], window)


def _with_amounts(slug: str, reply: object, words: dict[str, str]) -> object:
    if isinstance(reply, Response):
        return reply
    text = json.dumps(reply)
    for what in ("spend", "value"):
        text = text.replace(f'"<{what}>"', words[what]).replace(f"<{what} in words>", words[what])
    return 200, text.encode()


def _meta(one):
    row = {"account_id": one["account"], "account_currency": one["currency"], "campaign_id": one["campaign"],
           "campaign_name": one["name"], "date_start": one["at"][:10], "spend": "<spend in words>",
           "action_values": [{"action_type": "purchase", "value": "<value in words>"}]}  # fmt: skip
    return [{"data": [row]}]


def _google(one):
    row = {"segments": {"date": one["at"][:10]}, "campaign": {"id": one["campaign"], "name": one["name"]},
           "metrics": {"costMicros": "<spend>", "conversionsValue": "<value>"},
           "customer": {"id": one["account"], "currencyCode": one["currency"]}}  # fmt: skip
    return [[{"results": [row]}]]


def _tiktok(one):
    row = {"dimensions": {"campaign_id": one["campaign"], "stat_time_day": f"{one['at'][:10]} 00:00:00"},
           "metrics": {"spend": "<spend in words>", "total_complete_payment_rate": "<value in words>",
                       "campaign_name": one["name"], "currency": one["currency"]}}  # fmt: skip
    return [{"code": 0, "data": {"list": [row], "page_info": {"page": 1, "total_page": 1}}}]


def _snapchat(one):
    campaigns = {"request_status": "SUCCESS", "campaigns": [{"campaign": {"id": one["campaign"], "name": one["name"]}}]}
    point = {"start_time": f"{one['at'][:10]}T00:00:00Z",
             "stats": {"spend": "<spend>", "conversion_purchases_value": "<value>"}}  # fmt: skip
    series = {"id": one["account"],
              "breakdown_stats": {"campaign": [{"id": one["campaign"], "timeseries": [point]}]}}  # fmt: skip
    return [campaigns, {"request_status": "SUCCESS", "timeseries_stats": [{"timeseries_stat": series}]}]


def _linkedin(one):
    year, month, day = (int(part) for part in one["at"][:10].split("-"))
    said = {"year": year, "month": month, "day": day}
    row = {"dateRange": {"start": said, "end": said}, "pivotValues": [f"urn:li:sponsoredCampaign:{one['campaign']}"],
           "costInLocalCurrency": "<spend>", "conversionValueInLocalCurrency": "<value>"}  # fmt: skip
    return [{"elements": [row]}, {"elements": [{"id": one["campaign"], "name": one["name"]}]}]


def _pinterest(one):
    campaign = {"id": one["campaign"], "ad_account_id": one["account"], "name": one["name"]}
    row = {"CAMPAIGN_ID": one["campaign"], "DATE": one["at"][:10], "SPEND_IN_MICRO_DOLLAR": "<spend>",
           "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": "<value>"}  # fmt: skip
    return [{"items": [campaign]}, [row]]


def _amazon(one):
    store = "https://offline-report-storage-us-east-1-prod.s3.amazonaws.com/r/report-r.json.gz?X-Amz-Signature=s"
    row = {"date": one["at"][:10], "campaignId": one["campaign"], "campaignName": one["name"], "cost": "<spend>",
           "campaignBudgetCurrencyCode": one["currency"], "sales14d": "<value>"}  # fmt: skip
    return [{"reportId": REPORT, "status": "COMPLETED", "url": store}, [row]]


def _microsoft(one):
    columns = "TimePeriod,AccountId,CurrencyCode,CampaignId,CampaignName,Spend,Impressions,Clicks,Conversions,Revenue"
    row = (one["at"][:10], one["account"], one["currency"], one["campaign"], one["name"], one["spend"], "1", "1", "1",
           one["value"])  # fmt: skip
    return _zipped(columns, row)


def _microsoft_total(one):
    row = one["at"][:10], one["account"], one["currency"], one["spend"]
    return [{"ReportRequestId": "r1"}, *_zipped("TimePeriod,AccountId,CurrencyCode,Spend", row)]


def _zipped(columns, row):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("report.csv", f"Rows: 1\n{columns}\n{','.join(row)}\n")
    store = "https://bingadsappsstorageprod.blob.core.windows.net/reports/1.zip?sig=secret"
    polled = {"ReportRequestStatus": {"Status": "Success", "ReportDownloadUrl": store}}
    return [polled, Response(made.getvalue(), content_type="application/octet-stream")]


def _linkedin_total(one):
    (row,) = _linkedin(one)[0]["elements"]
    return [{"elements": [row | {"pivotValues": [f"urn:li:sponsoredAccount:{one['account']}"]}]}]


def _pinterest_total(one):
    return [[{"AD_ACCOUNT_ID": one["account"], "DATE": one["at"][:10], "SPEND_IN_MICRO_DOLLAR": "<spend>"}]]


def _snapchat_total(one):
    point = {"start_time": f"{one['at'][:10]}T00:00:00Z", "stats": {"spend": "<spend>"}}
    series = {"id": one["account"], "timeseries": [point]}
    return [{"request_status": "SUCCESS", "timeseries_stats": [{"timeseries_stat": series}]}]


def _tiktok_total(one):
    row = {"dimensions": {"advertiser_id": one["account"], "stat_time_day": f"{one['at'][:10]} 00:00:00"},
           "metrics": {"spend": "<spend in words>", "currency": one["currency"]}}  # fmt: skip
    return [{"code": 0, "data": {"list": [row], "page_info": {"page": 1, "total_page": 1}}}]


def _shopify(one):
    def money(amount):
        return {"shopMoney": {"amount": amount, "currencyCode": one["currency"]}}

    line = {"id": "gid://shopify/LineItem/1", "title": one["name"], "sku": one["name"], "quantity": 1,
            "discountedTotalSet": money("<value in words>")}  # fmt: skip
    refund = {"id": "gid://shopify/Refund/1", "createdAt": one["at"], "totalRefundedSet": money("1")}
    order = {
        "id": f"gid://shopify/Order/{one['campaign']}", "name": one["name"], "createdAt": one["at"],
        "updatedAt": one["at"], "cancelledAt": one["at"], "test": False,
        "currentTotalPriceSet": money("<spend in words>"), "currentSubtotalPriceSet": money("1"),
        "currentTotalDiscountsSet": money("1"), "totalShippingPriceSet": money("1"), "currentTotalTaxSet": money("1"),
        "totalRefundedSet": money("1"), "presentmentCurrencyCode": one["currency"], "refunds": [refund],
        "lineItems": {"nodes": [line], "pageInfo": {"hasNextPage": False}},
    }  # fmt: skip
    return [{"data": {"orders": {"nodes": [order], "pageInfo": {"hasNextPage": False}}}}]


REPLIES = {
    "amazon_ads": _amazon, "google_ads": _google, "linkedin_ads": _linkedin, "meta_ads": _meta,
    "microsoft_ads": _microsoft, "pinterest_ads": _pinterest, "shopify": _shopify, "snapchat_ads": _snapchat,
    "tiktok_ads": _tiktok,
}  # fmt: skip
TOTALS = {
    "google_ads": _google, "linkedin_ads": _linkedin_total, "meta_ads": _meta, "microsoft_ads": _microsoft_total,
    "pinterest_ads": _pinterest_total, "snapchat_ads": _snapchat_total, "tiktok_ads": _tiktok_total,
}  # fmt: skip
