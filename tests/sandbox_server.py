"""The sandbox in this process, over real HTTP and SMTP, with words to act on it."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import urllib3
import waitress
from waitress import wasyncore
from werkzeug.wrappers import Request, Response

from sandbox import inbox
from sandbox.app import make_app
from sandbox.standins import standins
from sandbox.switches import turn
from sandbox.world import World
from tests.e2e.world import BEGIN, free_port

# What a test does between the making of an answer and its sending: wait, meddle, or send another one.
Between = Callable[[Response], Response]
RENEWALS = ("refresh_token", "fb_exchange_token", "urn:ietf:params:oauth:grant-type:token-exchange")
ROTATIONS = ("rotation_strict", "rotation_grace")


def untouched(answer: Response) -> Response:
    return answer


class SandboxServer:
    def __init__(self, folder: Path, threads: int = 6) -> None:
        self.clock_offset_file = folder / "clock_offset"
        self.world = World(None, self.clock_offset_file)
        self.world.begin_at(BEGIN)
        self.asked: list[str] = []
        # What to answer instead, for a request one knows by its words; None lets it through.
        self.instead: Callable[[str], Response | None] = lambda _asked: None
        self.on_renewal: Between = untouched
        self.on_data: Between = untouched
        self._server = waitress.create_server(
            self._noting(make_app(self.world)), host="127.0.0.1", port=0, threads=threads
        )
        self.url = f"http://127.0.0.1:{self._server.effective_port}"
        self.smtp_port = free_port()
        self._catcher = inbox.start(self.world, host="127.0.0.1", port=self.smtp_port)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        # In the loop's own thread, kept-alive connections too: else it lives on until they time out.
        # A loop that was awake may have closed everything, the trigger too, before it is pulled.
        with suppress(OSError):
            self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._server._map))
        self._catcher.stop(no_assert=True)
        self._thread.join(timeout=5)

    def _noting(self, app):
        """Every request as it came in, so that a proof can tell which ones came twice."""

        def noted(environ, start_response):
            request = Request(environ)
            asked = f"{request.method} {request.full_path} {request.get_data(cache=True).decode()}"
            self.asked.append(asked)
            environ["wsgi.input"] = io.BytesIO(request.get_data())
            answer = self.instead(asked) or Response.from_app(app, environ, buffered=True)
            return self._between(request)(answer)(environ, start_response)

        return noted

    def _between(self, request: Request) -> Between:
        if {**request.args, **request.form}.get("grant_type") in RENEWALS:
            return self.on_renewal
        return self.on_data if "Authorization" in request.headers else untouched

    def approve(self, url: str, person: str = "ana@aurora.test") -> dict[str, str]:
        """Go to a consent page, approve everything as `person`; the parameters of the way back."""
        reply = urllib3.request("GET", url, headers={"X-Sandbox-Approve": person}, redirect=False, retries=False)
        assert reply.status == 302, reply.data
        return dict(parse_qsl(urlsplit(reply.headers["location"]).query))

    def switch(self, platform: str, name: str, on: bool = True, account: str | None = None) -> None:
        turn(self.world, platform, account, name, on)

    def rotates(self, slug: str, rotation: str | None) -> None:
        """What becomes of a used refresh token: what this switch says, or with None what the platform itself does."""
        for name in ROTATIONS:
            self.switch(slug, name, on=name == rotation)

    def advance(self, **units: float) -> None:
        sizes = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
        self.world.advance(sum(number * sizes[unit] for unit, number in units.items()))

    def truth(self, slug: str, account: str, stream: str) -> set[tuple[str, str, int]]:
        return {
            (str(one["id"]), str(one["day"]), int(str(one["amount_micros"])))
            for one in standins()[slug].ledger(self.world)[account][stream]
        }

    def letters(self) -> list[dict[str, str]]:
        return list(self.world.data["inbox"])
