"""A platform's answer as it may be kept and shown: what it says, without anything that could open a door.

Nobody knows every name a platform has for a secret. So values go by their names where those are telling, and by their
looks everywhere: a long run of letters and digits is what a token is, and no sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

BODY_LIMIT = 2_000
HEADER_LIMIT = 200
# What is looked at; cut before it is cleaned, and far beyond what is kept.
READ_LIMIT = 64 * 1024
INSTEAD = "…"
HEADERS = re.compile(
    r"content-(type|length|language)|date|retry-after|server|via|age|www-authenticate|allow|warning|deprecation|sunset"
    r"|x-(ratelimit|rate-limit|app-usage|ad-account-usage|business-use-case-usage|restli|fb-(trace|rev|debug)|pinterest"
    r"|tt-logid|li-uuid|amzn-requestid|amz-request-id|request-id|ms-request-id).*|request-id|ratelimit.*"
)
SECRET_NAME = re.compile(
    r"token|secret|passw|verifier|authorization|assertion|signature|hmac|cookie|session_?key|api_?key|credential|e?mail"
    r"|^(state|nonce|sid|jwt)$", re.I,
)  # fmt: skip
# A request's own number is no secret, and the first thing a platform's support asks for.
TRACE_NAME = re.compile(r"(trace|request|tracking|correlation|log)_?-?id$", re.I)
TRACE = re.compile(r"[\w-]{1,40}")
SENTENCE = re.compile(r"message|description|detail|reason|title|fault|error$", re.I)
# Longer than any word: also inside a sentence, an address, a file name. One with a digit in it is no word at all.
RUN = re.compile(r"[\w.~+/=|-]{20,}")
LONGEST_WORD = 40
NAMED = re.compile(
    r"(?i)((?:token|secret|password|passwd|verifier|assertion|hmac|signature|authorization|cookie)"
    r"[\"']?\s*[=:]\s*[\"']?)(?!\s)[^\s\"',;&}<]{6,}"
)
ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
# Bounded, or a long run of letters would be looked through once for each of them.
CONTACT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}")
BEARER = re.compile(r"(?i)(bearer\s+)[^\s\"']+")


def redacted(body: bytes) -> str:
    """The opening of a body, as JSON where it is some, 2 000 characters at most."""
    text = body[:READ_LIMIT].decode("utf-8", "replace")
    try:
        text = json.dumps(_clean(json.loads(text), ""), ensure_ascii=False)
    except (ValueError, RecursionError):
        text = _plain(text)
    text = text.encode("utf-8", "replace").decode().replace("\0", "?")
    return text if len(text) <= BODY_LIMIT else f"{text[: BODY_LIMIT - 1]}{INSTEAD}"


def redacted_query(text: str) -> str:
    """The parameters on the way back from a consent page: only what went wrong, never a code or a state."""
    kept = {name: _plain(value) for name, value in parse_qsl(text.lstrip("?")) if name.startswith("error")}
    return json.dumps(kept, ensure_ascii=False)[:BODY_LIMIT]


def redacted_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that say when, how fast and by whom; every other may carry a secret and is left out."""
    return {
        name: (value if TRACE.fullmatch(value) else _plain(value[:READ_LIMIT]))[:HEADER_LIMIT]
        for name, value in headers.items()
        if HEADERS.fullmatch(name)
    }


def _clean(value: object, name: str) -> object:
    if isinstance(value, dict):
        return {_plain(str(key))[:80]: _clean(one, str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, name) for one in value]
    if not isinstance(value, str):
        # A number of seconds or a code; twenty digits and more are an account's, or worse.
        return INSTEAD if SECRET_NAME.search(name) and isinstance(value, int) and value > 10**6 else value
    if TRACE_NAME.search(name) and TRACE.fullmatch(value):
        return value
    if SECRET_NAME.search(name) and not SENTENCE.search(name) and value:
        return INSTEAD
    return _plain(value)


def _plain(text: str) -> str:
    text = ADDRESS.sub(lambda found: found.group().partition("?")[0], text)
    text = BEARER.sub(rf"\1{INSTEAD}", NAMED.sub(rf"\1{INSTEAD}", text))
    return CONTACT.sub(f"{INSTEAD}@{INSTEAD}", RUN.sub(_unless_a_word, text))


def _unless_a_word(found: re.Match[str]) -> str:
    run = found.group()
    words = len(run) < LONGEST_WORD and not any(letter.isdigit() for letter in run)
    return run if words else INSTEAD
