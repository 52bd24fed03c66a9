"""A kept-alive connection outlives an answer without a body: a poll costs no browser a new one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from flask import Flask
from waitress import wasyncore

from jobs.web_server import web_server


@pytest.fixture
def connection() -> Iterator[HTTPConnection]:
    app = Flask(__name__)
    app.add_url_rule("/nothing", "nothing", view_func=lambda: ("", 204))
    app.add_url_rule("/something", "something", view_func=lambda: "something")
    server = web_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    connection = HTTPConnection("127.0.0.1", server.effective_port, timeout=10)
    yield connection
    connection.close()
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(timeout=5)


def ask(connection: HTTPConnection, path: str, **headers: str) -> tuple[int, bytes]:
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    return reply.status, reply.read()


def test_the_connection_stays(connection):
    connection.connect()
    ours = connection.sock
    for _ in range(3):
        assert ask(connection, "/nothing") == (204, b"")
        assert ask(connection, "/something") == (200, b"something")
    assert connection.sock is ours


def test_who_asks_for_the_end_gets_it(connection):
    assert ask(connection, "/nothing", Connection="close") == (204, b"")
    assert connection.sock is None
