"""Load over kept-alive connections of this machine: as many answers as there is time for, every one looked at."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

CONNECTIONS = 4
SILENCE_SECONDS = 20


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Target(NamedTuple):
    """What is asked of one server, as the bytes of one request."""

    port: int
    request: bytes

    @classmethod
    def get(cls, port: int, path: str, headers: dict[str, str]) -> Target:
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return cls(port, "\r\n".join([*lines, "", ""]).encode("ascii"))


def rate(target: Target, is_right: Callable[[Answer], bool], *, requests: int, seconds: float) -> float:
    """Answers a second, until `requests` came back or `seconds` are over. Raises AssertionError on a wrong one."""
    with selectors.DefaultSelector() as waiting:
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", target.port), timeout=SILENCE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(connection, selectors.EVENT_READ)
        try:
            return _rate(waiting, target, is_right, requests=requests, seconds=seconds)
        finally:
            for key in list(waiting.get_map().values()):
                key.fileobj.close()


def _rate(waiting, target, is_right, *, requests, seconds):
    began = time.perf_counter()
    for key in waiting.get_map().values():
        key.fileobj.sendall(target.request)
    answered = 0
    while answered < requests and time.perf_counter() - began < seconds:
        ready = waiting.select(SILENCE_SECONDS)
        assert ready, f"no answer within {SILENCE_SECONDS} s"
        for key, _ in ready:
            found = _answer(key.fileobj)
            assert is_right(found), f"unexpected answer: {found.status} {found.headers} {found.body[:300]!r}"
            answered += 1
            key.fileobj.sendall(target.request)
    return answered / (time.perf_counter() - began)


def _answer(connection: socket.socket) -> Answer:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    wanted = int(headers.get("content-length", 0))
    while len(body) < wanted:
        body += _more(connection)
    return Answer(int(first.split(" ")[1]), headers, body)


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(262_144)
    assert found, "the server hung up"
    return found
