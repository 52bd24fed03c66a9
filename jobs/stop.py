"""Hearing that we should end: SIGINT and SIGTERM set an event instead of killing threads in the middle of a commit."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def set_when_stopped(stopped: threading.Event) -> Iterator[None]:
    """A signal sets `stopped`; the handlers found before are put back at the end. Main thread only.

    Neither by a handler in Python, which never runs while the main thread waits and another one got the signal, nor in
    it: `Event.set()` in the middle of `Event.wait()` waits for itself. The interpreter writes every signal's number
    down as it comes (`signal.set_wakeup_fd`), and a thread of its own reads it.
    """
    heard, written = socket.socketpair()
    written.setblocking(False)
    threading.Thread(target=_listen, args=(heard, stopped), name="signals", daemon=True).start()
    # First, so that no signal falls between: until there is a handler, one does what it always did.
    noted_before = signal.set_wakeup_fd(written.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(noted_before)
        written.close()


def _listen(heard: socket.socket, stopped: threading.Event) -> None:
    with heard:
        while number := heard.recv(1):
            if number[0] in SIGNALS:
                stopped.set()


def end_process(code: int) -> NoReturn:
    """End now. An orderly exit would wait for every thread that did not end in its time, however long it takes."""
    try:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
