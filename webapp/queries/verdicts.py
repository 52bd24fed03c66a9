"""What an answer that somebody noted down means: one JSON line in, one JSON line out, whatever the line holds."""

from __future__ import annotations

import json

from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage, dig, dig_text
from webapp.platforms.diagnosis import (
    Cause,
    Certainty,
    Diagnosis,
    Fault,
    Remedy,
    unknown,
)

GOOD = Diagnosis(
    cause=Cause.UNKNOWN, remedy=Remedy.NONE, transient=False, fault=Fault.PLATFORM, certainty=Certainty.SURE
)
NOT_READABLE = Answer(Stage.API, 0)


def verdict_line(line: bytes) -> str:
    """The verdict on `{platform, stage, http_status, headers, body}` as JSON.

    Malformed input, and platforms and stages nobody knows, are `unknown`, `wait`, `platform`, `ambiguous`. An answer
    that is no trouble at all has the remedy `none`.
    """
    return json.dumps(_as_json(_verdict(line)))


def _verdict(line: bytes) -> Diagnosis:
    try:
        asked = json.loads(line)
        stage = Stage(dig_text(asked, "stage"))
        platform = registry()[dig_text(asked, "platform")]
    except (ValueError, KeyError, RecursionError):
        return unknown(NOT_READABLE, code="unreadable", message="Not an answer of a platform we know.")
    status = dig(asked, "http_status")
    answer = Answer(
        stage,
        status if isinstance(status, int) and not isinstance(status, bool) and 0 <= status <= 999 else 0,
        _headers(dig(asked, "headers")),
        _body(dig(asked, "body")),
    )
    return platform.diagnose(answer) or GOOD


def _headers(found: object) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _body(found: object) -> bytes:
    text = "" if found is None else found if isinstance(found, str) else json.dumps(found)
    return text.encode("utf-8", "surrogatepass")


def _as_json(diagnosis: Diagnosis) -> dict[str, object]:
    return {
        "cause": diagnosis.cause,
        "remedy": diagnosis.remedy,
        "transient": diagnosis.transient,
        "fault": diagnosis.fault,
        "certainty": diagnosis.certainty,
        "candidates": list(diagnosis.candidates),
        "retry_after": diagnosis.retry_after,
        "code": diagnosis.code,
        "message": diagnosis.message,
    }
