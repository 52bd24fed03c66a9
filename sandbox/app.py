"""The WSGI app: the first part of a path is a platform's host, everything else is the control page."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from sandbox.consent import consent
from sandbox.control import control
from sandbox.standins import standins
from sandbox.standins.base import Standin
from sandbox.switches import is_on
from sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLOW_SECONDS = 3.0


def make_app(world: World) -> WSGIApplication:
    """The app on one world."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = 5_000_000
        try:
            response = _answer(world, request)
        except HTTPException as error:
            response = Response(error.description, error.code)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", "default-src 'none'; style-src 'self'")
        return response(environ, start_response)

    return app


def _answer(world: World, request: Request) -> Response:
    host, _, rest = request.path.lstrip("/").partition("/")
    standin = next((one for one in standins().values() if one.owns(host)), None)
    if standin is None:
        return control(world, request)
    return _ask(world, standin, request, host, f"/{rest}")


def _ask(world: World, standin: Standin, request: Request, host: str, path: str) -> Response:
    asked = standin.consent_asked(request, host, path)
    if asked is not None:
        return consent(world, standin, request, host, asked)
    if is_on(world, standin.slug, "slow"):
        time.sleep(SLOW_SECONDS)
    if is_on(world, standin.slug, "outage"):
        world.count(standin.slug, "data")
        return standin.outage(request)
    response = standin.answer(world, request, host, path)
    if is_on(world, standin.slug, "garbled") and response.status_code == 200:
        # What a broken proxy does: the right headers, half of the body.
        response.set_data(response.get_data()[: len(response.get_data()) // 2])
    return response
