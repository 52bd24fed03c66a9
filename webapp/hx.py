"""What we use of htmx on the server, in one place, so that pages do not depend on one version's headers.

htmx-flask reads htmx 2's headers; version 4 says `HX-Source` and `HX-Request-Type`, which are read here.
"""

from __future__ import annotations

from flask import Flask, Response, make_response, request
from htmx_flask import Htmx

_htmx = Htmx()


def init_app(app: Flask) -> None:
    _htmx.init_app(app)


def is_htmx() -> bool:
    """Whether htmx asks, and so a fragment is wanted rather than a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def go_to(url: str) -> Response:
    """Make the whole page go to `url`; a plain redirect would put the next page inside the fragment's place."""
    response = make_response("", 200)
    response.headers["HX-Redirect"] = url
    return response


def unchanged() -> Response:
    """Nothing shown has changed: htmx swaps nothing."""
    return make_response("", 204)
