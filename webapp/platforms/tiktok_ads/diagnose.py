"""What TikTok's answers mean: the envelope's `code`, sometimes its words; HTTP says 200 to everything.

Source: business-api.tiktok.com/portal/docs, appendix of return codes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from webapp.platforms.answer import Answer, Stage, dig, dig_text
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    common_diagnosis,
    verdict,
)
from webapp.platforms.oauth_words import TOKEN_STAGES, callback_diagnosis, oauth_word
from webapp.platforms.phrases import OUR_APP, SHUT, in_words, last_words, words_of
from webapp.platforms.unpack import unpacked

# 40100 and its neighbours sit in the block of authentication errors and are not.
BUSY = frozenset({40016, 40100, 40101, 40102, 40133, 51021, 51020})
REVOKED = frozenset({40105, 40110, 40115})
DAILY = ("qpd", "daily", "per day")
GONE = re.compile(
    r"permission to (operate|access|manage) (this |the )?advertiser"
    r"|advertiser.{0,40}(deleted|not exist|n't exist|disabled|suspended|closed|punished"
    r"|frozen|not approved|inactive)|has been deleted|doesn't exist|does not exist", re.I,
)  # fmt: skip
QPM_WAIT = 300.0


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    code, message = dig(answer.json, "code"), dig_text(answer.json, "message")
    if isinstance(code, str) and code.isdecimal() and len(code) < 10:
        code = int(code)
    if isinstance(code, bool) or not isinstance(code, int):
        # Another endpoint of theirs, or a gateway: it speaks OAuth's own words.
        return oauth_word(answer) or common_diagnosis(answer) or last_words(answer)
    if code == 0:
        return _good(answer)
    return _code(answer, code, message)


def _good(answer: Answer) -> Diagnosis | None:
    token = dig(answer.json, "data", "access_token")
    if answer.stage in TOKEN_STAGES and not isinstance(token, str):
        return last_words(answer)
    return None


def _code(answer: Answer, number: int, message: str) -> Diagnosis:
    code, words = str(number), message.lower()
    if number in BUSY or answer.status == 429:
        return verdict(Cause.RATE_LIMITED, transient=True, code=code, message=message, retry_after=_wait(words))
    if number in REVOKED and answer.stage is Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.BAD_REQUEST, code=code, message=message,
            evidence=("The one-time code was used before, or came too late.",),
        )  # fmt: skip
    if number in REVOKED and (GONE.search(message) or SHUT.search(words_of(message))):
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE,
            certainty=Certainty.LIKELY,
            candidates=(Cause.ACCESS_REVOKED,),
            code=code,
            message=message,
        )
    if number in REVOKED:
        return verdict(Cause.ACCESS_REVOKED, code=code, message=message)
    if number == 40104:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if number in (40001, 40002) and answer.stage not in TOKEN_STAGES and GONE.search(message):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=code, message=message)
    # What a token may do is what our app was approved for: the merchant cannot leave anything out.
    if number == 40001 and (OUR_APP.search(message) or re.search(r"\bapp\b", message, re.I)):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if number == 40001 and ("scope" in words or "permission" in words) and answer.stage not in TOKEN_STAGES:
        return verdict(Cause.SCOPE_MISSING, certainty=Certainty.LIKELY, code=code, message=message)
    told = in_words(answer, code, message) if answer.stage not in TOKEN_STAGES else None
    if told is not None:
        return told
    if 40000 <= number <= 40009 or number in (40300, 40301, 40118, 40119):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    if 50000 <= number <= 51999 or 60000 <= number <= 61000 or answer.status >= 500:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message)
    return last_words(answer, code=code, message=message)


def _wait(words: str) -> float:
    """Five minutes for the limit per minute; until midnight UTC for the one per day."""
    if not any(word in words for word in DAILY):
        return QPM_WAIT
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()
