"""kill -9 of the worker in the middle of syncs: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from sqlmodel import col, func, select

from tests.e2e.world import until
from tests.jobs.pages import PAGED, Pages
from tests.jobs.worker import ROOT, Workers
from webapp.lifecycle.claim import LEASE, anything_due
from webapp.models.integration import Integration
from webapp.models.sync import Outcome, SyncRun
from webapp.platforms import registry

# Two years pass in here, and what a platform no longer gives by the time it may be read is lost to nobody's fault.
LASTING = [
    slug for slug, platform in registry().items()
    if (platform.reach_days(frozenset((*platform.scopes, *platform.optional_scopes))) or 10_000) > 1_000
]  # fmt: skip


class Worker:
    """`flask --app app work`, as an operator runs it."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ

    def __enter__(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "work"], cwd=ROOT, env={**os.environ, **self._environ}
        )
        return self._process

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(timeout=30)


def under_way(runtime, *, after: int, pages: int = 0) -> int:
    with runtime.database.reading() as session:
        return session.exec(
            select(func.count()).select_from(SyncRun).where(
                col(SyncRun.id) > after, col(SyncRun.ended_at).is_(None), col(SyncRun.pages) >= pages
            )
        ).one()  # fmt: skip


def newest_run(runtime) -> int:
    with runtime.database.reading() as session:
        return session.exec(select(func.max(SyncRun.id))).one() or 0


def all_done_since(runtime, moment) -> bool:
    with runtime.database.reading() as session:
        return all(one.last_success_at and one.last_success_at > moment for one in session.exec(select(Integration)))


@pytest.mark.timeout(900)
@pytest.mark.prove(small=2, full=20)
def test_nothing_is_lost_or_doubled(acts, runtime, environ, count, figure):
    connected = [acts.connects(slug) for slug in LASTING]
    killed = 0
    for _ in range(count * 8):
        acts.sandbox.advance(days=4)
        before = newest_run(runtime)
        with Worker(environ) as worker:
            until(lambda: under_way(runtime, after=before, pages=1), "a sync is under way", seconds=30)  # noqa: B023
            time.sleep(random.uniform(0, 0.25))
            worker.send_signal(signal.SIGKILL)
            worker.wait(timeout=10)
        killed += under_way(runtime, after=before) > 0
        if killed == count:
            break
    acts.sandbox.advance(minutes=30)
    moment = runtime.now()
    with Worker(environ) as worker:
        until(lambda: all_done_since(runtime, moment), "everything is read after the last kill", seconds=60)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
    # The store sells on: what came in since the worker's last look is read before it is counted.
    found = [acts.compared(one) for one in connected if acts.syncs(one)]
    figure("kill -9 in the middle of a sync", killed, f"= {count}", killed == count)
    rows, lost, wrong = (sum(numbers) for numbers in zip(*((a, b, c + d) for a, b, c, d in found), strict=True))
    figure("rows checked after the kills", rows, "> 1500", rows > 1500)
    figure("rows lost", lost, "= 0", lost == 0)
    figure("rows doubled or foreign", wrong, "= 0", wrong == 0)


def mends(acts) -> None:
    """What a merchant sees to: a permission that came to its end in all that time, as Meta's does after 90 days."""
    for one in acts.open_incidents():
        acts.reconnects(one.integration_id)


def reads_to_the_end(acts, integration: str) -> None:
    """What a merchant sees to: a permission that came to its end in all that time, as LinkedIn's does after a year."""
    broken = {one.integration_id for one in acts.open_incidents()}
    if integration in broken or acts.syncs(integration) is not Outcome.DONE:
        acts.reconnects(integration)
        assert acts.syncs(integration) is Outcome.DONE


@pytest.mark.timeout(3600)
@pytest.mark.prove(small=15, full=500)
def test_a_kill_at_any_moment_repeats_at_most_one_page(acts, runtime, environ, count, figure):
    connected = [acts.connects(slug) for slug in PAGED]
    killed, pages = 0, Pages()
    with Workers(environ) as workers:
        while killed < count:
            # Another attempt goes on where the last one was killed, as soon as it may.
            acts.sandbox.advance(seconds=LEASE.total_seconds() + 1)
            if not anything_due(runtime):
                mends(acts)
                acts.sandbox.advance(days=1)
            newest = newest_run(runtime)
            acts.sandbox.asked.clear()
            child = workers.begin()
            until(lambda: newest_run(runtime) > newest, "an attempt is begun")  # noqa: B023
            time.sleep(random.uniform(0, 0.5))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            if workers.ended() == -signal.SIGKILL:
                killed += under_way(runtime, after=newest) > 0
            pages.attempt(acts.sandbox.asked, acts.sandbox.world.now())
        acts.sandbox.advance(minutes=30)
        workers.begin()
        assert workers.ended() == 0
    for one in connected:
        reads_to_the_end(acts, one)
    found = [acts.compared(one) for one in connected]
    rows, lost, wrong = (sum(numbers) for numbers in zip(*((a, b, c + d) for a, b, c, d in found), strict=True))
    figure("kill -9 at a random moment of a sync", killed, f"= {count}", killed == count)
    figure("windows gone on with in the middle after a kill", pages.resumed, "> 0", pages.resumed > 0)
    figure("windows that started over, their place having died", pages.started_over, "(told)", True)
    figure("pages asked for again beside the one that a kill cut off", pages.again, "= 0", pages.again == 0)
    figure("rows checked after the kills", rows, "> 1500", rows > 1500)
    figure("rows lost", lost, "= 0", lost == 0)
    figure("rows doubled or foreign", wrong, "= 0", wrong == 0)
