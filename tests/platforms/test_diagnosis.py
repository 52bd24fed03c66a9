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
    ("microsoft_ads", 400, {"OperationErrors": [{"Code": 100, "ErrorCode": "NullRequest", "Details": None,
                                                 "Message": "The request message is null."}], "BatchErrors": [],
                            "TrackingId": "x", "Type": "ApiFaultDetail"}, Cause.BAD_REQUEST),
    ("microsoft_ads", 401, {"Errors": [{"Code": "109", "ErrorCode": "", "Message": ""}]}, Cause.TOKEN_EXPIRED),
    ("microsoft_ads", 500, "<s:Envelope><s:Body><s:Fault><faultstring>Invalid client data. Check the SOAP fault details"
     "</faultstring><detail><AdApiFaultDetail><Errors><AdApiError><Code>105</Code><Detail i:nil='true'/><ErrorCode>"
     "InvalidCredentials</ErrorCode><Message>Authentication failed.</Message></AdApiError></Errors></AdApiFaultDetail>"
     "</detail></s:Fault></s:Body></s:Envelope>", Cause.ACCESS_REVOKED),
    ("microsoft_ads", 400, {"Errors": [{"Code": 124, "ErrorCode": "PersonalIdentityMigratedToWork"}]},
     Cause.ACCOUNT_UNAVAILABLE),
    ("microsoft_ads", 400, {"Errors": [{"Code": 108, "ErrorCode": "UserCompromised"}]}, Cause.SECURITY_POLICY),
    ("microsoft_ads", 500, {"OperationErrors": [{"Code": 207, "ErrorCode": "ConcurrentRequestOverLimit"}]},
     Cause.RATE_LIMITED),
    ("microsoft_ads", 400, {"OperationErrors": [{"Code": 303, "ErrorCode": "ApiVersionNoLongerSupported"}]},
     Cause.BAD_REQUEST),
    ("microsoft_ads", 400, {"Errors": [{"Code": 105, "ErrorCode": "InvalidCredentials",
                                        "Message": "The developer token is not valid."}]}, Cause.BAD_REQUEST),
    ("microsoft_ads", 403, "<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code></Error>", Cause.BAD_REQUEST),
    ("microsoft_ads", 500, {"Errors": []}, Cause.PLATFORM_DOWN),
    ("microsoft_ads", 418, {"Errors": None}, Cause.UNKNOWN),
    ("linkedin_ads", 401, {"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "x"},
     Cause.ACCESS_REVOKED),
    ("linkedin_ads", 401, {"status": 401, "serviceErrorCode": 65602, "code": "EXPIRED_ACCESS_TOKEN", "message": "x"},
     Cause.TOKEN_EXPIRED),
    ("linkedin_ads", 401, {"status": 401, "code": "RESTRICTED_MEMBER", "message": "x"}, Cause.SECURITY_POLICY),
    ("linkedin_ads", 403, {"status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED",
                           "message": "Not enough permissions to access: adAccounts.GET"}, Cause.SCOPE_MISSING),
    ("linkedin_ads", 403, {"status": 403, "code": "ACCESS_DENIED", "message": "Member does not have a role on the ad "
                           "account"}, Cause.ACCOUNT_UNAVAILABLE),
    ("linkedin_ads", 403, {"status": 403, "message": "Your application is not in this partner program"},
     Cause.BAD_REQUEST),
    ("linkedin_ads", 404, {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Could not find entity"},
     Cause.ACCOUNT_UNAVAILABLE),
    ("linkedin_ads", 404, {"status": 404, "message": "No virtual resource found"}, Cause.BAD_REQUEST),
    ("linkedin_ads", 426, {"status": 426, "code": "NONEXISTENT_VERSION", "message": "Requested version 20240101 is not "
                           "active"}, Cause.BAD_REQUEST),
    ("linkedin_ads", 429, {"status": 429, "message": "x"}, Cause.RATE_LIMITED),
    ("linkedin_ads", 500, {"status": 500, "message": "Internal Server Error"}, Cause.PLATFORM_DOWN),
    ("linkedin_ads", 999, "<html>request denied</html>", Cause.PLATFORM_DOWN),
    ("linkedin_ads", 200, "<html>sign in</html>", Cause.PLATFORM_DOWN),
    ("linkedin_ads", 418, {"status": 418, "message": "x"}, Cause.UNKNOWN),
    ("pinterest_ads", 401, {"code": 2, "message": "Authentication failed."}, Cause.TOKEN_EXPIRED),
    ("pinterest_ads", 403, {"code": 29, "message": "You are not permitted to access that resource."},
     Cause.ACCOUNT_UNAVAILABLE),
    ("pinterest_ads", 403, {"code": 403, "message": "Missing required scope ads:read"}, Cause.SCOPE_MISSING),
    ("pinterest_ads", 403, {"code": 7, "message": "Your application consumer type is not supported"},
     Cause.BAD_REQUEST),
    ("pinterest_ads", 400, {"code": 1, "message": "Invalid parameters."}, Cause.BAD_REQUEST),
    ("pinterest_ads", 404, {"code": 40, "message": "Resource not found."}, Cause.BAD_REQUEST),
    ("pinterest_ads", 200, {"code": 8, "message": "You have exceeded your rate limit."}, Cause.RATE_LIMITED),
    ("pinterest_ads", 504, "<html>gateway</html>", Cause.PLATFORM_DOWN),
    ("pinterest_ads", 418, {"code": 77, "message": "x"}, Cause.UNKNOWN),
    ("amazon_ads", 401, {"code": "401", "detail": "Not authorized to manage this profile. Please check permissions"},
     Cause.ACCOUNT_UNAVAILABLE),
    ("amazon_ads", 401, {"code": "UNAUTHORIZED", "details": "Vendor not found"}, Cause.ACCOUNT_UNAVAILABLE),
    ("amazon_ads", 401, {"code": "401", "details": "HTTP 401 Unauthorized"}, Cause.TOKEN_EXPIRED),
    ("amazon_ads", 401, {"code": "401", "details": "Scope header is missing"}, Cause.BAD_REQUEST),
    ("amazon_ads", 401, "", Cause.TOKEN_EXPIRED),
    ("amazon_ads", 403, {"message": "Missing Authentication Token"}, Cause.BAD_REQUEST),
    ("amazon_ads", 403, "<html>Request blocked</html>", Cause.UNKNOWN),
    ("amazon_ads", 403, "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Request has expired</Message>"
                        "</Error>", Cause.PLATFORM_DOWN),
    ("amazon_ads", 400, {"code": "400", "detail": "startDate to endDate range (32 days) must not exceed maximum range"},
     Cause.BAD_REQUEST),
    ("amazon_ads", 403, {"code": "403", "details": "The advertiser account is suspended"}, Cause.ACCOUNT_UNAVAILABLE),
    ("amazon_ads", 425, {"code": "425", "detail": "The Request is a duplicate of : a15115d8"}, Cause.RATE_LIMITED),
    ("amazon_ads", 429, {"message": "Too Many Requests"}, Cause.RATE_LIMITED),
    ("amazon_ads", 504, {"message": "Endpoint request timed out"}, Cause.PLATFORM_DOWN),
    ("amazon_ads", 418, {"code": "418", "details": "x"}, Cause.UNKNOWN),
    ("snapchat_ads", 404, {"request_status": "ERROR", "debug_message": "Resource can not be found",
                           "error_code": "E3003"}, Cause.ACCOUNT_UNAVAILABLE),
    ("snapchat_ads", 400, {"request_status": "ERROR", "error_code": "E1008", "debug_message": "Unsupported Stats "
                           "Query: End time should end at the beginning of an hour."}, Cause.BAD_REQUEST),
    ("snapchat_ads", 403, {"request_status": "ERROR", "debug_message": "This application is not approved for the "
                           "Marketing API"}, Cause.BAD_REQUEST),
    ("snapchat_ads", 200, {"request_status": "SUCCESS", "adaccounts": [
        {"sub_request_status": "ERROR", "sub_request_error_reason": "Ad Account not found"}]},
     Cause.ACCOUNT_UNAVAILABLE),
    ("snapchat_ads", 200, {"request_status": "SUCCESS", "organizations": [
        {"sub_request_status": "ERROR", "sub_request_error_reason": "Try later"}]}, Cause.UNKNOWN),
    ("snapchat_ads", 200, {"request_status": "ERROR", "debug_message": "x"}, Cause.UNKNOWN),
    ("snapchat_ads", 401, "<html>Sign in</html>", Cause.TOKEN_EXPIRED),
    ("snapchat_ads", 403, "<html>Request blocked</html>", Cause.UNKNOWN),
    ("snapchat_ads", 403, "", Cause.UNKNOWN),
    ("snapchat_ads", 404, "<html>Not Found</html>", Cause.BAD_REQUEST),
    ("snapchat_ads", 429, {"request_status": "ERROR", "error_code": "E1009"}, Cause.RATE_LIMITED),
    ("snapchat_ads", 418, {"request_status": "ERROR", "debug_message": "I'm a teapot"}, Cause.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "status", "body", "cause"), UNSEEN)
def test_answers_outside_the_corpus(slug, status, body, cause):
    assert asked({"platform": slug, "stage": "api", "http_status": status, "body": body})["cause"] == cause


UNSEEN_TOKENS = [
    *(("microsoft_ads", {"error": word, "error_description": f"AADSTS{number}: something. Trace ID: x"}, cause)
      for word, number, cause in (
          ("invalid_grant", 53001, Cause.SECURITY_POLICY), ("invalid_grant", 530034, Cause.SECURITY_POLICY),
          ("invalid_grant", 50078, Cause.SECURITY_POLICY), ("invalid_grant", 70044, Cause.SECURITY_POLICY),
          ("invalid_client", 650052, Cause.SECURITY_POLICY), ("invalid_grant", 90094, Cause.SECURITY_POLICY),
          ("invalid_grant", 50133, Cause.PASSWORD_CHANGED), ("invalid_grant", 700084, Cause.TOKEN_EXPIRED),
          ("invalid_grant", 65001, Cause.ACCESS_REVOKED), ("invalid_grant", 50057, Cause.ACCOUNT_UNAVAILABLE),
          ("invalid_client", 7000222, Cause.BAD_REQUEST), ("invalid_request", 900144, Cause.BAD_REQUEST),
          ("invalid_request", 9002313, Cause.BAD_REQUEST), ("temporarily_unavailable", 90033, Cause.PLATFORM_DOWN),
          ("invalid_grant", 1234567, Cause.ACCESS_REVOKED))),
    ("microsoft_ads", {"error": "invalid_grant", "suberror": "consent_required"}, Cause.ACCESS_REVOKED),
    ("linkedin_ads", {"error": "invalid_grant", "error_description": "Token has been revoked"}, Cause.ACCESS_REVOKED),
    ("linkedin_ads", {"error": "invalid_request", "error_description": "The refresh token has expired"},
     Cause.TOKEN_EXPIRED),
    ("linkedin_ads", {"error": "invalid_request", "error_description": "A required parameter \"client_id\" is missing"},
     Cause.BAD_REQUEST),
    ("pinterest_ads", {"code": 2, "message": "Authentication failed."}, Cause.ACCESS_REVOKED),
    ("pinterest_ads", {"code": 2, "message": "The refresh token has expired."}, Cause.TOKEN_EXPIRED),
    ("pinterest_ads", {"code": 283, "message": "The authorization grant is invalid", "data": "Invalid Application ID"},
     Cause.BAD_REQUEST),
    ("microsoft_ads", {"error": "interaction_required", "error_codes": [50076]}, Cause.SECURITY_POLICY),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "body", "cause"), UNSEEN_TOKENS)
def test_refused_renewals_outside_the_corpus(slug, body, cause):
    said = asked({"platform": slug, "stage": "token_refresh", "http_status": 400, "body": body})
    assert said["cause"] == cause
    assert (said["remedy"] == Remedy.OPERATOR) == (cause == Cause.BAD_REQUEST), "ours is never a merchant's to mend"


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


WORDS = st.text(alphabet="xyzq ", min_size=1, max_size=12)
UNKNOWN = WORDS | st.integers(7_000_000, 9_000_000)
MEMBERS = ["error", "errors", "Errors", "code", "Code", "ErrorCode", "message", "Message", "details", "detail",
           "error_subcode", "error_description", "serviceErrorCode", "debug_message", "error_code", "request_status",
           "errorCode", "extensions", "OperationErrors", "sub_request_error_reason"]  # fmt: skip
NOBODYS = st.recursive(
    UNKNOWN | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize("slug", registry())
@given(stage=st.sampled_from(Stage), status=st.integers(100, 599),
       body=NOBODYS.map(lambda value: json.dumps(value).encode()) | WORDS.map(str.encode)
       | st.just(b"<html>xyzq</html>") | st.just(b""))  # fmt: skip
def test_words_nobody_knows_are_never_a_disconnection(slug, stage, status, body):
    found = registry()[slug].diagnose(Answer(stage, status, {}, body))
    assert found is None or found.remedy is not Remedy.RECONNECT, (stage, status, body)


HELD_OUT = [json.loads(line) for line in (Path(__file__).parent / "held-out.jsonl").read_text().splitlines()]


def is_right(one) -> bool:
    said = asked(one)
    return (said["cause"], said["transient"], said["fault"]) == (one["cause"], one["transient"], one["fault"])


@pytest.mark.parametrize("half", ["tuned", "kept", "later"])
def test_answers_that_were_written_down_before_the_rules(half):
    """`tuned` was looked at line by line when rules were generalised, `kept` never; `later` came after that."""
    lines = [one for one in HELD_OUT if one["half"] == half]
    wrong = [(one["platform"], one["stage"], one["body"]) for one in lines if not is_right(one)]
    assert len(wrong) <= len(lines) * 0.05, wrong


def test_the_held_out_lines_are_of_every_platform_and_none_is_in_the_corpus():
    assert {one["platform"] for one in HELD_OUT} == set(registry())
    known = {_as_asked(one) for one in CORPUS}
    assert not [one for one in HELD_OUT if _as_asked(one) in known]


BLIND = [json.loads(line) for line in (Path(__file__).parent / "unseen.jsonl").read_text().splitlines()]
# Good answers with bad news: an empty list of accounts, an account that describes itself, a permission that is alive
# without what we need. `diagnose` finds nothing wrong with them; whoever reads the accounts or the scopes says so.
JUDGED_ELSEWHERE = (
    {"account_status": 101}, {"advertiser_ids": []}, {"items": []}, [], {"scope": "w_member_social"}
)  # fmt: skip


def is_a_good_answer(one) -> bool:
    held = one["body"].get("data", one["body"]) if isinstance(one["body"], dict) else one["body"]
    return one["http_status"] == 200 and any(
        held == news if isinstance(news, list) else isinstance(held, dict) and news.items() <= held.items()
        for news in JUDGED_ELSEWHERE
    )


def test_answers_by_somebody_who_had_not_seen_the_rules():
    """Of 110, 81 were right before anybody looked at them; `also` names other readings that are right as well."""
    lines = [one for one in BLIND if not is_a_good_answer(one)]
    assert len(lines) == len(BLIND) - 5
    wrong = [(one["platform"], one["stage"], one["body"], asked(one)["cause"]) for one in lines if not is_right(one)]
    assert len(wrong) <= len(lines) * 0.05, wrong


def test_a_second_set_that_no_rule_was_written_for():
    """83 of 86 were right, all three parts, when they were first asked; nothing was changed for the other three."""
    lines = [json.loads(line) for line in (Path(__file__).parent / "unseen-2.jsonl").read_text().splitlines()]
    wrong = [(one["platform"], one["stage"], one["body"], asked(one)["cause"]) for one in lines if not is_right(one)]
    assert len(wrong) <= len(lines) * 0.05, wrong


def test_a_good_answer_with_bad_news_is_no_trouble_at_the_wire():
    for one in filter(is_a_good_answer, BLIND):
        assert asked(one)["remedy"] == Remedy.NONE, one


def _as_asked(one) -> str:
    return json.dumps([one[name] for name in ("platform", "stage", "http_status", "body")])


def _meta_says(text: str) -> bytes:
    body = {"error": {"code": 190, "message": text}}
    return json.dumps({"platform": "meta_ads", "stage": "api", "http_status": 400, "body": body}).encode()


@given(
    st.binary(max_size=80) | st.text(max_size=80).map(_meta_says) | st.sampled_from("\ud800 \0 \u2028").map(_meta_says)
)
def test_whatever_comes_in_one_line_goes_out(line):
    said = verdict_line(line)
    assert set(said) & set("\n\r\0") == set()
    assert said.encode("ascii").decode() == said
    assert json.loads(said)["cause"] in set(Cause)


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
