"""What Microsoft's sign-in says: the AADSTS number, else the suberror, else the OAuth word.

Source: learn.microsoft.com/entra/identity-platform/reference-error-codes. Numbers come in families; only those that say
something else than their family are named here.
"""

from __future__ import annotations

import re

from webapp.platforms.answer import Answer, Stage, dig, dig_text
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Fault, verdict
from webapp.platforms.oauth_words import oauth_word

_NUMBER = re.compile(r"AADSTS(\d{4,8})")
_OURS = "ours"
_DOWN = "down"
_BUSY = "busy"
_CODE = "code"
_NAMED: dict[int, Cause | str] = {
    700082: Cause.TOKEN_EXPIRED, 700084: Cause.TOKEN_EXPIRED, 70008: Cause.TOKEN_EXPIRED,
    50089: Cause.TOKEN_EXPIRED, 70019: Cause.TOKEN_EXPIRED,
    50173: Cause.PASSWORD_CHANGED, 50132: Cause.PASSWORD_CHANGED, 50133: Cause.PASSWORD_CHANGED,
    50055: Cause.PASSWORD_CHANGED, 50144: Cause.PASSWORD_CHANGED,
    65001: Cause.ACCESS_REVOKED, 50013: Cause.ACCESS_REVOKED,
    65004: Cause.SCOPE_MISSING,
    # A second factor, a device, a Conditional Access rule, or an administrator: all have to be met first.
    70043: Cause.SECURITY_POLICY, 70044: Cause.SECURITY_POLICY, 50005: Cause.SECURITY_POLICY,
    50053: Cause.SECURITY_POLICY, 50097: Cause.SECURITY_POLICY, 50105: Cause.SECURITY_POLICY,
    50131: Cause.SECURITY_POLICY, 50155: Cause.SECURITY_POLICY, 50158: Cause.SECURITY_POLICY,
    500121: Cause.SECURITY_POLICY, 500011: Cause.SECURITY_POLICY, 650052: Cause.SECURITY_POLICY,
    650051: Cause.SECURITY_POLICY, 650053: _OURS, 650057: _OURS, 90093: Cause.SECURITY_POLICY,
    90094: Cause.SECURITY_POLICY, 90095: Cause.SECURITY_POLICY, 90097: Cause.SECURITY_POLICY,
    90099: Cause.SECURITY_POLICY, 135011: Cause.SECURITY_POLICY,
    50057: Cause.ACCOUNT_UNAVAILABLE, 50034: Cause.ACCOUNT_UNAVAILABLE, 50020: Cause.ACCOUNT_UNAVAILABLE,
    90002: Cause.ACCOUNT_UNAVAILABLE, 90072: Cause.ACCOUNT_UNAVAILABLE, 51004: Cause.ACCOUNT_UNAVAILABLE,
    50128: Cause.ACCOUNT_UNAVAILABLE,
    54005: _CODE, 70000: _CODE, 50011: _OURS, 50001: _OURS, 65002: _OURS, 65005: _OURS,
    70012: _DOWN, 90006: _DOWN, 90012: _DOWN, 90019: _OURS, 90033: _DOWN, 90036: _DOWN, 50087: _DOWN,
    90024: _DOWN, 90055: _BUSY, 50196: _BUSY,
}  # fmt: skip
_FAMILIES: tuple[tuple[str, Cause | str], ...] = (
    # A refresh token that reached its age; the other seventy thousands are about our app.
    ("70008", Cause.TOKEN_EXPIRED),
    ("53", Cause.SECURITY_POLICY),
    ("5007", Cause.SECURITY_POLICY),
    ("7000", _OURS),
    ("7001", _OURS),
    ("7002", _OURS),
    ("900", _OURS),
    ("901", _OURS),
    ("9002", _OURS),
)
# https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: what may stand beside invalid_grant.
_SUBERRORS = {
    "basic_action": Cause.SECURITY_POLICY, "additional_action": Cause.SECURITY_POLICY,
    "message_only": Cause.SECURITY_POLICY, "protection_policy_required": Cause.SECURITY_POLICY,
    "device_authentication_failed": Cause.SECURITY_POLICY, "consent_required": Cause.ACCESS_REVOKED,
    "user_password_expired": Cause.PASSWORD_CHANGED, "token_expired": Cause.TOKEN_EXPIRED,
}  # fmt: skip
_WORDS = {
    "interaction_required": Cause.SECURITY_POLICY, "consent_required": Cause.ACCESS_REVOKED,
    "login_required": Cause.TOKEN_EXPIRED,
}  # fmt: skip


def entra_diagnosis(answer: Answer, word: str, said: str) -> Diagnosis | None:
    """What a refusal of the sign-in means; None when no rule knows it."""
    number = _number(answer, said)
    meant = _meaning(number) or _SUBERRORS.get(dig_text(answer.json, "suberror")) or _WORDS.get(word)
    code = f"AADSTS{number}" if number else word
    if meant == _OURS:
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=said)
    if meant == _DOWN:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=said)
    if meant == _BUSY:
        return verdict(Cause.RATE_LIMITED, transient=True, code=code, message=said)
    if isinstance(meant, Cause) and not (number == 70008 and answer.stage is Stage.TOKEN_EXCHANGE):
        return _told(meant, number, code, said)
    if word == "invalid_grant" and answer.stage is not Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.AMBIGUOUS, code=code, message=said,
            candidates=(Cause.TOKEN_EXPIRED, Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY),
            evidence=("Microsoft gives this one answer for a changed password, removed consent and 90 days unused.",),
        )  # fmt: skip
    return oauth_word(answer, word, said)


def _told(cause: Cause, number: int, code: str, said: str) -> Diagnosis:
    if number in (50173, 50133):
        return verdict(
            cause, certainty=Certainty.LIKELY, candidates=(Cause.ACCESS_REVOKED,), code=code, message=said,
            evidence=("Microsoft gives one answer for a changed password and for sessions ended by an administrator.",),
        )  # fmt: skip
    if number == 70008:
        return verdict(cause, certainty=Certainty.LIKELY, candidates=(Cause.ACCESS_REVOKED,), code=code, message=said)
    return verdict(cause, code=code, message=said)


def _meaning(number: int) -> Cause | str | None:
    if number in _NAMED:
        return _NAMED[number]
    return next((meant for start, meant in _FAMILIES if str(number).startswith(start)), None)


def _number(answer: Answer, said: str) -> int:
    """The number in the text comes first: `error_codes` may list several, and not in order of weight."""
    found = _NUMBER.search(said)
    if found:
        return int(found.group(1))
    listed = dig(answer.json, "error_codes", 0)
    return listed if isinstance(listed, int) and not isinstance(listed, bool) else 0
