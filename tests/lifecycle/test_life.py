"""A connection's whole life in any order: connect, break, be killed, reconnect, restate, pause, let time pass.

Whatever happened before, after a good reading the rows are the ledger's, a login has one live permission, and the page
says what is true at every moment.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from tests.acts import Acts
from tests.installation import environ_of, people_of
from tests.sandbox_server import SandboxServer
from webapp.clock import Clock
from webapp.lifecycle.ask_now import ask_now
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.clock_jump import take_back_the_future
from webapp.lifecycle.compare import compare_due
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.migrate import migrate
from webapp.lifecycle.pause import pause, resume
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sync import sync
from webapp.models.access import Ending, Grant
from webapp.models.health import Health
from webapp.models.plan import local_day
from webapp.models.sync import Outcome
from webapp.platforms import registry
from webapp.settings import Settings

ENDS = ("password_changed", "access_revoked", "security_policy", "token_expired")


class Killed(BaseException):
    """The process is gone: nothing after this line runs, whatever was not committed never was."""


class LastMoments(Clock):
    """Every look at the clock is a place where a process may die; the one after `left` of them is."""

    def __init__(self, clock: Clock, left: int) -> None:
        super().__init__(None)
        self._clock, self._left = clock, left

    def now(self) -> datetime:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return self._clock.now()


class Life(RuleBasedStateMachine):
    """`dead`, `out` and the two `stopped` are what is really so; the page has to say the same.

    `noticed`: a reading has met the dead permission. `good_at` is when the page could last be sure that all is well,
    `restated_at` when figures changed last that were read before, `first_restated` when they did for the first time:
    those are the three days before then, so that a platform changes them for three weeks at most.
    """

    begin: Callable[[], Acts]

    @initialize(slug=st.sampled_from(sorted(registry())))
    def connect(self, slug: str) -> None:
        self.acts = self.begin()
        self.slug = slug
        self.pace = max(stream.pace for stream in registry()[slug].dated_streams)
        self.one = self.acts.connects(slug, shop="cedar.myshopify.com")
        self.dead = self.noticed = self.out = self.paused = self.disconnected = False
        self.restated_at: datetime | None = None
        self.first_restated: datetime | None = None
        self.restating = False
        self.good_at = self.approved_at = self.acts.runtime.now()

    @property
    def stopped(self) -> bool:
        return self.paused or self.disconnected

    @rule()
    def read(self) -> None:
        if self.stopped:
            assert claim_due(self.acts.runtime, limit=1) == []
            return
        outcome = self.acts.syncs(self.one)
        health = self.acts.row(self.one).health
        if self.out:
            # An outage hides whether the permission still lives; what was known before it stays known.
            assert outcome is Outcome.TROUBLE
            assert health is not Health.ACTION_NEEDED
            assert self.dead or health is not Health.NEEDS_RECONNECT
        elif self.dead:
            assert (outcome, health) == (Outcome.TROUBLE, Health.NEEDS_RECONNECT)
            self.noticed = True
        else:
            assert (outcome, health) == (Outcome.DONE, Health.CONNECTED)
            self.good_at = self.acts.runtime.now()
            self.has_every_row_once()

    def has_every_row_once(self) -> None:
        """What was restated is read again within six hours; it is not asked for before."""
        if self.restated_at is not None:
            if self.acts.runtime.now() - self.restated_at < timedelta(hours=7):
                return
            self.restated_at = None
        self.has_all_that_is_given()

    def has_all_that_is_given(self) -> None:
        """Where a platform reaches no further back, what a long absence cost is said on the page, and only that lacks;
        what it corrected there stays as it was. A running day that is dear to ask for may be some hours old."""
        found = self.acts.compared(self.one)
        assert not found.doubled, found
        if found.is_equal:
            return
        one, now = self.acts.integration(self.one), self.acts.runtime.now()
        today, old = (local_day(at, ZoneInfo(one.timezone)) for at in (now, now - self.pace))
        lacking, otherwise = (
            {day for day in days if not self.pace or day < str(old)}
            for days in (self.acts.days_lacking(self.one), self.acts.days_otherwise(self.one))
        )
        if lacking or otherwise:
            assert max(lacking | otherwise) < str(one.readable_from(today)), found
            assert lacking <= otherwise or self.acts.row(self.one).lost_note, found

    @rule(left=st.integers(0, 60))
    @precondition(lambda self: not self.stopped)
    def be_killed(self, left: int) -> None:
        runtime = self.acts.runtime
        ask_now(runtime, integration_id=self.one, workspace_id=self.acts.workspace_id)
        claims = claim_due(runtime, limit=1, only=self.one)
        if self.dies(left, lambda: sync(runtime, claims[0])) is Outcome.DONE:
            self.good_at = runtime.now()
        self.acts.sandbox.advance(minutes=4)

    @rule(left=st.integers(0, 30))
    @precondition(lambda self: not self.out)
    def be_killed_while_the_clock_renews(self, left: int) -> None:
        self.go_on(8 * 24)
        self.dies(left, lambda: keep_alive(self.acts.runtime))
        self.acts.sandbox.advance(minutes=4)

    @rule(left=st.integers(0, 30))
    @precondition(lambda self: not self.out)
    def be_killed_on_the_way_back(self, left: int) -> None:
        """Whoever meets an error page after they approved presses Reconnect once more."""
        self.dies(left, lambda: self.acts.reconnects(self.one))
        self.acts.sandbox.advance(minutes=4)
        self.reconnect()

    def dies(self, left: int, doing: Callable[[], object]) -> object:
        """What came of it, or None when it was killed before it came to its end. A lease has to run out then."""
        runtime, clock = self.acts.runtime, self.acts.runtime.clock
        runtime.clock = LastMoments(clock, left)
        try:
            return doing()
        except Killed:
            return None
        finally:
            runtime.clock = clock

    @rule(switch=st.sampled_from(ENDS))
    def end(self, switch: str) -> None:
        self.acts.sandbox.switch(self.slug, switch)
        self.dead = True

    @rule()
    @precondition(lambda self: not self.out)
    def reconnect(self) -> None:
        assert self.acts.reconnects(self.one).ending is Ending.CONNECTED
        self.dead = self.noticed = self.disconnected = False
        self.good_at = self.approved_at = self.acts.runtime.now()

    @rule()
    @precondition(lambda self: not self.out)
    def reconnect_as_somebody_else(self) -> None:
        if registry()[self.slug].tenant is None:
            back = self.acts.reconnects(self.one, "bob@borealis.test")
            assert back.ending in (Ending.WRONG_ACCOUNT, Ending.NO_ACCOUNTS)

    @rule(on=st.booleans())
    def outage(self, on: bool) -> None:
        self.acts.sandbox.switch(self.slug, "outage", on)
        if self.out and not on:
            # A renewal that failed is not tried again for six minutes.
            self.acts.sandbox.advance(minutes=6)
        self.out = on

    @rule(on=st.booleans())
    def restate(self, on: bool) -> None:
        now = self.acts.runtime.now()
        if on == self.restating or now - (self.first_restated or now) > timedelta(days=21):
            return
        self.acts.sandbox.switch(self.slug, "late_data", on)
        self.restating, self.restated_at, self.first_restated = on, now, self.first_restated or now

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        # An outage of months would end a permission that cannot be renewed meanwhile; that is another story.
        self.go_on(min(hours, 24) if self.out else hours)
        keep_alive(self.acts.runtime)

    def go_on(self, hours: int) -> None:
        """Unless it would bring the end that Meta sets a consent after 90 days; that is another story, too."""
        if self.acts.runtime.now() + timedelta(hours=hours) < self.approved_at + timedelta(days=80):
            self.acts.sandbox.advance(hours=hours)

    @rule(days=st.sampled_from((-3, 90)))
    def our_clock_is_wrong(self, days: int) -> None:
        """For a while, in which whatever is due is done, and what was asked for by somebody who pressed a button."""
        runtime, real = self.acts.runtime, float(self.acts.sandbox.world.data["offset"])
        for off in (days * 86_400, 0):
            self.acts.sandbox.clock_offset_file.write_text(str(real + off), encoding="ascii")
            keep_alive(runtime)
            take_back_the_future(runtime)
            ask_now(runtime, integration_id=self.one, workspace_id=self.acts.workspace_id)
            for claim in claim_due(runtime, limit=1):
                outcome = sync(runtime, claim)
                self.noticed |= self.dead and not self.out and outcome is Outcome.TROUBLE
                if off == 0 and outcome is Outcome.DONE:
                    self.good_at = runtime.now()

    @rule(hours=st.integers(1, 30))
    @precondition(lambda self: not self.out)
    def the_clock_goes_on(self, hours: int) -> None:
        """As it does by itself: what is due is read, and compared with the platform's own totals."""
        self.go_on(hours)
        keep_alive(self.acts.runtime)
        for _ in range(2):
            for claim in claim_due(self.acts.runtime, limit=1):
                outcome = sync(self.acts.runtime, claim)
                self.noticed |= self.dead and outcome is Outcome.TROUBLE
                if outcome is Outcome.DONE:
                    self.good_at = self.acts.runtime.now()
            compare_due(self.acts.runtime)
            self.acts.sandbox.advance(minutes=11)
        assert self.acts.row(self.one).warning is None, "a false alarm"

    @rule()
    def pause(self) -> None:
        pause(self.acts.runtime, integration_id=self.one, workspace_id=self.acts.workspace_id,
              person_id=self.acts.person_id)  # fmt: skip
        self.paused = not self.disconnected

    @rule()
    def resume(self) -> None:
        resume(self.acts.runtime, integration_id=self.one, workspace_id=self.acts.workspace_id,
               person_id=self.acts.person_id)  # fmt: skip
        self.paused = False

    @rule()
    @precondition(lambda self: not self.out)
    def disconnect(self) -> None:
        disconnect(self.acts.runtime, integration_id=self.one, workspace_id=self.acts.workspace_id,
                   person_id=self.acts.person_id)  # fmt: skip
        self.paused, self.disconnected = False, True

    @invariant()
    def a_login_has_one_live_permission(self) -> None:
        with self.acts.runtime.database.reading() as session:
            live = [one.login_id for one in session.exec(select(Grant)) if one.is_live]
        assert len(live) == len(set(live))

    @invariant()
    def there_is_one_problem_at_most(self) -> None:
        assert len(self.acts.open_incidents()) <= 1

    @invariant()
    def what_is_shown_is_true(self) -> None:
        shown = self.acts.row(self.one).health
        assert (shown is Health.PAUSED) == self.paused
        assert (shown is Health.DISCONNECTED) == self.disconnected
        assert shown not in (Health.ACTION_NEEDED, Health.ON_US)
        if shown is Health.NEEDS_RECONNECT:
            assert self.dead, "a false alarm"
        elif not self.stopped:
            assert not self.noticed, "a dead permission is forgotten"
        if shown is Health.CONNECTED:
            age = self.acts.runtime.now() - self.good_at
            assert age <= 2 * self.acts.runtime.sync_interval + timedelta(minutes=1), "green has frozen"

    def teardown(self) -> None:
        """However it went: mend everything, read once, and every row is there once."""
        if not hasattr(self, "one"):
            return
        if self.out:
            self.outage(False)
        # What was restated a moment ago is read again when six hours have passed.
        self.acts.sandbox.advance(hours=7)
        if self.paused:
            self.resume()
        if self.dead or self.disconnected:
            self.reconnect()
        self.read()
        self.has_all_that_is_given()
        self.acts.runtime.database.engine.dispose()
        self.acts.sandbox.stop()


@pytest.mark.timeout(3600)
@pytest.mark.prove(small=6, full=150)
@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_any_life_ends_well(tmp_path, postgres, where, count, figure):
    homes: list[Path] = []
    # A third of them: what differs there is how statements and transactions are meant, not what a life is.
    wanted = count if where == "sqlite" else count // 3
    with ExitStack() as databases:

        def begin() -> Acts:
            homes.append(Path(tempfile.mkdtemp(dir=tmp_path)))
            sandbox = SandboxServer(homes[-1])
            url = f"sqlite:///{homes[-1] / 'life.db'}"
            if where == "postgresql":
                url = databases.enter_context(postgres.database())
            environ = environ_of(sandbox, url, homes[-1])
            runtime = Runtime(Settings.from_env(environ, instance=homes[-1]))
            migrate(runtime.database)
            people = people_of(runtime)
            return Acts(runtime, sandbox, people["ana"], people["aurora"])

        lives = type("Lives", (Life,), {"begin": staticmethod(begin)})
        run_state_machine_as_test(
            lives, settings=settings(max_examples=wanted, stateful_step_count=20, deadline=None,
                                     suppress_health_check=list(HealthCheck)),
        )  # fmt: skip
        for home in homes:
            shutil.rmtree(home)
    lived = len(homes)
    figure("lives in any order that ended with every row there once", lived, f">= {wanted}", lived >= wanted)
