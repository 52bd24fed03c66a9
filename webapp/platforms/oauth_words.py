"""The words OAuth itself has for errors (RFC 6749 §4.1.2.1, §5.2), which mean the same on every platform."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from webapp.platforms.answer import Answer, Stage, dig_text
from webapp.platforms.diagnosis import Cause, Diagnosis, Fault, unknown, verdict

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
        "redirect_uri_mismatch",
        "invalid_redirect_uri",
        "disallowed_useragent",
        # Google: our project is closed to everybody outside our own organisation.
        "org_internal",
    }
)
DOWN = frozenset({"server_error", "temporarily_unavailable", "internal_failure", "internal_error"})
BUSY = frozenset({"rate_limit", "rate_limited", "rate_limit_exceeded", "slow_down"})
ADMIN = frozenset({"admin_policy_enforced", "access_not_configured"})
# A platform that has not let our app in, or not far enough: nothing that a merchant could approve.
APP_REVIEW = re.compile(
    r"\b(app|application|client|integration)\b.{0,40}\b(not|isn't)\b.{0,20}"
    r"(approved|whitelisted|registered|reviewed|allowed|eligible|enabled)"
    r"|must be (reviewed|approved)|app review|reviewable feature|development (mode|access)"
    r"|apply for .{0,20}(scope|access|permission)",
    re.I,
)


def callback_diagnosis(answer: Answer) -> Diagnosis | None:
    """What the parameters of the way back mean; the body is the query string. None when no error is in it."""
    query = parse_qs(answer.text[:20_000].partition("#")[0].lstrip("?"), max_num_fields=None)
    word = (query.get("error") or query.get("error_code") or [""])[0]
    message = (query.get("error_description") or query.get("error_message") or [word])[0]
    if not word:
        return None if query.get("code") or query.get("auth_code") else unknown(answer)
    if word in ("access_denied", "user_denied", "user_cancelled_login", "user_cancelled_authorize"):
        return verdict(
            Cause.SCOPE_MISSING, code=word, message=message, evidence=("Permission was not given on the consent page.",)
        )
    return oauth_word(answer, word, message) or unknown(answer, code=word, message=message)


def oauth_word(answer: Answer, word: str = "", message: str = "") -> Diagnosis | None:
    """What an OAuth error word means where no platform says otherwise; None for those only the platform can tell."""
    word = word or dig_text(answer.json, "error")
    message = message or dig_text(answer.json, "error_description") or word
    if word == "invalid_grant" and answer.stage is Stage.TOKEN_EXCHANGE:
        return verdict(
            Cause.BAD_REQUEST,
            code=word,
            message=message,
            evidence=("The one-time code was used before, or came too late.",),
        )
    if word in OURS:
        return verdict(
            Cause.BAD_REQUEST,
            fault=Fault.OURS,
            code=word,
            message=message,
            evidence=("The platform refuses our app, not this permission.",),
        )
    if word in ADMIN:
        return verdict(
            Cause.SECURITY_POLICY,
            code=word,
            message=message,
            evidence=("An administrator does not allow this app.",),
        )
    if word in DOWN:
        return verdict(Cause.PLATFORM_DOWN, transient=True, code=word, message=message)
    if word in BUSY:
        return verdict(Cause.RATE_LIMITED, transient=True, code=word, message=message)
    return None
