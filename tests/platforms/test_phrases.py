"""Words that platforms share mean the same in every envelope, and an answer inside another one is found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import Cause, Fault, Remedy
from webapp.platforms.phrases import in_words
from webapp.platforms.unpack import unpacked

SAID = [
    ("The redirect_uri is not whitelisted", Cause.BAD_REQUEST),
    ("The redirect URL you provided does not match", Cause.BAD_REQUEST),
    ("The domain of this URL isn't included in the app's domains", Cause.BAD_REQUEST),
    ("Error validating application. Application has been deleted.", Cause.BAD_REQUEST),
    ("App not active: This app is not currently accessible", Cause.BAD_REQUEST),
    ("This app is still in development mode", Cause.BAD_REQUEST),
    ("Your application has been suspended", Cause.BAD_REQUEST),
    ("API access blocked.", Cause.BAD_REQUEST),
    ("UNSUPPORTED_GRANT_TYPE", Cause.BAD_REQUEST),
    ("Throttled", Cause.RATE_LIMITED),
    ("userRateLimitExceeded", Cause.RATE_LIMITED),
    ("Too many concurrent requests", Cause.RATE_LIMITED),
    ("QPS limit reached", Cause.RATE_LIMITED),
    ("Try again in 30 seconds", Cause.RATE_LIMITED),
    ("Down for maintenance", Cause.PLATFORM_DOWN),
    ("upstream connect error", Cause.PLATFORM_DOWN),
    ("Query has timed out", Cause.PLATFORM_DOWN),
    ("Something went wrong on our end", Cause.PLATFORM_DOWN),
    ("We have detected suspicious activity", Cause.SECURITY_POLICY),
    ("Complete the checkpoint first", Cause.SECURITY_POLICY),
    ("You must use multi-factor authentication", Cause.SECURITY_POLICY),
    ("The user changed the password, or for security reasons", Cause.PASSWORD_CHANGED),
    ("insufficientPermissions", Cause.SCOPE_MISSING),
    ("Missing required scope ads:read", Cause.SCOPE_MISSING),
    ("Access denied for orders field", Cause.SCOPE_MISSING),
    ("The specified customer life cycle status is invalid", Cause.ACCOUNT_UNAVAILABLE),
    ("The advertiser account is closed", Cause.ACCOUNT_UNAVAILABLE),
    ("No permission to access this advertiser", Cause.ACCOUNT_UNAVAILABLE),
    ("The user has not authorized application 42", Cause.ACCESS_REVOKED),
    ("The token has been invalidated", Cause.ACCESS_REVOKED),
]


@pytest.mark.parametrize(("text", "cause"), SAID)
def test_words_mean_what_a_person_would_read_in_them(text, cause):
    found = in_words(Answer(Stage.API, 400), "", text)
    assert found is not None
    assert found.cause is cause
    assert found.transient == (cause in (Cause.RATE_LIMITED, Cause.PLATFORM_DOWN))


@pytest.mark.parametrize("text", [
    "Advertiser ID cannot be decrypted", "Authentication failed.", "Forbidden", "Not Found", "Too many columns",
    "The page size exceeds the maximum", "xyzq",
])  # fmt: skip
def test_of_vague_words_nothing_is_concluded(text):
    assert in_words(Answer(Stage.API, 400), "", text) is None


@pytest.mark.parametrize(("stage", "cause"), [
    (Stage.TOKEN_REFRESH, Cause.ACCESS_REVOKED), (Stage.TOKEN_EXCHANGE, Cause.BAD_REQUEST), (Stage.API, None),
])  # fmt: skip
def test_a_refused_grant_ends_the_permission_only_where_it_is_renewed(stage, cause):
    found = in_words(Answer(stage, 400), "", "The authorization grant is invalid")
    assert (found and found.cause) == cause


@pytest.mark.parametrize("slug", registry())
@pytest.mark.parametrize("body", [
    "?error=invalid_request&error_description=The+redirect_uri+is+not+whitelisted",
    "https://app.example/back?error=invalid_request&error_description=why%3F",
    "#error=unauthorized_client&error_description=why?",
    '{"error": {"code": 191, "message": "Invalid redirect_uri: ikke tilladt"}}',
    '{"error": "Invalid-Client", "error_description": "x"}',
    "<html><title>Error 400: redirect_uri_mismatch</title></html>",
    "<html><p>The redirect URI you provided has not been whitelisted</p></html>",
    "<html><p>This app is under review</p></html>",
])  # fmt: skip
def test_a_way_in_that_our_app_closed_is_ours_however_it_is_shown(slug, body):
    found = registry()[slug].diagnose(Answer(Stage.AUTHORIZE_CALLBACK, 400, {}, body.encode()))
    assert (found.cause, found.remedy, found.fault) == (Cause.BAD_REQUEST, Remedy.OPERATOR, Fault.OURS)


def test_a_batch_is_as_good_as_its_first_part_that_failed():
    inner = {"error": {"code": 190, "error_subcode": 458, "message": "x"}}
    batch = [{"code": 200, "body": "{}"}, None, {"code": 400, "body": json.dumps(inner)}]
    found = unpacked(Answer(Stage.API, 200, {}, json.dumps(batch).encode()))
    assert (found.status, found.json) == (400, inner)


@pytest.mark.parametrize("body", [b'"{\\"error\\": \\"x\\"}"', b"error=x", b'{"error": "x"}'])
def test_an_error_is_found_in_a_string_and_in_a_form(body):
    assert unpacked(Answer(Stage.API, 400, {}, body)).json == {"error": "x"}


@pytest.mark.parametrize("slug", registry())
def test_every_platform_opens_what_is_wrapped_before_it_reads(slug):
    said = json.dumps({"error": "invalid_client", "error_description": "x"})
    for body in (json.dumps(said), "error=invalid_client&error_description=x"):
        found = registry()[slug].diagnose(Answer(Stage.TOKEN_REFRESH, 401, {}, body.encode()))
        assert (found.cause, found.fault) == (Cause.BAD_REQUEST, Fault.OURS)
    batch = json.dumps([{"code": 503, "body": "{}"}])
    found = registry()[slug].diagnose(Answer(Stage.API, 200, {}, batch.encode()))
    assert found.cause is Cause.PLATFORM_DOWN


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers()), max_size=3))
def test_data_stays_as_it_is(rows):
    answer = Answer(Stage.API, 200, {}, json.dumps(rows).encode())
    assert unpacked(answer) is answer


@pytest.mark.parametrize("slug", registry())
def test_a_place_that_does_not_exist_is_our_mistake_where_the_platform_has_no_closed_stores(slug):
    found = registry()[slug].diagnose(Answer(Stage.API, 404, {}, b"Not Found"))
    if slug == "shopify":
        assert found.cause is Cause.ACCOUNT_UNAVAILABLE
    else:
        assert (found.cause, found.fault) == (Cause.BAD_REQUEST, Fault.OURS)
