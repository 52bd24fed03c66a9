"""What Meta's answers mean: code and subcode, then phrase, then status. The `type` says nothing.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling, /docs/marketing-api/error-reference,
/docs/facebook-login/guides/access-tokens/debugging. `error_user_*` texts are localised and never matched on.
"""

from __future__ import annotations

import json
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
from webapp.platforms.oauth_words import TOKEN_STAGES, callback_diagnosis
from webapp.platforms.phrases import OUR_APP, SHUT, app_refused, in_words, last_words, words_of
from webapp.platforms.unpack import unpacked

# 190 (and 102): what its subcodes say about the session.
SESSION = {
    "452": Cause.ACCESS_REVOKED, "458": Cause.ACCESS_REVOKED, "461": Cause.ACCESS_REVOKED, "466": Cause.ACCESS_REVOKED,
    "467": Cause.ACCESS_REVOKED, "492": Cause.ACCOUNT_UNAVAILABLE, "460": Cause.PASSWORD_CHANGED,
    "459": Cause.SECURITY_POLICY, "464": Cause.SECURITY_POLICY, "490": Cause.SECURITY_POLICY,
    "463": Cause.TOKEN_EXPIRED, "468": Cause.TOKEN_EXPIRED,
}  # fmt: skip
# The same in words, where no subcode is sent or one that nobody knows; the first that is said decides.
SAID = (
    (Cause.ACCOUNT_UNAVAILABLE, re.compile(r"appropriate role", re.I)),
    (Cause.SECURITY_POLICY, re.compile(r"checkpoint|confirmed user|two.?factor|verify your (account|identity)", re.I)),
    (Cause.PASSWORD_CHANGED, re.compile(r"password", re.I)),
    (Cause.TOKEN_EXPIRED, re.compile(r"expired|long time", re.I)),
    (Cause.ACCESS_REVOKED, re.compile(r"not authorized application|logged out|revoked|explicitly invalidated", re.I)),
)  # fmt: skip
OUR_CALL = frozenset({3, 5, 8, 11, 12, 13, 100, 104, 2500, 2635, 3018})
BUSY = frozenset({4, 17, 32, 341, 613, 80014, *range(80000, 80010)})
BUSY_SUBCODES = frozenset({"1504022", "1504039", "2446079", "1996"})
HEAVY_SUBCODES = frozenset({"1504018", "1504038", "1504044"})
DEAD_CURSOR = "2642"
TOO_HEAVY = frozenset({"1/heavy", "100/1504018", "2/1504038", "2/1504044", "1/99"})
MISSING = re.compile(
    r"missing perm|permission\(s\) must be granted|NOT grant ads_|requires? .*permission|not have permission", re.I
)
FULL_PERCENT = 95
CLOSED = frozenset({2, 3, 7, 8, 9, 100, 101})


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return callback_diagnosis(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    error = dig(answer.json, "error")
    if isinstance(error, dict):
        return _error(answer, error)
    if answer.stage is Stage.TOKEN_INSPECT:
        return _inspected(answer)
    found = common_diagnosis(answer)
    if found is None and answer.status != 200:
        return last_words(answer)
    if found is None and answer.stage in TOKEN_STAGES and not isinstance(dig(answer.json, "access_token"), str):
        return last_words(answer)
    return found or _closed(answer)


def _error(answer: Answer, error: object) -> Diagnosis:
    code, message = dig(error, "code"), dig_text(error, "message")
    # `debug_token` has its own name for it.
    subcode = dig_text(error, "error_subcode") or dig_text(error, "subcode")
    digits = dig_text(error, "code")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else -1
    number = code if isinstance(code, int) and not isinstance(code, bool) else number
    name = f"{number}/{subcode}" if subcode else str(number)
    if number in (190, 102):
        return _session(answer, subcode, message, name)
    if number in BUSY or subcode in BUSY_SUBCODES or answer.status == 429:
        return verdict(Cause.RATE_LIMITED, transient=True, code=name, message=message, retry_after=_regain(answer))
    if subcode in HEAVY_SUBCODES or "reduce the amount of data" in message:
        name = name if subcode in HEAVY_SUBCODES else "1/heavy"
        return verdict(Cause.BAD_REQUEST, transient=True, code=name, message=message)
    if subcode == "2853001" or (number == 100 and subcode == "33"):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=name, message=message)
    if OUR_APP.search(words_of(message)):
        return app_refused(name, message)
    if SHUT.search(words_of(message)) or "appropriate role" in message:
        return verdict(Cause.ACCOUNT_UNAVAILABLE, certainty=Certainty.LIKELY, code=name, message=message)
    if number == 10 or 200 <= number <= 299 or MISSING.search(message):
        certainty = Certainty.LIKELY if "NOT grant ads_" in message else Certainty.SURE
        other = (Cause.ACCOUNT_UNAVAILABLE,) if certainty is Certainty.LIKELY else ()
        return verdict(Cause.SCOPE_MISSING, code=name, message=message, certainty=certainty, candidates=other)
    if number == 368:
        return verdict(Cause.SECURITY_POLICY, code=name, message=message)
    if number == 101 or "client secret" in message or "validating application" in message:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=name, message=message)
    if number in (1, 2, -2) or dig(error, "is_transient") is True or "weren't there while creating" in message:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=name, message=message)
    if number == 2642:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=DEAD_CURSOR, message=message)
    if answer.status >= 500:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=name, message=message)
    if number in OUR_CALL:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=name, message=message)
    return last_words(answer, code=name, message=message)


def _session(answer: Answer, subcode: str, message: str, name: str) -> Diagnosis:
    if subcode not in SESSION and OUR_APP.search(words_of(message)):
        return app_refused(name, message)
    if MISSING.search(message):
        return verdict(Cause.SCOPE_MISSING, code=name, message=message)
    said = next((cause for cause, words in SAID if words.search(message)), None)
    cause = SESSION.get(subcode, said if said is Cause.PASSWORD_CHANGED else None)
    if cause is Cause.PASSWORD_CHANGED:
        return verdict(
            cause, certainty=Certainty.LIKELY, candidates=(Cause.SECURITY_POLICY,), code=name, message=message,
            evidence=("Meta gives one answer for a changed password and for a session it reset for safety.",),
        )  # fmt: skip
    if cause is not None:
        return verdict(cause, code=name, message=message)
    if said is not None:
        return verdict(said, certainty=Certainty.LIKELY, code=name, message=message)
    return in_words(answer, name, message) or verdict(
        Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, candidates=(Cause.TOKEN_EXPIRED, Cause.PASSWORD_CHANGED),
        code=name, message=message,
    )  # fmt: skip


def _inspected(answer: Answer) -> Diagnosis | None:
    """`debug_token`: dead, or alive without the permission we need."""
    found = dig(answer.json, "data")
    if dig(found, "is_valid") is False:
        told = dig(found, "error")
        return _error(answer, told) if isinstance(told, dict) else _session(answer, "", "", "190")
    scopes = dig(found, "scopes")
    if isinstance(scopes, list) and "ads_read" not in scopes:
        return verdict(Cause.SCOPE_MISSING, code="scopes", message=", ".join(map(str, scopes)))
    return common_diagnosis(answer)


def _closed(answer: Answer) -> Diagnosis | None:
    """An ad account that describes itself as closed: a good answer with bad news. Lists of accounts are no news."""
    status = dig(answer.json, "account_status")
    if answer.stage is Stage.API and isinstance(status, int) and status in CLOSED:
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, code=f"account_status {status}", message="The ad account is not active."
        )
    return None


def _regain(answer: Answer) -> float | None:
    """Seconds until calls are allowed again, the longest of those that Meta states; there is no Retry-After.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting: minutes for a business use case, seconds for
    an ad account.
    """
    usage, account = (_header(answer, name) for name in ("x-business-use-case-usage", "x-ad-account-usage"))
    minutes = [
        dig_number(one, "estimated_time_to_regain_access")
        for entries in (usage.values() if isinstance(usage, dict) else ())
        for one in (entries if isinstance(entries, list) else ())
    ]
    waits = [one * 60.0 for one in minutes if one is not None]
    spent, reset = dig_number(account, "acc_id_util_pct"), dig_number(account, "reset_time_duration")
    if spent is not None and reset is not None and spent >= FULL_PERCENT:
        waits.append(reset)
    longest = max(waits, default=0.0)
    return min(longest, 86_400.0) if longest > 0 else retry_after(answer)


def _header(answer: Answer, name: str) -> object:
    try:
        return json.loads(answer.headers.get(name, "{}"))
    except (ValueError, RecursionError):
        return {}
