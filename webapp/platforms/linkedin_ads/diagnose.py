"""What LinkedIn's answers mean: its symbols and service codes, its token inspector's status, then words, then status.

Sources: learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling, /rate-limits and
/linkedin/shared/authentication/token-introspection.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

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
from webapp.platforms.phrases import SHUT, in_words, lacks_a_parameter, last_words, words_of
from webapp.platforms.unpack import unpacked

OURS_AT_CALLBACK = frozenset({"unauthorized_scope_error", "invalid_scope_error", "invalid_redirect_uri"})
REVOKED = re.compile(r"revoked", re.I)
EXPIRED = re.compile(r"expired", re.I)
GRANT = re.compile(r"refresh.?token|authorization grant|authorization code", re.I)
RESTRICTED = re.compile(r"restricted[ _]member|member (account )?is restricted", re.I)
NAMES_AN_API = re.compile(r"permissions to access: ?\w", re.I)
SCOPE = re.compile(r"permission|\bscopes?\b|access.?denied|not.?authori[sz]ed|forbidden", re.I)
# Fields or parameters that our own question must not have.
UNPERMITTED = re.compile(r"unpermitted (fields|parameter)|data processing exception", re.I)
OUR_APP = re.compile(r"application|partner ?program|product|developer app|\bversion\b", re.I)
ROLE = re.compile(r"ad ?account|sponsoredaccount|\brole\b|member does not have|not authorized on", re.I)
OUR_PATH = re.compile(r"virtual resource|no root resource|not a valid resource|version", re.I)
# Without a stated wait; limits per minute and of the day are both told by 429.
WAIT = 120.0


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return _callback(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.stage is Stage.TOKEN_INSPECT:
        return _inspected(answer)
    if answer.stage in TOKEN_STAGES or isinstance(dig(answer.json, "error"), str):
        return _token(answer)
    if 200 <= answer.status < 300:
        # An empty one is how a revocation is confirmed; whoever wanted data cannot read it and says so.
        return common_diagnosis(answer) if answer.body.strip() else None
    return _api(answer)


def _callback(answer: Answer) -> Diagnosis | None:
    query = parse_qs(answer.text[:20_000].partition("#")[0].lstrip("?"))
    word, said = (query.get(name, [""])[0] for name in ("error", "error_description"))
    if word in OURS_AT_CALLBACK:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=word, message=said or word)
    return callback_diagnosis(answer)


def _inspected(answer: Answer) -> Diagnosis | None:
    """The token inspector: `status` says which of the two ends it was. None while the token is alive."""
    status = dig_text(answer.json, "status")
    if dig(answer.json, "active") is False or status in ("revoked", "expired"):
        said = "LinkedIn's token inspector says that the permission "
        if status == "expired":
            return verdict(Cause.TOKEN_EXPIRED, code=status, message=status, evidence=(f"{said}has run out.",))
        if status == "revoked":
            return verdict(Cause.ACCESS_REVOKED, code=status, message=status, evidence=(f"{said}was taken back.",))
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=(Cause.TOKEN_EXPIRED,), code="inactive",
            message=answer.text,
        )  # fmt: skip
    if answer.status == 200 and dig(answer.json, "active") is True:
        return None
    return oauth_word(answer) or common_diagnosis(answer) or last_words(answer)


def _token(answer: Answer) -> Diagnosis | None:
    word = dig_text(answer.json, "error")
    said = dig_text(answer.json, "error_description") or word
    refused = word == "invalid_grant" or (word == "invalid_request" and GRANT.search(said))
    if refused and not lacks_a_parameter(said) and answer.stage is not Stage.TOKEN_EXCHANGE:
        return _refused(word, said)
    if word:
        return oauth_word(answer, word, said) or common_diagnosis(answer) or last_words(answer, code=word, message=said)
    if answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        return None
    return common_diagnosis(answer) or _api(answer)


def _refused(word: str, said: str) -> Diagnosis:
    """A dead refresh token; one sentence for all the ways in which it may have died."""
    revoked, expired = REVOKED.search(said), EXPIRED.search(said)
    if revoked and not expired:
        return verdict(Cause.ACCESS_REVOKED, code=word, message=said)
    if expired and not revoked:
        return verdict(Cause.TOKEN_EXPIRED, certainty=Certainty.LIKELY, code=word, message=said)
    return verdict(
        Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=(Cause.TOKEN_EXPIRED,), code=word, message=said,
        evidence=("LinkedIn gives this one answer for a permission that ran out and for one that was taken back.",),
    )  # fmt: skip


def _api(answer: Answer) -> Diagnosis:
    symbol, service = dig_text(answer.json, "code"), dig_text(answer.json, "serviceErrorCode")
    message = dig_text(answer.json, "message") or answer.text[:300]
    code = symbol or service or str(answer.status)
    if RESTRICTED.search(f"{symbol} {message}"):
        return verdict(Cause.SECURITY_POLICY, code=code, message=message)
    if answer.status == 401 or symbol.endswith("_ACCESS_TOKEN") or service in ("65600", "65601", "65602"):
        return _unauthorised(answer, symbol, service, code, message)
    if answer.status == 429:
        return verdict(
            Cause.RATE_LIMITED, transient=True, code=code, message=message,
            retry_after=retry_after(answer) or (_until_midnight() if "DAY" in message else WAIT),
        )  # fmt: skip
    if answer.status >= 500:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message, retry_after=retry_after(answer))
    if answer.status == 403:
        return _forbidden(answer, code, message)
    if answer.status == 404 and not OUR_PATH.search(message) and isinstance(answer.json, dict):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.status in (400, 404, 405, 406, 410, 413, 414, 415, 422, 426):
        told = in_words(answer, code, message) if answer.status in (400, 422) else None
        if told is not None:
            return told
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    return last_words(answer, code=code, message=message)


def _unauthorised(answer: Answer, symbol: str, service: str, code: str, message: str) -> Diagnosis:
    if "REVOKED" in symbol or service == "65601" or REVOKED.search(message):
        return verdict(Cause.ACCESS_REVOKED, code=code, message=message)
    if re.search(r"empty|missing|no oauth", message, re.I) and not EXPIRED.search(message):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    told = None if EXPIRED.search(f"{symbol} {message}") else in_words(answer, code, message)
    if told is not None:
        return told
    # Sixty days of an access token are over, or it is refused for a reason not given; the renewal decides.
    certainty = Certainty.SURE if EXPIRED.search(f"{symbol} {message}") else Certainty.LIKELY
    return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=certainty, code=code, message=message)


def _forbidden(answer: Answer, code: str, message: str) -> Diagnosis:
    if UNPERMITTED.search(message):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if (ROLE.search(message) or SHUT.search(words_of(message))) and not NAMES_AN_API.search(message):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, code=code, message=message)
    if OUR_APP.search(message):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if not isinstance(answer.json, dict) or not SCOPE.search(f"{code} {message}"):
        return last_words(answer, code=code, message=message)
    return verdict(
        Cause.SCOPE_MISSING, certainty=Certainty.LIKELY, candidates=(Cause.ACCOUNT_UNAVAILABLE,), code=code,
        message=message,
    )  # fmt: skip


def _until_midnight() -> float:
    """The day's limits begin anew at midnight UTC."""
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()
