"""One fresh product with its sandbox, as a merchant's machine would run it, and the words to act on it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import urllib3

from sandbox import world as sandbox_world

ROOT = Path(__file__).parent.parent.parent
# The same for every run: what happens in a sandbox, and which sentence is said, goes by the date.
BEGIN = datetime.fromisoformat(os.environ.get("TESTS_BEGIN", "2026-11-17T09:00:00+00:00"))
http = urllib3.PoolManager(retries=False, timeout=20)
# A day on the calendar of the platform's account is what rows are compared by.
KEY = {
    "orders": "SELECT order_id AS id, day, total_micros AS amount FROM store_order WHERE account_id = ?",
    "refunds": "SELECT refund_id AS id, day, amount_micros AS amount FROM store_refund WHERE account_id = ?",
    "daily_spend": "SELECT campaign_id || ':' || day AS id, day, spend_micros AS amount FROM ad_spend "
    "WHERE account_id = ?",
}


def until(what: Callable[[], object], why: str, *, seconds: float = 45) -> object:
    """Wait for something to become true; the failure says what never did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.15)
    raise AssertionError(f"never happened within {seconds} s: {why}")


def answers(url: str) -> bool:
    """Whether somebody answers there, and means well."""
    with suppress(urllib3.exceptions.HTTPError):
        return http.request("GET", url).status < 400
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Ports = tuple[int, int, int]


def free_ports() -> Ports:
    return free_port(), free_port(), free_port()


class World:
    """`python app.py` in demo mode on free ports, with everything it keeps in a folder of its own."""

    def __init__(self, folder: Path, *, ports: Ports | None = None, **settings: str) -> None:
        self.folder = folder
        self.port, self.sandbox_port, self.smtp_port = ports or free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox = f"http://localhost:{self.sandbox_port}"
        self._settings = settings
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def start(self, *, page: str = "/heartbeat") -> float:
        """Start and wait until `page` answers; how many seconds that took."""
        environ = {
            key: value for key, value in os.environ.items() if not key.endswith(("_CLIENT_ID", "_CLIENT_SECRET"))
        }
        environ |= {
            "ENV": "demo", "PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port),
            "SMTP_PORT": str(self.smtp_port), "INSTANCE": str(self.folder), "POLL_SECONDS": "1", "NOTICE_HOLD": "2",
            "SYNC_INTERVAL": "600", "PYTHONFAULTHANDLER": "1", **self._settings,
        }  # fmt: skip
        state = self.folder / "sandbox.json"
        if not state.exists():
            sandbox = sandbox_world.World()
            sandbox.begin_at(BEGIN)
            state.write_text(json.dumps(sandbox.data))
        began = time.monotonic()
        with (self.folder / "out.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environ, text=True, stdout=log, stderr=subprocess.STDOUT
            )
        until(lambda: self._answers(page), "the app answers", seconds=30)
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            # faulthandler writes down where every thread stands.
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"it does not end:\n{self.log()[-12_000:]}") from None

    def log(self) -> str:
        return (self.folder / "out.log").read_text()

    # -- the sandbox ----------------------------------------------------------------------------------------------

    def switch(self, platform: str, name: str, on: bool = True, account: str | None = None) -> None:
        self._post("/switches", {"platform": platform, "switch": name, "on": on, "account": account})

    def advance(self, **units: float) -> None:
        seconds = units.get("days", 0) * 86_400 + units.get("hours", 0) * 3600 + units.get("minutes", 0) * 60
        self._post("/clock", {"advance_seconds": seconds + units.get("seconds", 0)})

    def inbox(self) -> list[dict[str, str]]:
        reply = http.request("GET", f"{self.sandbox}/inbox", headers={"accept": "application/json"})
        return json.loads(reply.data)

    def ledger(self, slug: str) -> dict[str, Any]:
        return json.loads(http.request("GET", f"{self.sandbox}/ledger/{slug}").data)

    # -- what is stored -------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        address = f"file:{self.folder / 'shopimize.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=20)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()

    def integration(self, platform: str) -> sqlite3.Row:
        return self.rows("SELECT * FROM integration WHERE platform = ? ORDER BY created_at", platform)[0]

    def assert_complete(self, slug: str, account: str, *, since: str = "", before: str = "9999") -> int:
        """Every row of the ledger is stored exactly once, with its amount, and nothing else is. How many there are."""
        streams = self.ledger(slug)["accounts"][account]
        checked = 0
        for stream, query in KEY.items():
            if stream not in streams:
                continue
            truth = {(one["id"], one["day"], one["amount_micros"]) for one in streams[stream]
                     if since <= one["day"] < before}  # fmt: skip
            stored = [(row["id"], row["day"], row["amount"]) for row in self.rows(query, account)
                      if since <= row["day"] < before]  # fmt: skip
            assert len(stored) == len(set(stored)), f"{stream}: rows stored twice"
            missing, extra = truth - set(stored), set(stored) - truth
            assert not missing, f"{stream}: {len(missing)} of {len(truth)} missing, e.g. {sorted(missing)[:3]}"
            assert not extra, f"{stream}: {len(extra)} too many, e.g. {sorted(extra)[:3]}"
            checked += len(truth)
        return checked

    def until_all_green(self, *, seconds: float = 90) -> None:
        def green() -> bool:
            found = self.rows("SELECT imported_at, last_success_at FROM integration")
            return bool(found) and all(row["imported_at"] and row["last_success_at"] for row in found)

        until(green, f"everything is imported\n{self.log()[-3000:]}", seconds=seconds)

    def successes(self, platform: str) -> str:
        return str(self.integration(platform)["last_success_at"])

    def now(self) -> datetime:
        return datetime.fromisoformat(json.loads(
            http.request("POST", f"{self.sandbox}/clock", json={"advance_seconds": 0}).data)["now"])  # fmt: skip

    def _answers(self, page: str) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"app.py ended by itself:\n{self.log()}")
        return answers(self.url + page)

    def _post(self, path: str, body: dict[str, object]) -> None:
        reply = http.request("POST", f"{self.sandbox}{path}", json=body)
        assert reply.status == 200, reply.data
