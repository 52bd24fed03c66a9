"""kill -9 between a token endpoint's answer and our commit: forgiven where the platform forgives, else said once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select

from tests.lifecycle.renewing_process import RenewingProcess
from tests.sandbox_server import untouched
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.renewal import LEASE
from webapp.models.access import Ending, Grant
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms import registry
from webapp.platforms.diagnosis import Cause

# Platform, rotation switch: Google gives no new refresh token, Shopify's own rule is the second.
FORGIVING = (("google_ads", None), ("shopify", None), ("shopify", "rotation_grace"))
STRICT = ("shopify", "rotation_strict")


class TheMoment:
    """Between answer and commit: the answer is made, and nobody can write until `over()`."""

    def __init__(self, runtime, sandbox) -> None:
        self._runtime, self._sandbox = runtime, sandbox
        self._held, self._killed = threading.Event(), threading.Event()
        self._holder = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with self._runtime.database.writing() as session:
            session.execute(select(Grant.id).with_for_update())
            self._held.set()
            assert self._killed.wait(60)

    def comes(self, *, answered: bool):
        """`answered`: the answer is on its way when the moment begins; else it never leaves the stand-in."""

        def on_renewal(answer):
            self._holder.start()
            assert self._held.wait(30)
            if not answered:
                assert self._killed.wait(60)
            return answer

        self._sandbox.on_renewal = on_renewal
        return self._held

    def over(self) -> None:
        self._killed.set()
        self._holder.join(timeout=30)
        self._sandbox.on_renewal = untouched


def kill_between_answer_and_commit(runtime, sandbox, process: RenewingProcess, login_id: int) -> bool:
    """Whether that is where it died: asked and never stored."""
    moment, before = TheMoment(runtime, sandbox), grant_of(runtime, login_id)
    reached = moment.comes(answered=random.random() < 0.7)
    process.ask("use", at=0, login_id=login_id)
    assert reached.wait(30), "the stand-in was never asked"
    time.sleep(random.uniform(0, 0.02))
    process.kill()
    moment.over()
    after = grant_of(runtime, login_id)
    return after.generation == before.generation and after.intent_at is not None


def grant_of(runtime, login_id: int) -> Grant:
    with runtime.database.reading() as session:
        return live_grant(session, login_id)


@pytest.mark.timeout(3600)
@pytest.mark.prove(small=20, full=300)
def test_a_kill_between_answer_and_commit(acts, runtime, environ, tmp_path, send_mail, monkeypatch, count, figure):
    shops = {"shopify": acts.connects("shopify", shop="cedar.myshopify.com"), "google_ads": acts.connects("google_ads")}
    strict = acts.connects("shopify", "bob@borealis.test", shop="borealis.myshopify.com")
    for one in (*shops.values(), strict):
        assert acts.syncs(one) is Outcome.DONE
    found: Counter[str] = Counter()
    for number in range(count):
        slug, rotation = (*FORGIVING, STRICT)[number % 4]
        is_strict = rotation == STRICT[1]
        # What the platform declares goes with how its stand-in behaves.
        monkeypatch.setattr(type(registry()["shopify"]), "old_token_usable", not is_strict)
        acts.sandbox.rotates("shopify", rotation)
        integration = strict if is_strict else shops[slug]
        login_id = acts.integration(integration).login_id
        # More than a day between two of one store's: what breaks twice within one is told in another way.
        acts.sandbox.advance(hours=9)
        process = RenewingProcess(environ, tmp_path)
        found["kills"] += kill_between_answer_and_commit(runtime, acts.sandbox, process, login_id)
        acts.sandbox.advance(seconds=LEASE.total_seconds() + 1)
        if not is_strict:
            found["forgiving"] += 1
            found["forgiving: reconnects needed"] += acts.syncs(integration) is not Outcome.DONE
            continue
        found["strict"] += 1
        outcomes, incidents = {acts.syncs(integration), acts.syncs(integration)}, acts.open_incidents()
        assert (outcomes, len(incidents)) == ({Outcome.TROUBLE}, 1)
        assert acts.row(integration).health is Health.NEEDS_RECONNECT
        found["strict: shown as interrupted"] += incidents[0].cause is Cause.REFRESH_INTERRUPTED
        letters = len(acts.sandbox.letters())
        sent = [send_mail(), send_mail()]
        found["strict: exactly one mail"] += sent == [1, 0] and len(acts.sandbox.letters()) == letters + 1
        assert acts.reconnects(integration, "bob@borealis.test").ending is Ending.CONNECTED
        assert acts.syncs(integration) is Outcome.DONE
        assert send_mail() == 1, "and one that says it is back"
    figure("kills between answer and commit", found["kills"], f"= {count}", found["kills"] == count)
    needed = found["forgiving: reconnects needed"]
    figure(f"forgiving platforms, {found['forgiving']} kills: reconnects needed", needed, "= 0", needed == 0)
    for name in ("strict: shown as interrupted", "strict: exactly one mail"):
        figure(name, found[name], f"= {found['strict']}", found[name] == found["strict"])
