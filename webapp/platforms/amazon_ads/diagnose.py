"""What Amazon's answers mean: Login with Amazon's OAuth words, then the API's phrases, then the status.

Source: advertising.amazon.com/API/docs/en-us/reference/concepts/errors and /rate-limiting. "Scope" in the API's own
words is a profile, an account in one marketplace, and never an OAuth scope. `details` is `detail` in the reporting API;
an answer with only a `message` comes from the gateway in front of it, which knows our app and not the merchant.
"""

from __future__ import annotations

import re

from webapp.platforms.answer import Answer, Stage, dig, dig_text
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
from webapp.platforms.phrases import in_words, last_words
from webapp.platforms.unpack import unpacked

GZIP = b"\x1f\x8b"
ADS = "advertising::campaign_management"
# A duplicate order: the first one is still being written.
TOO_EARLY = 425
TOO_EARLY_WAIT = 60.0
UNSURE = (Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY)
NO_SCOPE_SENT = re.compile(r"scope header is missing|missing.{0,20}scope header", re.I)
PROFILE = re.compile(
    r"access (to )?(the )?scope|(advertiser|vendor|seller|profile)\b.{0,30}\bnot found|no matching advertiser"
    r"|manage this profile|access (to )?(this |the )?(profile|advertiser|account)|permission",
    re.I,
)
SHUT = re.compile(r"suspend|deactivat|(account|profile|advertiser).{0,30}(closed|disabled|inactive|not active)", re.I)
S3 = re.compile(rb"<Error>.{0,200}?<Code>(\w{1,60})</Code>", re.S)


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.status == 200 and answer.body.startswith(GZIP):
        return None
    if answer.stage in TOKEN_STAGES:
        return _oauth(answer)
    found = common_diagnosis(answer)
    if found is not None:
        return found
    if answer.status in (200, 202, 207):
        return None
    stored = S3.search(answer.body[:2_000])
    if stored is not None:
        # The store of finished reports: an address that ran out. A new one is asked for with the next try.
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=stored.group(1).decode(), message=answer.text[:300])
    return _login(answer) or _api(answer)


def _oauth(answer: Answer) -> Diagnosis | None:
    word = dig_text(answer.json, "error")
    said = dig_text(answer.json, "error_description") or word
    if word == "invalid_grant" and answer.stage is not Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=UNSURE, code=word, message=said,
            evidence=("Amazon gives this one answer for every way in which a permission ends.",),
        )  # fmt: skip
    found = (oauth_word(answer, word, said) if word else None) or common_diagnosis(answer)
    if found is not None:
        return found
    if answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        scope = dig(answer.json, "scope")
        if answer.stage is Stage.TOKEN_EXCHANGE and isinstance(scope, str) and ADS not in scope.split():
            return verdict(Cause.SCOPE_MISSING, code="scope", message=f"Granted: {scope or 'nothing'}")
        return None
    return last_words(answer, code=word, message=said)


def _login(answer: Answer) -> Diagnosis | None:
    """Login with Amazon's words about a token that was shown to it."""
    word = dig_text(answer.json, "error")
    said = dig_text(answer.json, "error_description") or word
    if word == "insufficient_scope":
        return verdict(Cause.SCOPE_MISSING, code=word, message=said)
    if word in ("invalid_token", "expired_token"):
        return _aged(word, said)
    return oauth_word(answer, word, said) if word else None


def _api(answer: Answer) -> Diagnosis:
    code, message = dig_text(answer.json, "code") or str(answer.status), _message(answer)
    if answer.status == TOO_EARLY:
        return verdict(
            Cause.RATE_LIMITED, transient=True, code=code, message=message,
            retry_after=retry_after(answer) or TOO_EARLY_WAIT,
        )  # fmt: skip
    if answer.status in (404, 405, 406, 410, 415, 422) or NO_SCOPE_SENT.search(message):
        return _ours(code, message)
    if answer.status in (400, 401, 403) and SHUT.search(message):
        return _unavailable(code, message, certainty=Certainty.LIKELY)
    if answer.status in (401, 403) and _is_own_envelope(answer) and PROFILE.search(message):
        return _unavailable(code, message)
    told = in_words(answer, code, message)
    if told is not None:
        # "Scope" is an account in this API's words.
        return _unavailable(code, message) if told.cause is Cause.SCOPE_MISSING else told
    if answer.status == 401:
        # Usually just the hour that an access token lives; the renewal decides.
        return _aged(code, message)
    if answer.status == 403 and _is_own_envelope(answer):
        return _unavailable(code, message, certainty=Certainty.LIKELY)
    if answer.status in (400, 403) and isinstance(answer.json, dict):
        return _ours(code, message)
    return last_words(answer, code=code, message=message)


def _aged(code: str, message: str) -> Diagnosis:
    return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)


def _unavailable(code: str, message: str, *, certainty: Certainty = Certainty.SURE) -> Diagnosis:
    return verdict(
        Cause.ACCOUNT_UNAVAILABLE, certainty=certainty, code=code, message=message,
        evidence=("The permission is good, but this login no longer reaches this advertising account.",),
    )  # fmt: skip


def _ours(code: str, message: str) -> Diagnosis:
    return verdict(
        Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message,
        evidence=("Amazon refuses the question or our app, not the permission.",),
    )  # fmt: skip


def _is_own_envelope(answer: Answer) -> bool:
    return bool(dig_text(answer.json, "details") or dig_text(answer.json, "detail"))


def _message(answer: Answer) -> str:
    found = answer.json
    return (
        dig_text(found, "details")
        or dig_text(found, "detail")
        or dig_text(found, "message")
        or dig_text(found, "Message")
        or answer.text[:300]
    )
