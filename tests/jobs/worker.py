"""A worker that can be had again and again: the app loaded once, forked for every attempt.

Started as `python -m tests.jobs.worker`. Each line on its input forks one child that syncs all that is due (or sends
it, when the line says "mail") and ends;
the child's number is printed when it starts, its ending when it is over.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app import create_app
from jobs.work import sync_everything_due
from webapp.lifecycle.send_notices import send_due_notices
from webapp.platforms.meta_ads import platform as meta
from webapp.platforms.shopify import platform as shopify
from webapp.platforms.tiktok_ads import report as tiktok

ROOT = Path(__file__).parent.parent.parent


class Workers:
    """The loaded process, as a test has it."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.worker"], cwd=ROOT, env={**os.environ, **environ}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def __enter__(self) -> Workers:
        return self

    def begin(self, what: str = "") -> int:
        """One more attempt at everything that is due; the number of the process that makes it."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        return int(self._said())

    def ended(self) -> int:
        """Wait until the attempt is over: its exit code, negative for the signal that ended it."""
        return int(self._said())

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout
        self._process.stdout.close()

    def _said(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


def with_small_pages() -> None:
    """A kill in the middle of a window is the rule, not the exception."""
    meta.LIMITS = (10, 10, 10)
    tiktok.PAGE_SIZE = 10
    assert "first: 100," in shopify.ORDERS
    shopify.ORDERS = shopify.ORDERS.replace("first: 100,", "first: 10,")


def main() -> None:
    with_small_pages()
    app = create_app()
    for what in sys.stdin:
        child = os.fork()
        if child == 0:
            if what.strip() == "mail":
                with app.app_context():
                    send_due_notices(app.extensions["runtime"])
            else:
                sync_everything_due(app)
            os._exit(0)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
