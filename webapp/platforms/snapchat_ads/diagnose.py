"""What Snapchat's answers mean: OAuth words, then the envelope's status and words, then the parts inside it.

Source: developers.snap.com/api/marketing-api/Ads-API/errors. An envelope is `{request_status, debug_message,
display_message, error_code}`; a good one may still hold parts that failed, each with its own `sub_request_status`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

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

SCOPE = "snapchat-marketing-api"
GOOD = frozenset({"success", "partial"})
AGED = frozenset({"invalid_token", "expired_token", "token_expired"})
UNSURE = (Cause.PASSWORD_CHANGED, Cause.TOKEN_EXPIRED)
# Our app, its approval or its question: nothing that the merchant could mend.
OURS = re.compile(
    r"(app|client|application)\b.{0,40}\b(not|isn't)\b.{0,20}(approved|allow|whitelist|registered|authori[sz]ed|enabled)"
    r"|(squad|campaign|creative|media|segment|pixel)\b.{0,10}not found"
    r"|no longer available|deprecated|unsupported stats query",
    re.I,
)
ROLE = re.compile(r"permission|not authori[sz]ed|access denied|forbidden|\brole\b", re.I)
GONE = re.compile(r"not (be )?found|can ?not be found|does not exist|deleted|disabled|inactive|suspended", re.I)
SPEED = re.compile(r"rate.?limit|too many|throttl", re.I)
MOST_PARTS = 5_000


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.stage in TOKEN_STAGES:
        return _oauth(answer)
    if answer.status == 429:
        return _busy(answer)
    word = dig_text(answer.json, "error")
    if word in AGED:
        return _aged(answer, word)
    found = (oauth_word(answer, word) if word else None) or common_diagnosis(answer)
    if found is not None:
        return found
    if answer.status != 200:
        return _status(answer)
    request = dig_text(answer.json, "request_status").lower()
    if request not in GOOD:
        return _words(answer, _code(answer), _message(answer))
    reason = next(_failed_parts(answer.json), None)
    return None if reason is None else _words(answer, "sub_request", reason)


def _oauth(answer: Answer) -> Diagnosis | None:
    word = dig_text(answer.json, "error")
    said = dig_text(answer.json, "error_description") or word or _message(answer)
    if word == "invalid_grant" and answer.stage is not Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=UNSURE, code=word, message=said,
            evidence=("Snapchat gives this one answer for every way in which a permission ends.",),
        )  # fmt: skip
    if answer.status == 429:
        return _busy(answer)
    found = (oauth_word(answer, word, said) if word else None) or common_diagnosis(answer)
    if found is not None:
        return found
    if answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        scope = dig(answer.json, "scope")
        if answer.stage is Stage.TOKEN_EXCHANGE and isinstance(scope, str) and SCOPE not in scope.split():
            return verdict(Cause.SCOPE_MISSING, code="scope", message=f"Granted: {scope or 'nothing'}")
        return None
    return last_words(answer, code=word, message=said)


def _status(answer: Answer) -> Diagnosis:
    code, message = _code(answer), _message(answer)
    told = in_words(answer, code, message)
    if answer.status == 401 and told is not None:
        return told
    if answer.status == 401:
        # Access tokens live for an hour at most; the renewal decides.
        return _aged(answer, code)
    if answer.status in (405, 406, 410, 415) or (answer.status == 404 and answer.is_html):
        return _ours(code, message)
    if not dig_text(answer.json, "request_status"):
        # Not Snapchat's envelope: something in between spoke, and it knows nothing of roles and accounts.
        return last_words(answer, code=code, message=message)
    if OURS.search(message):
        return _ours(code, message)
    if told is not None:
        return told
    if answer.status == 400:
        return _ours(code, message)
    if answer.status == 403:
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, code=code, message=message,
            evidence=("The permission is good, but the person's role no longer reaches this ad account.",),
        )  # fmt: skip
    if answer.status == 404:
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, candidates=(Cause.BAD_REQUEST,),
            code=code, message=message,
        )  # fmt: skip
    return last_words(answer, code=code, message=message)


def _words(answer: Answer, code: str, message: str) -> Diagnosis:
    """A failure that HTTP called a success: only its words are left to go by."""
    if SPEED.search(message):
        return _busy(answer)
    if OURS.search(message):
        return _ours(code, message)
    if ROLE.search(message) or GONE.search(message):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, code=code, message=message)
    return last_words(answer, code=code, message=message)


def _failed_parts(body: object) -> Iterator[str]:
    """Why parts of a good envelope failed; parts lie in lists directly below it."""
    for parts in body.values() if isinstance(body, dict) else ():
        for part in parts[:MOST_PARTS] if isinstance(parts, list) else ():
            status = dig_text(part, "sub_request_status").lower()
            if status and status not in GOOD:
                yield dig_text(part, "sub_request_error_reason") or dig_text(part, "debug_message") or status


def _aged(answer: Answer, code: str) -> Diagnosis:
    return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=_message(answer))


def _ours(code: str, message: str) -> Diagnosis:
    return verdict(
        Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message,
        evidence=("Snapchat refuses the question or our app, not the permission.",),
    )  # fmt: skip


def _busy(answer: Answer) -> Diagnosis:
    return verdict(
        Cause.RATE_LIMITED, transient=True, code=_code(answer), message=_message(answer), retry_after=_until(answer)
    )


def _until(answer: Answer) -> float | None:
    """Seconds until `X-Rate-Limit-Reset`, an instant in epoch seconds; Retry-After where there is one."""
    try:
        seconds = float(answer.headers.get("x-rate-limit-reset", "")) - datetime.now(UTC).timestamp()
    except ValueError:
        return retry_after(answer)
    return min(max(seconds, 1.0), 86_400.0) if seconds == seconds else retry_after(answer)


def _code(answer: Answer) -> str:
    return dig_text(answer.json, "error_code") or str(answer.status)


def _message(answer: Answer) -> str:
    return dig_text(answer.json, "debug_message") or dig_text(answer.json, "display_message") or answer.text[:300]
