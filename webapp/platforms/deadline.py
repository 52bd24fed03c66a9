"""An end to every exchange: a peer that sends one byte a second never lets a socket's own timeout fire.

One thread looks once a second at what is under way and shuts the sockets whose time is over; whoever reads from them
then gets an error at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from time import monotonic, sleep

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

LOOK_SECONDS = 1.0


class Exchange:
    """One request with its answer; `is_over` once its time ran out."""

    def __init__(self, seconds: float) -> None:
        self._ends = monotonic() + seconds
        self.connection: HTTPConnection | None = None

    @property
    def is_over(self) -> bool:
        return monotonic() >= self._ends

    def cut(self) -> None:
        sock = self.connection.sock if self.connection is not None else None
        if isinstance(sock, socket.socket):
            with suppress(OSError):
                # Past TLS, which would want to say goodbye first.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Watch:
    def __init__(self) -> None:
        self._under_way: set[Exchange] = set()
        self._changed = threading.Condition()
        self._here = threading.local()
        threading.Thread(target=self._look, name="deadlines", daemon=True).start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[Exchange]:
        exchange = self._here.exchange = Exchange(seconds)
        with self._changed:
            self._under_way.add(exchange)
            self._changed.notify()
        try:
            yield exchange
        finally:
            self._here.exchange = None
            with self._changed:
                self._under_way.discard(exchange)

    def uses(self, connection: HTTPConnection) -> None:
        exchange: Exchange | None = getattr(self._here, "exchange", None)
        if exchange is not None:
            exchange.connection = connection

    def _look(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._under_way)
                over = [one for one in self._under_way if one.is_over]
            for exchange in over:
                exchange.cut()
            sleep(LOOK_SECONDS)


@cache
def watch() -> _Watch:
    """The one watch of this process, begun with its first exchange."""
    return _Watch()


class _Plain(HTTPConnection):
    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        watch().uses(self)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _Secure(HTTPSConnection):
    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        watch().uses(self)
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure
