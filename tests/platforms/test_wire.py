"""Peers that are broken or mean: every one of them gets an answer that says so, in bounded time and memory."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from webapp.platforms.answer import Answer, Failure, Stage
from webapp.platforms.wire import MAX_BODY, Request, Wire

Speak = Callable[[socket.socket], None]
MEGABYTE = 1024 * 1024


@pytest.fixture
def peer() -> Iterator[Callable[[Speak], str]]:
    """Something that listens and then says whatever a test wants, byte for byte."""
    listening: list[socket.socket] = []

    def start(speak: Speak) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    try:
                        speak(connection)
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in listening:
        server.close()


def ask(base: str, *, seconds: float = 30) -> Answer:
    return Wire(base_url=base, total_seconds=seconds).send(Request(url="https://platform.test/x"), stage=Stage.API)


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode()


def drip(text: bytes) -> Speak:
    def speak(connection: socket.socket) -> None:
        for byte in text:
            connection.sendall(bytes([byte]))
            time.sleep(0.2)

    return speak


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 500,
        head("Content-Length: 500") + b"a" * 500,
        head("Transfer-Encoding: chunked") + b"1\r\na\r\n" * 100,
        head("Connection: close") + b"a" * 500,
        head("Content-Encoding: gzip") + gzip.compress(b"a") * 40,
    ],
    ids=["header", "body", "chunked", "no stated end", "gzip"],
)
def test_one_byte_after_the_other_is_not_listened_to_for_ever(peer, text):
    began = time.monotonic()
    answer = ask(peer(drip(text)), seconds=1.5)
    assert answer.failure is Failure.TIMEOUT
    # Each of them would go on for more than half a minute.
    assert time.monotonic() - began < 15


def test_a_body_without_end_is_cut_off_at_the_limit(peer):
    def speak(connection: socket.socket) -> None:
        connection.sendall(head(f"Content-Length: {200 * MEGABYTE}"))
        for _ in range(200):
            connection.sendall(b"x" * MEGABYTE)

    tracemalloc.start()
    answer = ask(peer(speak))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.failure is Failure.TOO_LARGE
    assert peak < 3 * MAX_BODY


def test_a_gzip_bomb_is_not_blown_up(peer):
    bomb = gzip.compress(b"0" * (300 * MEGABYTE))
    assert len(bomb) < MEGABYTE

    def speak(connection: socket.socket) -> None:
        connection.sendall(head("Content-Encoding: gzip", f"Content-Length: {len(bomb)}") + bomb)

    tracemalloc.start()
    answer = ask(peer(speak))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.failure is Failure.TOO_LARGE
    assert peak < 3 * MAX_BODY


def test_one_connection_serves_one_request_after_the_other(peer):
    opened = []

    def speak(connection: socket.socket) -> None:
        opened.append(connection)
        for number in range(3):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + str(number).encode())
            connection.recv(65536)

    url, wire = peer(speak), Wire()
    assert [wire.send(Request(method="GET", url=url), stage=Stage.API).body for _ in range(3)] == [b"0", b"1", b"2"]
    assert len(opened) == 1


def test_a_redirect_is_not_followed(peer):
    asked = []

    def speak(connection: socket.socket) -> None:
        asked.append(1)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")

    assert ask(peer(speak)).failure is Failure.REDIRECTED
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (head("Content-Length: 100") + b"short", Failure.CUT_SHORT),
        (head("Content-Length: -3") + b"x", None),
        (head("Transfer-Encoding: chunked") + b"5\r\nab", Failure.CUT_SHORT),
        (head("Transfer-Encoding: chunked") + b"zz\r\nab\r\n", Failure.CUT_SHORT),
        (head("Content-Encoding: gzip", "Content-Length: 4") + b"nope", Failure.CUT_SHORT),
        (b"SSH-2.0-OpenSSH\r\n", Failure.CUT_SHORT),
        (b"", Failure.CUT_SHORT),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n", Failure.CUT_SHORT),
    ],
    ids=[
        "longer than sent",
        "negative length",
        "broken chunk",
        "nonsense chunk",
        "not gzip",
        "ssh",
        "nothing",
        "header",
    ],
)
def test_broken_answers_are_answers_too(peer, said, failure):
    assert ask(peer(lambda connection: connection.sendall(said))).failure is failure


def test_a_body_nested_500_deep_is_no_data():
    deep = Answer(Stage.API, 200, {}, b'{"a":' * 500 + b"1" + b"}" * 500)
    assert deep.json is None


def test_production_does_not_call_addresses_inside():
    answer = Wire(refuse_private=True).send(Request(url="https://localhost/x"), stage=Stage.API)
    assert answer.failure is Failure.UNREACHABLE
