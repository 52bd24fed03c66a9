"""Text leaves compressed when the browser takes it: pages anew each time, static files once.

A compressed page gives away by its length what it repeats (BREACH). That needs three things in one answer: a secret
that stays the same, text of the attacker's choosing, and requests he can cause in another's name. The only secret in
our pages is the form token, whose signature is another every second; and cookies are SameSite=Lax, so no foreign page
can make a browser fetch a signed-in answer.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

from flask import Flask, Response, request

TEXT = {"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"}
# Below this the headers weigh more than what is saved.
WORTH_BYTES = 512
# From level 4 on a page costs three times the time for a tenth of the bytes; a static file is compressed once.
QUICK, THOROUGH = 3, 9
GZIP = 16 + zlib.MAX_WBITS


def init_app(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TEXT or response.status_code != 200 or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip") or (response.content_length or WORTH_BYTES) < WORTH_BYTES:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    response.set_data(_once(body) if request.endpoint == "static" else _gzip(body, QUICK))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        # The same text in another wrapping: equal enough for a browser to keep what it has.
        response.set_etag(etag, weak=True)
    return response


@lru_cache(64)
def _once(body: bytes) -> bytes:
    return _gzip(body, THOROUGH)


def _gzip(body: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, GZIP)
    return packer.compress(body) + packer.flush()
