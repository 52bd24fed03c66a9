"""What Pinterest's answers mean: where it was asked, then the words, then the code, which is often just the status.

Source: developers.pinterest.com/docs/api/v5 (errors, rate limits). Code 2, "Authentication failed.", is said to a wrong
secret, a used code and a dead token alike.
"""

from __future__ import annotations

import re
import time

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

OUR_APP = re.compile(
    r"consumer type|trial access|application id|invalid application|client (id|secret|auth)|\bapp(lication)? "
    r"(is|was|has|does|must|needs)|redirect.?uri|api version|not approved", re.I,
)  # fmt: skip
SCOPES = re.compile(r"\bscopes?\b|missing.{0,20}(permission|read)|authorization failed", re.I)
ACCOUNT = re.compile(r"ad.?account|advertiser|not permitted to access|business access|\brole\b|suspended", re.I)
EXPIRED = re.compile(r"expired", re.I)
REVOKED = re.compile(r"revoked|deauthori[sz]ed|access removed", re.I)
SECURITY = re.compile(r"password reset|two.?factor|verify your|safe mode|locked", re.I)
GRANT = re.compile(r"authenticat|authori[sz]|grant|token|expired|revoked", re.I)
DEAD_BOOKMARK = "bookmark"
LONG_AGO = 1_000_000_000


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    code, message = dig_text(answer.json, "code"), dig_text(answer.json, "message")
    if answer.status == 429 or code == "8":
        return verdict(
            Cause.RATE_LIMITED, transient=True, code=code or "429", message=message, retry_after=_reset(answer)
        )
    if answer.status >= 500:
        return verdict(
            Cause.PLATFORM_DOWN, transient=True, code=code or str(answer.status), message=message,
            retry_after=retry_after(answer),
        )  # fmt: skip
    if answer.stage in TOKEN_STAGES:
        return _token(answer, code, message)
    if 200 <= answer.status < 300:
        # An empty one is how a revocation is confirmed; whoever wanted data cannot read it and says so.
        return common_diagnosis(answer) if answer.body.strip() else None
    return _api(answer, code, message or answer.text[:300])


def _token(answer: Answer, code: str, message: str) -> Diagnosis | None:
    word = oauth_word(answer)
    if word is not None:
        return word
    if answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        return None
    refused = answer.status in (400, 401, 403) and (code or message or dig_text(answer.json, "error"))
    if not refused:
        return common_diagnosis(answer) or last_words(answer, code=code, message=message)
    said = f"{message} {dig_text(answer.json, 'error_description')} {dig_text(answer.json, 'data')}"
    # A bare "Forbidden" is said to an address they do not like, and is no word about the code.
    judged = answer.stage is Stage.TOKEN_EXCHANGE and (answer.status != 403 or GRANT.search(said))
    if judged or OUR_APP.search(said) or code == "1":
        return verdict(
            Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message,
            evidence=("A one-time code that was used or came too late is answered like this, too.",),
        )  # fmt: skip
    if SECURITY.search(said):
        return verdict(Cause.SECURITY_POLICY, certainty=Certainty.LIKELY, code=code, message=message)
    if code not in ("2", "3") and not GRANT.search(said):
        return last_words(answer, code=code, message=message)
    if EXPIRED.search(said) and not REVOKED.search(said):
        return verdict(Cause.TOKEN_EXPIRED, certainty=Certainty.LIKELY, code=code, message=message)
    return verdict(
        Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS,
        candidates=(Cause.TOKEN_EXPIRED, Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY), code=code, message=message,
        evidence=("Pinterest gives this one answer when access was removed, a password changed and after 60 days.",),
    )  # fmt: skip


def _api(answer: Answer, code: str, message: str) -> Diagnosis:
    code = code or str(answer.status)
    if OUR_APP.search(message):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if answer.status in (401, 403) and (code == "3" or SCOPES.search(message)):
        return verdict(Cause.SCOPE_MISSING, code=code, message=message)
    told = in_words(answer, code, message)
    if told is not None:
        return told
    if answer.is_html:
        return last_words(answer, code=code, message=message)
    if answer.status == 401:
        if REVOKED.search(message):
            return verdict(Cause.ACCESS_REVOKED, code=code, message=message)
        # Thirty days are over, or it is gone for a reason not given; the renewal decides.
        return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.status in (403, 423) or (answer.status == 404 and ACCOUNT.search(message)):
        certainty = Certainty.SURE if ACCOUNT.search(message) else Certainty.LIKELY
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=certainty, code=code, message=message)
    if "bookmark" in message.lower():
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=DEAD_BOOKMARK, message=message)
    if answer.status in (400, 404, 405, 406, 410, 415, 422):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    return last_words(answer, code=code, message=message)


def _reset(answer: Answer) -> float | None:
    """Seconds until calls are allowed again: Retry-After, else X-RateLimit-Reset, which counts down."""
    stated = retry_after(answer)
    if stated is not None:
        return stated
    first = answer.headers.get("x-ratelimit-reset", "").split(",")[0].strip()
    try:
        seconds = float(first)
    except ValueError:
        return None
    if seconds > LONG_AGO:
        seconds -= time.time()
    return min(seconds, 86_400.0) if seconds >= 0 else None
