"""The words OAuth itself has for errors (RFC 6749 §4.1.2.1, §5.2), which mean the same on every platform."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from webapp.platforms.answer import Answer, Stage, dig, dig_text
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Fault, verdict
from webapp.platforms.phrases import OUR_APP, app_refused, last_words, words_of

TOKEN_STAGES = frozenset({Stage.TOKEN_EXCHANGE, Stage.TOKEN_REFRESH, Stage.TOKEN_MINT})
OURS = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "deleted_client",
        "disabled_client",
        "invalid_request",
        "invalid_scope",
        "unsupported_grant_type",
        "unsupported_response_type",
        "unsupported_grant",
        "invalid_client_id",
        "invalid_client_secret",
        "client_not_found",
        "app_not_found",
        "redirect_uri_mismatch",
        "invalid_redirect_uri",
        "disallowed_useragent",
        # Google: our project is closed to everybody outside our own organisation.
        "org_internal",
    }
)
DOWN = frozenset(
    {"server_error", "temporarily_unavailable", "internal_failure", "internal_error", "service_unavailable", "timeout"}
)
BUSY = frozenset({"rate_limit", "rate_limited", "rate_limit_exceeded", "slow_down", "too_many_requests", "throttled"})
ADMIN = frozenset({"admin_policy_enforced", "access_not_configured"})
AGED = frozenset({"invalid_token", "expired_token", "token_expired"})
# What a page may hold that a platform shows instead of coming back, which it then names in its title or small print.
ON_A_PAGE = (*sorted(OURS), *sorted(ADMIN), "server_error", "temporarily_unavailable", "access_denied")
REFUSED_BY_PERSON = re.compile(r"access_denied|denied|cancell?ed|cancel|declined|consent_required")


def callback_diagnosis(answer: Answer) -> Diagnosis | None:
    """What the parameters of the way back mean; the body is the query string. None when no error is in it.

    An error that the platform showed instead of coming back, as a page or as data, is read by its words.
    """
    text = answer.text[:20_000].strip()
    if text[:1] in ("<", "{", "["):
        return _shown(answer)
    query = parse_qs(_parameters(text), max_num_fields=None)
    word = _first(query, "error", "error_code", "error_reason")
    message = _first(query, "error_description", "error_message") or word
    if not word and not message:
        return None if query.get("code") or query.get("auth_code") else last_words(answer)
    return _told(answer, word, message)


def _told(answer: Answer, word: str, message: str) -> Diagnosis:
    found = oauth_word(answer, word, message)
    if found is not None:
        return found
    if OUR_APP.search(words_of(message)):
        return app_refused(word, message)
    if REFUSED_BY_PERSON.search(spelled(word)):
        return verdict(
            Cause.SCOPE_MISSING, code=word, message=message, evidence=("Permission was not given on the consent page.",)
        )
    return last_words(answer, code=word, message=message)


def _shown(answer: Answer) -> Diagnosis:
    error = dig(answer.json, "error")
    word = dig_text(error, "code") if isinstance(error, dict) else dig_text(answer.json, "error")
    said = dig_text(error, "message") or dig_text(answer.json, "error_description") or dig_text(answer.json, "message")
    if word:
        return _told(answer, word, said or word)
    page = answer.text[:20_000].lower()
    word = next((one for one in ON_A_PAGE if one in page), "")
    return _told(answer, word, said or answer.text[:20_000]) if word else last_words(answer, message=said)


def _parameters(text: str) -> str:
    """The query of an address or what is left of one; some platforms put it behind the number sign."""
    address, _, behind = text.partition("?")
    query, _, fragment = (text if "=" in address else behind or text).partition("#")
    return query if "=" in query else fragment


def _first(query: dict[str, list[str]], *names: str) -> str:
    return next((query[name][0] for name in names if name in query), "")


def spelled(word: str) -> str:
    """`InvalidClient`, `INVALID-CLIENT` and `invalid client` are one word."""
    return words_of(word).lower().replace(" ", "_")


def oauth_word(answer: Answer, word: str = "", message: str = "") -> Diagnosis | None:
    """What an OAuth error word means where no platform says otherwise; None for those only the platform can tell."""
    word = word or dig_text(answer.json, "error")
    code, word = word, spelled(word)
    message = message or dig_text(answer.json, "error_description") or code
    if word == "invalid_grant" and answer.stage is Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.BAD_REQUEST,
            code=code,
            message=message,
            evidence=("The one-time code was used before, or came too late.",),
        )
    if word in OURS:
        return verdict(
            Cause.BAD_REQUEST,
            fault=Fault.OURS,
            code=code,
            message=message,
            evidence=("The platform refuses our app, not this permission.",),
        )
    if word in ADMIN:
        return verdict(
            Cause.SECURITY_POLICY,
            code=code,
            message=message,
            evidence=("An administrator does not allow this app.",),
        )
    if word == "insufficient_scope":
        return verdict(Cause.SCOPE_MISSING, code=code, message=message)
    if word in AGED and answer.stage not in TOKEN_STAGES:
        # The life of an access token is over, or it is refused for a reason not given; the renewal decides.
        return verdict(Cause.TOKEN_EXPIRED, transient=True, certainty=Certainty.LIKELY, code=code, message=message)
    if word in DOWN:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=code, message=message)
    if word in BUSY:
        return verdict(Cause.RATE_LIMITED, transient=True, code=code, message=message)
    return None
