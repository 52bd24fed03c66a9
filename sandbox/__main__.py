"""`python -m sandbox`: the stand-ins alone. Prints one JSON line with the ports when they answer."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import waitress

from sandbox import inbox
from sandbox.app import make_app
from sandbox.world import World

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    asked = _arguments()
    # Before there is any other thread, which would have them open: only who waits for them gets them.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    world = World(asked.state, asked.clock_offset_file)
    server = waitress.create_server(make_app(world), host=asked.host, port=asked.port, threads=12, ident="sandbox")
    catcher = inbox.start(world, host="127.0.0.1", port=asked.smtp_port or _free_port())
    stopped = threading.Event()
    threading.Thread(target=_until_signal, args=(stopped,), daemon=True).start()
    if asked.parent_pipe:
        threading.Thread(target=_until_parent_ends, args=(stopped,), daemon=True).start()
    threading.Thread(target=server.run, daemon=True).start()
    print(json.dumps({"port": _port_of(server), "smtp_port": catcher.port}), flush=True)
    stopped.wait()
    server.close()
    world.close()
    # Handlers that a switch keeps silent would hold an orderly end for an hour.
    os._exit(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5001)
    parser.add_argument("--smtp-port", type=int, default=5002)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--clock-offset-file", type=Path)
    parser.add_argument("--parent-pipe", action="store_true", help="end when standard input closes")
    return parser.parse_args()


def _until_signal(stopped: threading.Event) -> None:
    signal.sigwait(SIGNALS)
    stopped.set()


def _until_parent_ends(stopped: threading.Event) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    stopped.set()


def _port_of(server: Any) -> int:
    # On a host name with several addresses waitress makes one server for each, all on the asked port.
    listening = getattr(server, "effective_listen", None)
    return int(listening[0][1]) if listening else int(server.effective_port)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
