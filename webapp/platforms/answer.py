"""What came back from a platform: one HTTP answer, or the way in which none came."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

import msgspec

MAX_DEPTH = 60
# No error is longer; what is, is data, and data is read by its own shape (`decode`).
LONGEST_WORD = 64 * 1024
OUTLINE_DEPTH = 2
MOST_STATED = 1_000_000_000_000
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_BRACKETS = re.compile(rb"[\[\]{}]")
# Only pairs of backslashes may stand before it: one that is itself escaped is text, and what follows it too.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*+)\\u0000")


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

    @property
    def opening(self) -> str:
        """The first 300 characters."""
        return self.body[:1200].decode("utf-8", "replace")[:300]

    @cached_property
    def json(self) -> object | None:
        """The decoded body; None when it is not JSON, or nested deeper than any honest answer is.

        Of a long body only the outline: its outer members as far as they are short, and None for those that are not.
        """
        try:
            return _outline(self.body, OUTLINE_DEPTH)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            return None

    @cached_property
    def members(self) -> frozenset[str]:
        """The names of an object's outer members, however long they are: a look at a page of data that opens none of
        them. Empty for anything else."""
        try:
            if len(self.body) > LONGEST_WORD:
                return frozenset(_OBJECT.decode(self.body))
        except (RecursionError, msgspec.MsgspecError):
            return frozenset()
        return frozenset(self.json) if isinstance(self.json, dict) else frozenset()

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


def without_nul(body: bytes) -> bytes:
    """JSON without the NULs it spells, in names, ids and currencies alike: PostgreSQL refuses text with one."""
    return _NUL.sub(rb"\1", body) if rb"\u0000" in body else body


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


def dig_number(value: object, *path: str | int) -> float | None:
    """As `dig`, but only a number that can be reckoned with as seconds or points: JSON may hold one of 400 digits."""
    found = dig(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < MOST_STATED:
        return None
    return float(found)


def _outline(body: bytes | msgspec.Raw, levels: int) -> object | None:
    size = memoryview(body).nbytes
    if size <= LONGEST_WORD:
        return _decoded(bytes(body))
    if levels == 0:
        return None
    first = bytes(memoryview(body)[:64]).lstrip()[:1]
    if first == b"{":
        return {name: _outline(value, levels - 1) for name, value in _OBJECT.decode(body).items()}
    # Google answers with a list of answers; any other list is data.
    if first == b"[" and levels == OUTLINE_DEPTH:
        return [_outline(value, levels - 1) for value in _LIST.decode(body)]
    if levels == OUTLINE_DEPTH:
        raise ValueError("neither an object nor a list")
    return None


def _decoded(body: bytes) -> object | None:
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise ValueError("nested too deep")
    decoded: object = json.loads(without_nul(body))
    return decoded


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for bracket in _BRACKETS.findall(body):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
