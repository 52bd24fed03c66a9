"""waitress as we run it: so many threads, and a connection kept open after an answer without a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import waitress
from waitress.channel import HTTPChannel
from waitress.task import WSGITask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 8


class Dispatcher(Protocol):
    def shutdown(self) -> object: ...


class WebServer(Protocol):
    task_dispatcher: Dispatcher

    def run(self) -> None: ...

    def close(self) -> None: ...


def web_server(app: WSGIApplication, *, host: str, port: int) -> WebServer:
    """Listening, not yet serving: `run()` serves until `close()`."""
    HTTPChannel.task_class = _Task
    server: WebServer = waitress.create_server(app, host=host, port=port, threads=THREADS, ident="shopimize")
    return server


def stop(server: WebServer) -> None:
    """Let go of the sockets once no thread writes to them any more (5 s at most): a browser may just have asked."""
    server.task_dispatcher.shutdown()
    server.close()


class _Task(WSGITask):  # type: ignore[misc]
    """One request.

    waitress 3.0 hangs up after every answer that has no Content-Length, so also after a 204, which must not have one
    (RFC 9110, 8.6). Every unchanged poll would cost a browser a new connection.
    """

    def set_close_on_finish(self) -> None:
        asked = self.request.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.has_body or asked:
            super().set_close_on_finish()
