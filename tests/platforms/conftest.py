"""A platform that says exactly what a test wants it to say, over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.streams import Window
from webapp.platforms.wire import Wire

Reply = object


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


@dataclass(frozen=True)
class OurApp:
    client_id: str = "our-app"
    client_secret: str = "our-secret"
    developer_token: str | None = "our-developer-token"
    service_account: str | None = None


@dataclass
class Canned:
    """Plays `replies` in turn, the last one for ever; a callable gets what was asked and makes the reply."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> object:
        request = Request(environ)
        asked = Asked(request.method, request.full_path.rstrip("?"), dict(request.headers), request.get_data())
        self.asked.append(asked)
        reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
        if callable(reply):
            reply = reply(asked)
        return _response(reply)(environ, start_response)

    def api(self, platform: Platform, *, tenant: str | None = None, patience: int = 1) -> Api:
        return Api(Wire(base_url=self.url), platform, OurApp(), token="token-1", tenant=tenant, patience=patience)


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        return


@pytest.fixture
def canned() -> Iterator[Canned]:
    played = Canned()
    server = make_server("127.0.0.1", 0, played, threaded=True, request_handler=_Quiet)
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def week() -> Window:
    return window_of(date(2026, 11, 1), date(2026, 11, 7), "America/New_York")


def window_of(first: date, last: date, zone: str) -> Window:
    def midnight(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    return Window(first=first, last=last, start=midnight(first), end=midnight(last + timedelta(days=1)))


def _response(reply: Reply) -> Response:
    if isinstance(reply, Response):
        return reply
    status, body = reply if isinstance(reply, tuple) else (200, reply)
    if isinstance(body, bytes):
        return Response(body, status, content_type="application/json")
    return Response(json.dumps(body), status, content_type="application/json")
