"""The unchanged poll: what every open page asks every few seconds, answered before Flask makes a request of it.

One signature, one row. Whatever is not exactly that, a session that is over or anything changed, goes on to the app.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData
from werkzeug.http import parse_cookie

from webapp.lifecycle.runtime import Runtime
from webapp.queries.poll import all_unchanged_since, unchanged_since
from webapp.views.web import headers_of_ours

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALL = "/workspaces/board"
PATHS = ("/integrations/board", "/overview/figures", "/pulse", ALL)


def init_app(app: Flask) -> None:
    app.wsgi_app = _Polls(app)  # type: ignore[method-assign]


class _Polls:
    def __init__(self, app: Flask) -> None:
        self._next: WSGIApplication = app.wsgi_app
        self._runtime: Runtime = app.extensions["runtime"]
        self._cookie: str = app.config["SESSION_COOKIE_NAME"]
        self._session_life = app.permanent_session_lifetime.total_seconds()
        self._sessions = SecureCookieSessionInterface().get_signing_serializer(app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in PATHS or environ["REQUEST_METHOD"] != "GET" or not self._is_unchanged(environ):
            return self._next(environ, start_response)
        start_response("204 NO CONTENT", list(headers_of_ours(secure=environ["wsgi.url_scheme"] == "https")))
        return ()

    def _is_unchanged(self, environ: WSGIEnvironment) -> bool:
        identity = self._identity(parse_cookie(environ).get(self._cookie, ""))
        seen = parse_qs(environ.get("QUERY_STRING", "")).get("seen", [""])[0]
        unchanged = all_unchanged_since if environ["PATH_INFO"] == ALL else unchanged_since
        return identity is not None and unchanged(self._runtime.database, identity, seen=seen, now=self._runtime.now())

    def _identity(self, cookie: str) -> tuple[str, str, str] | None:
        """Person, epoch and workspace as the signed cookie has them; whether they still hold, the one row says."""
        assert self._sessions is not None
        try:
            session = self._sessions.loads(cookie, max_age=int(self._session_life))
        except BadData:
            return None
        person_id, _, epoch = str(session.get("_user_id", "")).partition(".")
        workspace = session.get("workspace")
        return (person_id, epoch, workspace) if person_id and epoch and workspace else None
