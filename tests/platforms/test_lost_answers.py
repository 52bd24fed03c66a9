"""When no usable answer came: may the platform have done what we asked all the same?"""

from __future__ import annotations

import socket
import threading

import pytest

from tests.platforms.test_wire import head, peer
from webapp.platforms import wire
from webapp.platforms.answer import Answer, Failure, Stage
from webapp.platforms.wire import Request, Wire

__all__ = ["peer"]


def asked(url: str) -> Answer:
    request = Request(method="POST", url="https://platform.test/token", body=b"grant_type=refresh_token")
    return Wire(base_url=url).send(request, stage=Stage.TOKEN_REFRESH)


def test_a_platform_that_was_never_reached_has_done_nothing():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    answer = asked(f"http://127.0.0.1:{port}")
    assert (answer.failure, answer.may_have_acted) == (Failure.UNREACHABLE, False)


@pytest.mark.parametrize("said", [b"", head("Content-Length: 90") + b"{", b"SSH-2.0-OpenSSH\r\n"])
def test_a_request_that_left_may_have_been_done(peer, said):
    answer = asked(peer(lambda connection: connection.sendall(said)))
    assert (answer.failure, answer.may_have_acted) == (Failure.CUT_SHORT, True)


def test_nobody_waits_for_a_token_endpoint_as_long_as_for_data(peer, monkeypatch):
    monkeypatch.setattr(wire, "TOKEN_TOTAL_SECONDS", 0.5)
    over = threading.Event()
    answer = asked(peer(lambda _connection: over.wait(20)))
    over.set()
    assert (answer.failure, answer.may_have_acted) == (Failure.TIMEOUT, True)


@pytest.mark.parametrize(("status", "doubt"), [(200, True), (500, True), (503, True), (520, True), (400, False),
                                               (401, False), (403, False), (429, False)])  # fmt: skip
def test_a_whole_answer_that_says_no_leaves_no_doubt(status, doubt):
    assert Answer(Stage.TOKEN_REFRESH, status, {}, b"{}").may_have_acted is doubt
