"""SIGTERM is heard whoever got it, ends a sync after the page in hand, and holds nobody up for longer."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading

from sqlmodel import select

from jobs import inprocess
from jobs.stop import set_when_stopped
from tests.jobs.fleet import ROOT
from webapp.lifecycle.claim import anything_due
from webapp.models.sync import Outcome, SyncRun

ANOTHER_THREAD_GETS_IT = """
import signal, threading, time
from jobs.stop import set_when_stopped

def gets_it():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(60)

stopped = threading.Event()
with set_when_stopped(stopped):
    threading.Thread(target=gets_it, daemon=True).start()
    stopped.wait()
    print("heard")
"""
A_THREAD_DOES_NOT_END = """
import threading
from jobs.stop import end_process
threading.Thread(target=threading.Event().wait).start()
print("ends")
end_process(7)
"""


def run(code: str) -> tuple[int, str]:
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )
    return said.returncode, said.stdout


def test_a_signal_that_another_thread_got_is_heard():
    assert run(ANOTHER_THREAD_GETS_IT) == (0, "heard\n")


def test_a_thread_that_does_not_end_holds_no_process():
    assert run(A_THREAD_DOES_NOT_END) == (7, "ends\n")


def test_handlers_found_before_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    stopped = threading.Event()
    with set_when_stopped(stopped):
        signal.raise_signal(signal.SIGINT)
        assert stopped.wait(10)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_what_is_claimed_at_the_moment_of_stopping_is_begun_and_given_back(app, acts, runtime, monkeypatch, caplog):
    acts.connects("meta_ads")
    claiming, claim_due = threading.Event(), inprocess.claim_due

    def while_stopping(*given, **narrowed):
        claiming.set()
        assert runtime.stopping.wait(10)
        return claim_due(*given, **narrowed)

    monkeypatch.setattr(inprocess, "claim_due", while_stopping)
    engine = inprocess.make_engine(app)
    engine.start()
    assert claiming.wait(10)
    engine.stop()
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
    with runtime.database.reading() as session:
        assert [run.outcome for run in session.exec(select(SyncRun))] == [Outcome.INTERRUPTED]
    runtime.stopping.clear()
    assert anything_due(runtime), "whoever is next need not wait for a lease"
