"""How long Meta asks us to wait is in its own headers; it has no Retry-After."""

from __future__ import annotations

import json

import pytest

from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import Cause
from webapp.platforms.meta_ads.diagnose import diagnose

BODY = json.dumps({"error": {"message": "User request limit reached", "code": 17, "error_subcode": 2446079}}).encode()


def business(minutes: object) -> str:
    return json.dumps({"7010001": [{"type": "ads_insights", "estimated_time_to_regain_access": minutes}]})


def account(percent: object, seconds: object) -> str:
    return json.dumps({"acc_id_util_pct": percent, "reset_time_duration": seconds})


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-business-use-case-usage": business(2)}, 120.0),
        ({"x-ad-account-usage": account(100, 300)}, 300.0),
        ({"x-ad-account-usage": account(12.5, 300)}, None),
        ({"x-business-use-case-usage": business(2), "x-ad-account-usage": account(100, 60)}, 120.0),
        ({"x-business-use-case-usage": business(99_999)}, 86_400.0),
        ({"x-ad-account-usage": account("100", None)}, None),
        ({"x-ad-account-usage": account(100, float("nan"))}, None),
        ({"x-ad-account-usage": "{", "x-business-use-case-usage": "[]"}, None),
        ({}, None),
    ],
)
def test_the_longest_stated_wait_is_kept(headers, wait):
    found = diagnose(Answer(Stage.API, 400, headers, BODY))
    assert (found.cause, found.transient, found.retry_after) == (Cause.RATE_LIMITED, True, wait)
