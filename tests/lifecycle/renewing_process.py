"""Processes of their own that renew: what the races and the kills are run with."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.settings import Settings

# A server that has imported everything once forks a process in milliseconds, and shares no thread with the tests.
fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload([__name__])


class RenewingProcess:
    """One more process of the installation; `ask` and `answer` are apart so that many can be asked at once."""

    def __init__(self, environ: Mapping[str, str], instance: Path) -> None:
        self._pipe, theirs = fork.Pipe()
        self.process = fork.Process(target=_work, args=(theirs, dict(environ), instance), daemon=True)
        self.process.start()
        theirs.close()
        assert self._pipe.recv() == "ready"

    def ask(self, what: str, *, at: float, login_id: int, refused: str | None = None) -> None:
        """Do `what` at this moment of the monotonic clock, which all processes of a machine share."""
        self._pipe.send((what, at, login_id, refused))

    def answer(self, seconds: float = 60) -> str | None:
        assert self._pipe.poll(seconds), "no answer from a renewing process"
        found = self._pipe.recv()
        if isinstance(found, Exception):
            raise found
        return found

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.process.kill()
        self.process.join(timeout=30)
        assert self.process.exitcode == -9
        self._pipe.close()

    def stop(self) -> None:
        self._pipe.send(None)
        self.process.join(timeout=30)
        self._pipe.close()


@contextmanager
def renewing_processes(number: int, environ: Mapping[str, str], instance: Path) -> Iterator[list[RenewingProcess]]:
    with ExitStack() as ends:
        found = []
        for _ in range(number):
            found.append(RenewingProcess(environ, instance))
            ends.callback(found[-1].stop)
        yield found


def _work(pipe: Connection, environ: dict[str, str], instance: Path) -> None:
    runtime = Runtime(Settings.from_env(environ, instance=instance))
    pipe.send("ready")
    for what, at, login_id, refused in iter(pipe.recv, None):
        while time.monotonic() < at:
            pass
        try:
            pipe.send(_do(runtime, what, login_id, refused))
        except Exception as error:
            pipe.send(AssertionError(f"{type(error).__name__}: {error}"))


def _do(runtime: Runtime, what: str, login_id: int, refused: str | None) -> str | None:
    if what == "use":
        return usable_token(runtime, login_id)
    if what == "refused":
        return renewer(runtime, login_id)(refused or "")
    keep_alive(runtime)
    return None
