"""A fleet of real processes on one PostgreSQL, as an operator runs it: workers, and web processes beside them."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.acts import PASSWORD
from tests.e2e.world import free_port, until

ROOT = Path(__file__).parent.parent.parent


class Fleet:
    """Its processes write one log; what was killed is replaced at once, as a supervisor would."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self._environ = {**os.environ, **environ}
        self._log = log.open("a")
        self.log = log
        self.workers: list[subprocess.Popen[bytes]] = []
        self.webs: list[Web] = []

    def work(self) -> None:
        """One more worker."""
        self.workers.append(self._start(sys.executable, "-m", "flask", "--app", "app", "work"))

    def serve(self, port: int | None = None) -> Web:
        """One more web process, under gunicorn."""
        port = port or free_port()
        gunicorn = Path(sys.executable).with_name("gunicorn")
        process = self._start(str(gunicorn), "--workers", "1", "--bind", f"127.0.0.1:{port}", "app:create_app()")
        self.webs.append(Web(process, f"http://127.0.0.1:{port}"))
        return self.webs[-1]

    def kill_one(self) -> None:
        """`kill -9` for a worker, whatever it is doing; another one begins."""
        victim = self.workers.pop(random.randrange(len(self.workers)))
        victim.send_signal(signal.SIGKILL)
        victim.wait(timeout=20)
        self.work()

    def drain(self) -> list[int]:
        """SIGTERM for every worker; how they ended."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        return [worker.wait(timeout=60) for worker in self.workers]

    def end(self) -> None:
        processes = [*self.workers, *(web.process for web in self.webs)]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=20)
        self._log.close()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log)


class Web:
    """One web process, and somebody who keeps looking at it: `failed` are the moments at which it did not answer."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process, self.url = process, url
        self.answered = 0
        self.failed: list[float] = []
        self._session = requests.Session()
        self._session.trust_env = False

    def sign_in(self, email: str) -> None:
        until(self.answers, "the web process answers", seconds=60)
        page = self._session.get(f"{self.url}/login", timeout=30).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        form = {"email": email, "password": PASSWORD, "csrf_token": token.group(1)}
        reply = self._session.post(f"{self.url}/session", data=form, timeout=30)
        assert reply.url.endswith("/integrations"), reply.url

    def answers(self) -> bool:
        return self._status("/login") == 200

    def look(self) -> bool:
        """Whether it shows the page to who is signed in."""
        return self._status("/integrations") == 200

    @contextmanager
    def watched(self, every: float = 1.0) -> Iterator[None]:
        over = threading.Event()

        def watch() -> None:
            while not over.wait(every):
                began = time.monotonic()
                if self.look():
                    self.answered += 1
                else:
                    self.failed.append(began)

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        yield
        over.set()
        thread.join(timeout=60)

    def _status(self, path: str) -> int:
        with suppress(requests.RequestException):
            return self._session.get(f"{self.url}{path}", timeout=30, allow_redirects=False).status_code
        return 0
