"""An answer that lies inside another one: a batch, JSON spelled as a string, or a form where JSON was asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs

from webapp.platforms.answer import Answer, Stage, dig

LONGEST_FORM = 4_000
MOST_PARTS = 100


def unpacked(answer: Answer) -> Answer:
    """The answer that somebody meant to give; the same one when nothing is wrapped around it."""
    first = answer.body[:200].lstrip()[:1]
    if first == b"[":
        return _of_a_batch(answer)
    if first == b'"':
        return replace(answer, body=answer.json.encode("utf-8", "replace")) if isinstance(answer.json, str) else answer
    if answer.stage is not Stage.AUTHORIZE_CALLBACK and first not in b"{<" and len(answer.body) < LONGEST_FORM:
        return _of_a_form(answer)
    return answer


def _of_a_batch(answer: Answer) -> Answer:
    """The first part that failed; each has a status and a body of its own."""
    parts = answer.json if isinstance(answer.json, list) else []
    for part in parts[:MOST_PARTS]:
        code, body = dig(part, "code"), dig(part, "body")
        if isinstance(code, int) and 400 <= code <= 599 and isinstance(body, str):
            return replace(answer, status=code, body=body.encode("utf-8", "replace"))
        if isinstance(dig(part, "error"), dict):
            return replace(answer, body=json.dumps(part).encode())
    return answer


def _of_a_form(answer: Answer) -> Answer:
    query = parse_qs(answer.text.strip().lstrip("?"))
    if "error" not in query:
        return answer
    return replace(answer, body=json.dumps({name: values[0] for name, values in query.items()}).encode())
