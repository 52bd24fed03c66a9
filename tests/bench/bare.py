"""The yardstick: the barest Flask route, on the same web server as the product, in a process of its own.

`python -m tests.bench.bare PORT`
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from jobs.web_server import web_server
from tests.e2e.world import ROOT, answers, free_port, until


def main(port: str) -> None:
    app = Flask(__name__)

    @app.get("/bare")
    def bare() -> tuple[str, int]:
        return "", 204

    web_server(app, host="127.0.0.1", port=int(port)).run()


@contextmanager
def bare_server() -> Iterator[int]:
    """Serve it until the block ends; its port."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "tests.bench.bare", str(port)], cwd=ROOT) as process:
        try:
            until(lambda: answers(f"http://127.0.0.1:{port}/bare"), "the bare route answers")
            yield port
        finally:
            process.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
