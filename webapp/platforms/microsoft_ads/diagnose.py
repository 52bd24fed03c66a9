"""What Microsoft's answers mean: the sign-in's own numbers (entra.py), the Advertising API's codes, then the status.

Sources: learn.microsoft.com/advertising/guides/operation-error-codes and handle-service-errors-exceptions. The status
says little: SOAP answers 500 to every fault, the JSON endpoints 400, 401 or 500 with the same codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs

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
from webapp.platforms.microsoft_ads.entra import entra_diagnosis
from webapp.platforms.oauth_words import TOKEN_STAGES, callback_diagnosis
from webapp.platforms.phrases import OUR_APP, in_words, last_words, words_of
from webapp.platforms.unpack import unpacked

MANAGE = "msads.manage"
ZIP = b"PK\x03\x04"
# A report that the service no longer knows: the window starts over with a new one.
LOST_REPORT = "lost_report"
ENVELOPES = ("Errors", "OperationErrors", "BatchErrors", "ApiErrors")
WRONG_KIND = {
    "120": "Microsoft merged this login into another one: sign in with the primary login.",
    "122": "This is a personal Microsoft account; sign in with the work account.",
    "123": "This is a work account; sign in with the personal Microsoft account.",
    "124": "This personal account was moved: sign in with the work account.",
    "125": "Your organisation asks for the work account.",
}
ACCOUNT = re.compile(
    r"UserIsNotAuthorized|AccountNotAuthorized|InvalidAccount$|Account(Is)?(Inactive|NotActive|Suspended)"
    r"|CustomerIsNotActive|NoAccess", re.I,
)  # fmt: skip
BUSY = re.compile(r"RateExceed|OverLimit$|NoMoreCallsPermitted|Throttl|TooManyRequests|QuotaExceeded", re.I)
DOWN = re.compile(r"InternalError|Timeout|Unavailable|TryAgain|TransientError", re.I)
LOST = re.compile(r"InvalidReport(Request)?Id|ReportRequestIdNot|ReportNotFound", re.I)
WAITS = {"117": 60.0, "207": 60.0, "4204": 900.0}
_SOAP = re.compile(r"<(?:\w+:)?Code>\s*(\d{1,7})\s*</(?:\w+:)?Code>(.*?)(?=<(?:\w+:)?Code>\s*\d|\Z)", re.S)
_SYMBOL = re.compile(r"<(?:\w+:)?ErrorCode>\s*(\w{1,80})\s*<")
_MESSAGE = re.compile(r"<(?:\w+:)?Message>\s*([^<]{1,600})")
_PRINTED = re.compile(r"""\b(Code|ErrorCode|Message)['"]?\s*(?:=>?|:)\s*['"]?([^'"\n}<]{1,600})""")
_BLOB = re.compile(r"<Error>\s*<Code>(\w+)</Code>")


def diagnose(answer: Answer) -> Diagnosis | None:
    """None for a good answer."""
    answer = unpacked(answer)
    if answer.stage is Stage.AUTHORIZE_CALLBACK:
        return _callback(answer)
    if answer.failure is not None:
        return common_diagnosis(answer)
    if answer.stage in TOKEN_STAGES or isinstance(dig(answer.json, "error"), str):
        return _token(answer)
    if answer.status == 200 and answer.body.startswith(ZIP):
        return None
    found = _coded(answer) or _blob(answer)
    if found is not None:
        return found
    if "Invalid client data" in answer.text[:600]:
        # The wrapper of every fault; without what it wraps it says nothing, and asking again changes nothing.
        return verdict(
            Cause.UNKNOWN, certainty=Certainty.AMBIGUOUS, code="fault", message=answer.text[:600],
            candidates=(Cause.ACCOUNT_UNAVAILABLE, Cause.ACCESS_REVOKED, Cause.BAD_REQUEST),
        )  # fmt: skip
    return common_diagnosis(answer) or _status(answer)


def _callback(answer: Answer) -> Diagnosis | None:
    query = parse_qs(answer.text[:20_000].partition("#")[0].lstrip("?"))
    word, said = (query.get(name, [""])[0] for name in ("error", "error_description"))
    if "AADSTS" in said:
        return entra_diagnosis(answer, word, said) or callback_diagnosis(answer)
    return callback_diagnosis(answer)


def _token(answer: Answer) -> Diagnosis | None:
    word, said = dig_text(answer.json, "error"), dig_text(answer.json, "error_description")
    if word or said:
        # Never the status first: a 503 with an AADSTS number in it says more than 503.
        return entra_diagnosis(answer, word, said or word) or common_diagnosis(answer) or last_words(answer, code=word)
    found = common_diagnosis(answer)
    if found is None and answer.status == 200 and isinstance(dig(answer.json, "access_token"), str):
        scope = dig_text(answer.json, "scope")
        if answer.stage is Stage.TOKEN_EXCHANGE and scope and MANAGE not in scope:
            return verdict(Cause.SCOPE_MISSING, code="scope", message=f"Granted: {scope}")
        return None
    return found or last_words(answer)


def _coded(answer: Answer) -> Diagnosis | None:
    """The API's own codes; the first one that says who must act decides."""
    listed = list(_errors(answer))
    for code, symbol, message in listed:
        found = _by_code(code, symbol, message, answer)
        if found is not None:
            return found
    if listed:
        code, symbol, message = listed[0]
        return in_words(answer, f"{code} {symbol}".strip(), message) or verdict(
            Cause.BAD_REQUEST, fault=Fault.OURS, code=symbol or code, message=message,
            evidence=("Microsoft refuses the question, not the permission.",),
        )  # fmt: skip
    return None


def _by_code(code: str, symbol: str, message: str, answer: Answer) -> Diagnosis | None:
    name = f"{code} {symbol}".strip()
    if OUR_APP.search(words_of(f"{symbol} {message}")):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=name, message=message)
    if code == "109" or "TokenExpired" in symbol:
        return verdict(Cause.TOKEN_EXPIRED, transient=True, code=name, message=message)
    if code == "105" or symbol == "InvalidCredentials":
        return verdict(
            Cause.ACCESS_REVOKED, certainty=Certainty.LIKELY, candidates=(Cause.ACCOUNT_UNAVAILABLE,), code=name,
            message=message,
        )  # fmt: skip
    if code == "108" or "Compromised" in symbol:
        return verdict(Cause.SECURITY_POLICY, code=name, message=message)
    if code in WRONG_KIND or re.search(r"(Personal|Work)Identity", symbol):
        # Only another sign-in helps here, so Reconnect is offered although the account is what is out of reach.
        words = WRONG_KIND.get(code, message)
        return verdict(
            Cause.ACCOUNT_UNAVAILABLE, remedy=Remedy.RECONNECT, code=name, message=message, evidence=(words,)
        )
    if code == "2004" or "NoCompleteData" in symbol:
        return verdict(Cause.BAD_REQUEST, transient=True, code=name, message=message)
    if code in ("117", "4204") or BUSY.search(symbol):
        wait = WAITS.get(code) or retry_after(answer)
        return verdict(Cause.RATE_LIMITED, transient=True, code=name, message=message, retry_after=wait)
    if code in ("106", "2003") or ACCOUNT.search(symbol):
        return verdict(Cause.ACCOUNT_UNAVAILABLE, code=name, message=message)
    if LOST.search(symbol):
        return verdict(Cause.BAD_REQUEST, transient=True, code=LOST_REPORT, message=message)
    if code == "0" or DOWN.search(symbol):
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=name, message=message)
    return None


def _errors(answer: Answer) -> Iterator[tuple[str, str, str]]:
    """(code, symbol, message) of every error in the answer, JSON or SOAP, also one wrapped in a fault."""
    body = answer.json
    for outer in _wrapped(body):
        for name in ENVELOPES:
            for one in _listed(dig(outer, name)):
                yield dig_text(one, "Code"), dig_text(one, "ErrorCode"), dig_text(one, "Message")
    if body is None and answer.status != 200:
        yield from _spelled_out(answer.text[:50_000])
        for found in _SOAP.finditer(answer.text[:50_000]):
            symbol, message = _SYMBOL.search(found.group(2)), _MESSAGE.search(found.group(2))
            yield found.group(1), symbol.group(1) if symbol else "", message.group(1) if message else ""


def _listed(found: object, levels: int = 3) -> Iterator[object]:
    """One error or several, bare or under the name of their kind, as SOAP becomes JSON."""
    if isinstance(found, dict) and ("Code" in found or "ErrorCode" in found):
        yield found
    elif isinstance(found, dict | list) and levels:
        for one in found.values() if isinstance(found, dict) else found:
            yield from _listed(one, levels - 1)


def _spelled_out(text: str) -> Iterator[tuple[str, str, str]]:
    """A fault as a client library prints it: `Code = "106" ErrorCode = "..." Message = "..."`."""
    one: dict[str, str] = {}
    for name, value in _PRINTED.findall(text):
        if name == "Code" and one:
            yield one.get("Code", ""), one.get("ErrorCode", ""), one.get("Message", "")
            one = {}
        one[name] = value.strip()
    if "Code" in one or "ErrorCode" in one:
        yield one.get("Code", ""), one.get("ErrorCode", ""), one.get("Message", "")


def _wrapped(body: object, levels: int = 3) -> Iterator[object]:
    """The body and every object in it that lies in objects only: a fault is told bare or inside what names its kind."""
    if isinstance(body, dict) and levels:
        yield body
        for inner in body.values():
            yield from _wrapped(inner, levels - 1)


def _blob(answer: Answer) -> Diagnosis | None:
    """The store that finished reports are fetched from: an address that ran out, or a report that is gone."""
    found = _BLOB.search(answer.text[:2000]) if answer.status in (400, 403, 404) else None
    if found is None:
        return None
    return verdict(Cause.BAD_REQUEST, transient=True, code=LOST_REPORT, message=found.group(1))


def _status(answer: Answer) -> Diagnosis | None:
    if answer.status == 200:
        return None
    code, message = str(answer.status), answer.text[:300]
    if answer.status == 401:
        # Usually just the hour that an access token lives; the renewal decides.
        return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)
    if answer.status in (404, 405, 410):
        return verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=code, message=message)
    return last_words(answer, code=code, message=message)
