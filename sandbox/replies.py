"""Answers as the platforms give them."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response


def json_reply(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body), status, headers, mimetype="application/json")
