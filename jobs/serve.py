"""Web and jobs in one process, until a signal: then nothing new is begun and what runs is let end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from jobs.engines import engine_of
from jobs.inprocess import DRAIN_SECONDS
from jobs.stop import set_when_stopped
from jobs.web_server import stop, web_server
from webapp.lifecycle.runtime import Runtime

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FLUSH_SECONDS = 0.2


class Neighbour(Protocol):
    """A process beside ours that ends with us."""

    def stop(self) -> None: ...


def serve(app: Flask, *, stand_ins: Neighbour | None, ready: Callable[[], None]) -> int:
    """Serve until SIGINT or SIGTERM; pages and renewals under way commit first. Returns the exit code.

    waitress would end its threads at once on a signal, so it runs in a thread of its own and hears of none.
    """
    runtime: Runtime = app.extensions["runtime"]
    settings, requests = runtime.settings, _Requests(app)
    with set_when_stopped(runtime.stopping):
        server = web_server(requests, host=settings.host, port=settings.port)
        threading.Thread(target=server.run, name="web", daemon=True).start()
        engine = engine_of(app)
        engine.start()
        try:
            with app.app_context():
                ready()
            runtime.stopping.wait()
        finally:
            until = time.monotonic() + DRAIN_SECONDS
            engine.stop()
            # Requests renew permissions and trade codes for them, which is waited for as long as a job's renewal is.
            requests.wait_until_idle(max(0.0, until - time.monotonic()))
            stop(server)
            if stand_ins is not None:
                stand_ins.stop()
    return 0


class _Requests:
    """The app, and how many of its answers are being made right now."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._running = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._changed:
            self._running += 1
        try:
            return self._app(environ, start_response)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0, timeout=seconds)
        # What was answered last still has to leave the server's buffers.
        time.sleep(FLUSH_SECONDS)
