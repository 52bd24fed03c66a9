"""What Google's answers mean: OAuth words, the Ads API's own error codes, then the status.

Sources: developers.google.com/identity/protocols/oauth2, developers.google.com/google-ads/api/docs/common-errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from webapp.platforms.answer import Answer, Stage, dig, dig_text
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    Remedy,
    common_diagnosis,
    retry_after,
    verdict,
)
from webapp.platforms.oauth_words import TOKEN_STAGES, callback_diagnosis, oauth_word
from webapp.platforms.phrases import in_words, last_words
from webapp.platforms.unpack import unpacked

ACCOUNT = frozenset(
    {
        "USER_PERMISSION_DENIED", "ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT", "INCOMPLETE_SIGNUP",
        "CUSTOMER_NOT_ENABLED",
        "ACCESS_DENIED_FOR_ACCOUNT_TYPE", "CUSTOMER_NOT_FOUND", "NOT_ADS_USER", "ACCOUNT_DELETED", "CUSTOMER_CANCELED",
        "GOOGLE_ACCOUNT_USER_AND_ADS_USER_MISMATCH", "GOOGLE_ACCOUNT_DELETED", "LOGIN_COOKIE_REQUIRED",
        "OAUTH_TOKEN_DISABLED_ACCOUNT", "CUSTOMER_NOT_ACCESSIBLE",
    }
)  # fmt: skip
POLICY = frozenset(
    {"TWO_STEP_VERIFICATION_NOT_ENROLLED", "ADVANCED_PROTECTION_NOT_ENROLLED", "ORGANIZATION_NOT_APPROVED_POLICY"}
)
REVOKED = frozenset(
    {
        "OAUTH_TOKEN_REVOKED",
        "OAUTH_TOKEN_DISABLED",
        "GOOGLE_ACCOUNT_AUTHENTICATION_FAILED",
        "GOOGLE_ACCOUNT_COOKIE_INVALID",
    }
)
AGED = frozenset({"OAUTH_TOKEN_EXPIRED", "OAUTH_TOKEN_INVALID", "AUTHENTICATION_ERROR", "OAUTH_TOKEN_HEADER_INVALID"})
FAMILY = {"quotaError": Cause.RATE_LIMITED, "internalError": Cause.PLATFORM_DOWN, "databaseError": Cause.PLATFORM_DOWN}
WHO_ASKS = frozenset({"authenticationError", "authorizationError", "customerError", "headerError"})
FAMILY_DOWN_CODES = frozenset({"CONCURRENT_MODIFICATION", "DATA_CONSTRAINT_VIOLATION"})
# google.rpc.ErrorInfo about the project that asks, which is ours: https://cloud.google.com/apis/design/errors
OUR_PROJECT = re.compile(r"SERVICE_DISABLED|CONSUMER_|PROJECT|API_KEY|BILLING_DISABLED")
UNSURE = (Cause.TOKEN_EXPIRED, Cause.SECURITY_POLICY)


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.stage in TOKEN_STAGES or isinstance(dig(answer.json, "error"), str):
        return _oauth(answer)
    if answer.stage is Stage.TOKEN_INSPECT and answer.status == 400 and dig_text(answer.json, "error_description"):
        # Its inspector names no error; "Invalid Value" is all that it says of a token that is not good any more.
        return verdict(
            Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code="invalid_token",
            message=dig_text(answer.json, "error_description"),
        )  # fmt: skip
    error = dig(answer.json, "error") or dig(answer.json, 0, "error")
    if isinstance(error, dict):
        return _ads(answer, error) or _status(answer, error)
    if answer.status == 404 and answer.is_html:
        return verdict(
            Cause.BAD_REQUEST, fault=Fault.OURS, code="404", message="There is no such API version any more."
        )
    return common_diagnosis(answer) or (None if answer.status == 200 else _status(answer, {}))


def _oauth(answer: Answer) -> Diagnosis | None:
    word, subtype = dig_text(answer.json, "error"), dig_text(answer.json, "error_subtype")
    said = dig_text(answer.json, "error_description") or word
    if word == "invalid_grant" and ("rapt" in subtype or "rapt" in said):
        return verdict(
            Cause.SECURITY_POLICY, code=subtype or word, message=said,
            evidence=("Your organisation's session control asks for a fresh sign-in every so often.",),
        )  # fmt: skip
    if word == "invalid_grant" and answer.stage is not Stage.TOKEN_EXCHANGE:
        if "account" in said.lower() and ("deleted" in said.lower() or "disabled" in said.lower()):
            return verdict(Cause.ACCOUNT_UNAVAILABLE, code=word, message=said)
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=UNSURE, code=word, message=said,
            evidence=("Google gives this one answer when access was removed, when six months passed unused, and when "
                      "too many permissions were given to the same app.",),
        )  # fmt: skip
    found = oauth_word(answer, word, said)
    if found is not None:
        return found
    if answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        scope = dig_text(answer.json, "scope")
        if answer.stage is Stage.TOKEN_EXCHANGE and scope and "auth/adwords" not in scope:
            return verdict(
                Cause.SCOPE_MISSING, code="scope", message=f"Granted: {scope}",
                evidence=("The box for Google Ads was left unticked on Google's page.",),
            )  # fmt: skip
        return None
    return common_diagnosis(answer) or (None if answer.status == 200 and not word else last_words(answer, code=word))


def _ads(answer: Answer, error: object) -> Diagnosis | None:
    """The Ads API's own codes; the first one that says who must act decides."""
    found = list(_codes(error))
    for family, code, message, one in found:
        by_code = _by_code(code, message)
        if by_code is not None:
            return by_code
        if family == "quotaError":
            return verdict(
                Cause.RATE_LIMITED, transient=True, code=code, message=message, retry_after=_delay(one, message)
            )
        if family in FAMILY or code in FAMILY_DOWN_CODES or "TRANSIENT" in code:
            return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message)
    if found:
        family, code, message, _ = found[0]
        told = in_words(answer, code, message) if family in WHO_ASKS and not OUR_PROJECT.search(code) else None
        return told or verdict(
            Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message,
            evidence=("Google refuses the question, not the permission.",),
        )  # fmt: skip
    return None


def _by_code(code: str, message: str) -> Diagnosis | None:
    if code in POLICY:
        return verdict(Cause.SECURITY_POLICY, remedy=Remedy.FIX_AT_PLATFORM, code=code, message=message)
    if code in ACCOUNT:
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message)
    if code in REVOKED:
        return verdict(Cause.ACCESS_REVOKED, code=code, message=message)
    if code in AGED:
        return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)
    if code in ("MISSING_SCOPE", "OAUTH_SCOPE_INSUFFICIENT"):
        return verdict(Cause.SCOPE_MISSING, code=code, message=message)
    return None


def _status(answer: Answer, error: object) -> Diagnosis:
    status, message = dig_text(error, "status"), dig_text(error, "message") or answer.text[:300]
    reasons = {dig_text(one, "reason") for one in (*_details(error), *_listed(error, "errors"))}
    code = status or str(answer.status)
    if any(OUR_PROJECT.search(reason) for reason in reasons) or "has not been used in project" in message:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=" ".join(sorted(reasons)) or code, message=message)
    if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
        return verdict(Cause.SCOPE_MISSING, code="ACCESS_TOKEN_SCOPE_INSUFFICIENT", message=message)
    if reasons & {"SERVICE_DISABLED", "CONSUMER_INVALID", "API_KEY_INVALID", "CREDENTIALS_MISSING"}:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=sorted(reasons)[0], message=message)
    told = in_words(answer, " ".join([*sorted(reasons), status]).strip() or code, message)
    if told is not None:
        return told
    if answer.is_html:
        return last_words(answer, code=code, message=message)
    if answer.status == 401 or status == "UNAUTHENTICATED":
        # Usually just the hour that an access token lives; the renewal decides.
        return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.status == 429 or status == "RESOURCE_EXHAUSTED":
        return verdict(
            Cause.RATE_LIMITED, transient=True, code=code, message=message,
            retry_after=_delay(error, message) or retry_after(answer),
        )  # fmt: skip
    if status == "UNIMPLEMENTED":
        # Versions that ended are answered like this: "GRPC target method can't be resolved".
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if answer.status >= 500 or status in ("UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED"):
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message, retry_after=retry_after(answer))
    if answer.status == 403 or status == "PERMISSION_DENIED":
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.status in (400, 404) or status in (
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "FAILED_PRECONDITION",
        "OUT_OF_RANGE",
    ):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    return last_words(answer, code=code, message=message)


def _codes(error: object) -> Iterator[tuple[str, str, str, object]]:
    for detail in _details(error):
        errors = dig(detail, "errors")
        for one in errors if isinstance(errors, list) else []:
            named = dig(one, "errorCode")
            for family, code in named.items() if isinstance(named, dict) else []:
                yield str(family), str(code), dig_text(one, "message"), one


def _details(error: object) -> list[object]:
    return _listed(error, "details")


def _listed(error: object, name: str) -> list[object]:
    found = dig(error, name)
    return found if isinstance(found, list) else []


def _delay(one: object, message: str) -> float | None:
    """Seconds to wait: `retryDelay` ("8962s") or the same in words."""
    stated = dig_text(one, "details", "quotaErrorDetails", "retryDelay")
    found = re.match(r"(\d{1,6})(?:\.\d+)?s", stated) or re.search(r"Retry in (\d{1,6}) seconds", message)
    return min(float(found.group(1)), 86_400.0) if found else None
