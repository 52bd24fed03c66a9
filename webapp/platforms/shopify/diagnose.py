"""What Shopify's answers mean. GraphQL fails with 200; the status alone says little.

Sources: shopify.dev (usage/response-codes, usage/rate-limits, authentication-authorization/access-tokens).
"""

from __future__ import annotations

import re

from webapp.platforms.answer import Answer, Stage, dig, dig_number, dig_text
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    common_diagnosis,
    retry_after,
    verdict,
)
from webapp.platforms.oauth_words import TOKEN_STAGES, callback_diagnosis, oauth_word
from webapp.platforms.phrases import OUR_APP, in_words, last_words
from webapp.platforms.unpack import unpacked

DEAD_GRANT = ("active refresh_token", "app_not_installed", "invalid_subject_token", "application_uninstalled")
REFUSED = re.compile(r"api key|access token|unrecognized login|unauthori[sz]ed|uninstalled", re.I)
CLOSED = re.compile(r"unavailable shop|shop.{0,20}(unavailable|frozen|closed|inactive|locked)", re.I)
SCOPE = re.compile(r"\bscopes?\b|approval|permission|access", re.I)
FAULTS = frozenset({"errors", "error"})
AMBIGUOUS = (Cause.TOKEN_EXPIRED, Cause.REFRESH_INTERRUPTED)


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.stage in TOKEN_STAGES:
        return _token(answer)
    if answer.status == 200 and "data" in answer.members and answer.members.isdisjoint(FAULTS):
        # Data and nothing else: what it tells of is the shop's, and no word of it is looked at.
        return None
    return _codes(answer) or _status(answer)


def _token(answer: Answer) -> Diagnosis | None:
    word, text = dig_text(answer.json, "error"), answer.text[:2000]
    said = dig_text(answer.json, "error_description") or word
    if any(phrase in text for phrase in DEAD_GRANT) or (
        word == "invalid_grant" and answer.stage is Stage.TOKEN_REFRESH
    ):
        certainty = Certainty.SURE if "app_not_installed" in text else Certainty.AMBIGUOUS
        return verdict(
            Cause.ACCESS_REVOKED, certainty=certainty, candidates=AMBIGUOUS if certainty is Certainty.AMBIGUOUS else (),
            code=word, message=said,
            evidence=("Shopify refused to renew the permission. It gives the same answer when the app was removed, "
                      "when 90 days passed without use, and when a renewal was cut off.",),
        )  # fmt: skip
    if word == "invalid_request" and answer.stage is Stage.TOKEN_EXCHANGE:
        return verdict(Cause.BAD_REQUEST, code=word, message=said, evidence=("The one-time code is no longer good.",))
    found = oauth_word(answer, word, said)
    if found is not None or answer.status != 200:
        return found or _status(answer) or last_words(answer)
    if isinstance(dig(answer.json, "access_token"), str):
        if answer.stage is Stage.TOKEN_REFRESH and dig(answer.json, "refresh_token") is None:
            # Seen in the wild (shopify-app-js 3400): half a pair. The other half that we hold still works.
            return last_words(answer, code="half_a_pair", message="The renewal came back without its second half.")
        return None
    return common_diagnosis(answer) or last_words(answer)


def _codes(answer: Answer) -> Diagnosis | None:
    """GraphQL's own error codes, whatever the status; the one that says most about the permission goes first."""
    errors = dig(answer.json, "errors")
    if not isinstance(errors, list):
        return None
    found = [
        (dig_text(one, "extensions", "code"), one if isinstance(one, str) else dig_text(one, "message"), one)
        for one in errors
    ]
    for code, message, one in found:
        if OUR_APP.search(message):
            return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code or "app_review", message=message)
        if code == "ACCESS_DENIED":
            needed = dig_text(one, "extensions", "requiredAccess")
            return verdict(Cause.SCOPE_MISSING, code=code, message=message, evidence=(f"Needed: {needed}",))
    for code, message, _ in found:
        if code == "THROTTLED":
            return verdict(Cause.RATE_LIMITED, transient=True, code=code, message=message, retry_after=_restore(answer))
        if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"):
            return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message)
        if code in ("SHOP_INACTIVE", "SHOP_NOT_FOUND"):
            return verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message)
    for code, message, _ in found:
        if not code and "access denied" in message.lower():
            return verdict(Cause.SCOPE_MISSING, certainty=Certainty.LIKELY, message=message)
        # The form without a code; with one that says what is wrong with the question, that is what is wrong.
        told = None if code else in_words(answer, code, message)
        if told is not None:
            return told
    if not found:
        return None
    code, message, _ = found[0]
    return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code or "graphql", message=message)


def _status(answer: Answer) -> Diagnosis | None:
    message = dig_text(answer.json, "errors") or dig_text(answer.json, "error") or answer.opening
    code = str(answer.status)
    if "Non-expiring access tokens" in message:
        return verdict(Cause.SECURITY_POLICY, fault=Fault.OURS, code=code, message=message)
    if OUR_APP.search(message):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if answer.status == 401:
        return _unauthorised(answer, code, message)
    if answer.status == 402:
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, code=code, message=message, 
            evidence=("Shopify has frozen the store; usually a bill is open.",),
        )  # fmt: skip
    if answer.status == 403 and CLOSED.search(message):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message)
    if answer.status == 403 and not answer.is_html and SCOPE.search(message):
        scope = re.search(r"approval for (\w+) scope", message)
        evidence = (f"Missing: {scope.group(1)}",) if scope else ()
        certainty = Certainty.SURE if scope or "access" in message.lower() else Certainty.LIKELY
        return verdict(Cause.SCOPE_MISSING, code=code, message=message, evidence=evidence, certainty=certainty)
    if answer.status in (404, 423):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message)
    common = common_diagnosis(answer)
    if common is not None:
        return common
    if answer.status == 200 and isinstance(dig(answer.json, "errors"), str) and message:
        return _unauthorised(answer, code, message) if REFUSED.search(message) else last_words(answer, message=message)
    told = None if answer.status == 200 else in_words(answer, code, message)
    if told is not None:
        return told
    if answer.status in (400, 406, 414, 422):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    return None if answer.status == 200 else last_words(answer, message=message)


def _unauthorised(answer: Answer, code: str, message: str) -> Diagnosis:
    if REFUSED.search(message):
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=(Cause.TOKEN_EXPIRED,), code=code,
            message=message,
        )  # fmt: skip
    if answer.stage in TOKEN_STAGES:
        return last_words(answer, message=message)
    # In words nobody knows it may be just the hour that a token lives; the renewal decides.
    return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)


def _restore(answer: Answer) -> float | None:
    """Seconds until the bucket holds what this query costs (usage/rate-limits)."""
    cost = dig(answer.json, "extensions", "cost")
    wanted, there, rate = (
        dig_number(cost, "requestedQueryCost"),
        dig_number(cost, "throttleStatus", "currentlyAvailable"),
        dig_number(cost, "throttleStatus", "restoreRate"),
    )
    if wanted is not None and there is not None and rate is not None and rate > 0:
        return max(1.0, min((wanted - there) / rate, 3600.0))
    return retry_after(answer)
