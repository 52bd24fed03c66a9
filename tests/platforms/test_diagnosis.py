"""What answers mean: every documented one, many that nobody documented, and any bytes at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import Cause, Fault, Remedy
from webapp.queries.verdicts import verdict_line

CORPUS = [json.loads(line) for line in (Path(__file__).parent / "platform-errors.jsonl").read_text().splitlines()]
OURS = [one for one in CORPUS if one["platform"] in registry()]


def asked(one):
    return json.loads(verdict_line(json.dumps(one).encode()))


@pytest.mark.parametrize("one", OURS, ids=lambda one: f"{one['platform']}-{CORPUS.index(one) + 1}-{one['cause']}")
def test_every_documented_answer_means_what_it_means(one):
    said = asked(one)
    assert (said["cause"], said["transient"], said["fault"]) == (one["cause"], one["transient"], one["fault"])


def test_the_corpus_speaks_of_every_platform():
    assert {one["platform"] for one in OURS} == set(registry())


UNSEEN = [
    ("meta_ads", 400, {"error": {"code": 190, "error_subcode": 458, "message": "x"}}, Cause.ACCESS_REVOKED),
    ("meta_ads", 400, {"error": {"code": 190, "error_subcode": 459, "message": "x"}}, Cause.SECURITY_POLICY),
    ("meta_ads", 400, {"error": {"code": 17, "error_subcode": 2446079, "message": "x"}}, Cause.RATE_LIMITED),
    ("meta_ads", 400, {"error": {"code": 80003, "message": "x"}}, Cause.RATE_LIMITED),
    ("meta_ads", 500, {"error": {"code": 1, "error_subcode": 99, "message": "x"}}, Cause.PLATFORM_DOWN),
    ("meta_ads", 403, {"error": {"code": 294, "message": "x"}}, Cause.SCOPE_MISSING),
    ("meta_ads", 400, {"error": {"code": 31337, "message": "x"}}, Cause.UNKNOWN),
    ("google_ads", 403, {"error": {"code": 403, "status": "PERMISSION_DENIED", "details": [
        {"errors": [{"errorCode": {"authenticationError": "TWO_STEP_VERIFICATION_NOT_ENROLLED"}}]}]}},
     Cause.SECURITY_POLICY),
    ("google_ads", 400, [{"error": {"code": 400, "status": "INVALID_ARGUMENT", "details": [
        {"errors": [{"errorCode": {"queryError": "UNRECOGNIZED_FIELD"}}]}]}}], Cause.BAD_REQUEST),
    ("google_ads", 429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}, Cause.RATE_LIMITED),
    ("google_ads", 418, {"error": {"code": 418, "status": "TEAPOT"}}, Cause.UNKNOWN),
    ("shopify", 423, {"errors": "Locked"}, Cause.ACCOUNT_UNAVAILABLE),
    ("shopify", 401, {"errors": "[API] Invalid API key or access token"}, Cause.ACCESS_REVOKED),
    ("shopify", 520, "<html>", Cause.PLATFORM_DOWN),
    ("shopify", 302, "", Cause.UNKNOWN),
    ("tiktok_ads", 200, {"code": 40133, "message": "x"}, Cause.RATE_LIMITED),
    ("tiktok_ads", 200, {"code": 50000, "message": "x"}, Cause.PLATFORM_DOWN),
    ("tiktok_ads", 200, {"code": 99999, "message": "x"}, Cause.UNKNOWN),
    ("tiktok_ads", 502, "<html>bad gateway</html>", Cause.PLATFORM_DOWN),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "status", "body", "cause"), UNSEEN)
def test_answers_outside_the_corpus(slug, status, body, cause):
    assert asked({"platform": slug, "stage": "api", "http_status": status, "body": body})["cause"] == cause


@pytest.mark.parametrize("slug", registry())
@pytest.mark.parametrize("word", ["invalid_client", "unauthorized_client"])
def test_a_refusal_of_our_app_is_ours_not_the_merchants(slug, word):
    if slug in ("meta_ads", "tiktok_ads"):
        word = {"meta_ads": {"error": {"code": 1, "message": "Error validating client secret."}},
                "tiktok_ads": {"code": 40001, "message": "App id or secret is incorrect."}}[slug]  # fmt: skip
        said = asked({"platform": slug, "stage": "token_exchange", "http_status": 400, "body": word})
        assert said["remedy"] in (Remedy.OPERATOR, Remedy.WAIT)
        assert said["cause"] not in (Cause.ACCESS_REVOKED, Cause.PASSWORD_CHANGED)
        return
    said = asked({"platform": slug, "stage": "token_refresh", "http_status": 401, "body": {"error": word}})
    assert (said["remedy"], said["fault"]) == (Remedy.OPERATOR, Fault.OURS)


@pytest.mark.parametrize("slug", registry())
@pytest.mark.parametrize("stage", Stage)
@given(body=st.one_of(st.binary(max_size=300), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["error", "errors", "code", "message", "data", "details", "error_subcode", "errorCode"]),
        inner, max_size=4), max_leaves=12).map(lambda value: json.dumps(value).encode())),
    status=st.sampled_from([0, 200, 204, 302, 400, 401, 402, 403, 404, 409, 423, 429, 500, 503, 599]))  # fmt: skip
def test_a_diagnosis_comes_back_for_anything(slug, stage, body, status):
    found = registry()[slug].diagnose(Answer(stage, status, {"content-type": "application/json"}, body))
    assert found is None or isinstance(found.remedy, Remedy)


@pytest.mark.parametrize("slug", registry())
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_never_asks_for_a_reconnect(slug, status):
    for stage in ("api", "token_refresh", "token_exchange"):
        said = asked({"platform": slug, "stage": stage, "http_status": status, "body": "<html>try later</html>"})
        assert (said["remedy"], said["transient"]) == (Remedy.WAIT, True)


@pytest.mark.parametrize("line", [b"{", b"[]", b'"x"', b"null", b'{"platform":"nobody","stage":"api"}', b"\xff\xfe"])
def test_malformed_input_is_unknown_and_waits(line):
    said = json.loads(verdict_line(line))
    assert (said["cause"], said["remedy"], said["fault"], said["certainty"]) == (
        "unknown", "wait", "platform", "ambiguous",
    )  # fmt: skip


@pytest.mark.parametrize("slug", registry())
def test_there_is_advice_for_every_cause_a_merchant_must_mend(slug):
    advice = registry()[slug].advice
    needed = {Cause.ACCESS_REVOKED, Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY, Cause.TOKEN_EXPIRED,
              Cause.SCOPE_MISSING, Cause.ACCOUNT_UNAVAILABLE, Cause.WRONG_ACCOUNT,
              Cause.REFRESH_INTERRUPTED}  # fmt: skip
    assert set(advice) == needed
    assert all(one.steps for one in advice.values())
