"""What came back from a platform: one HTTP answer, or the way in which none came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

MAX_DEPTH = 60


class Stage(StrEnum):
    """Where in our dealings with a platform an answer arrived."""

    AUTHORIZE_CALLBACK = "authorize_callback"
    TOKEN_EXCHANGE = "token_exchange"
    TOKEN_REFRESH = "token_refresh"
    TOKEN_MINT = "token_mint"
    TOKEN_INSPECT = "token_inspect"
    IDENTITY_CHECK = "identity_check"
    API = "api"


class Failure(StrEnum):
    """Why no usable answer came. UNREACHABLE means that nothing was sent; after all others it may have arrived."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    CUT_SHORT = "cut_short"


@dataclass(frozen=True)
class Answer:
    """One answer; `status` is 0 and `failure` set when none came. Header names are lower-case."""

    stage: Stage
    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""
    failure: Failure | None = None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def json(self) -> object | None:
        """The decoded body; None when it is not JSON, or nested deeper than any honest answer is."""
        if self.body.count(b"[") + self.body.count(b"{") > MAX_DEPTH and _depth(self.body) > MAX_DEPTH:
            return None
        try:
            decoded: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return decoded

    @property
    def may_have_acted(self) -> bool:
        """Of an answer that is no use: whether the platform may have done what we asked all the same.

        Only a whole answer that says no, and a platform that was never reached, leave no doubt.
        """
        if self.failure is not None:
            return self.failure is not Failure.UNREACHABLE
        return self.status >= 500 or 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        kind = self.headers.get("content-type", "")
        return "html" in kind or self.body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))


def dig(value: object, *path: str | int) -> object:
    """Walk into decoded JSON: `dig(body, "error", "code")`. None as soon as a step is not there."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def dig_text(value: object, *path: str | int) -> str:
    """As `dig`, but always text: the string or number found there, else an empty string."""
    found = dig(value, *path)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for byte in body:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest
