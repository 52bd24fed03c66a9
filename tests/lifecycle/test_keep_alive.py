"""Permissions that nobody uses for months do not die of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.acts import Acts
from tests.lifecycle.renewing_process import RenewingProcess
from tests.lifecycle.test_interrupted import kill_between_answer_and_commit
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.pause import pause, resume
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms import registry

# As each platform states it, and not as we declare it: a declaration that is gone or wrong lets permissions die.
DAYS = {"google_ads": 180, "meta_ads": 60, "microsoft_ads": 90, "pinterest_ads": 60, "shopify": 90}
MORTAL = {slug: timedelta(days=days) for slug, days in DAYS.items()}


def paused(acts: Acts, slug: str) -> str:
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    pause(acts.runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id)
    return integration


def resumed(acts: Acts, integration: str) -> Outcome:
    resume(acts.runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id)
    return acts.syncs(integration)


def test_disuse_ends_what_the_platforms_say_it_ends():
    declared = {slug: one.dies_unused_after for slug, one in registry().items() if one.dies_unused_after is not None}
    assert declared == MORTAL


@pytest.mark.parametrize("slug", MORTAL)
def test_a_paused_connection_outlives_its_platforms_patience(acts, slug):
    integration, unused = paused(acts, slug), MORTAL[slug]
    calls = acts.sandbox.world.counted(slug)["refresh"]
    for _ in range(14):
        acts.sandbox.advance(seconds=(unused / 12).total_seconds())
        keep_alive(acts.runtime)
    assert acts.sandbox.world.counted(slug)["refresh"] - calls >= 7
    assert resumed(acts, integration) is Outcome.DONE
    assert acts.row(integration).health is Health.CONNECTED


@pytest.mark.parametrize("slug", MORTAL)
def test_without_the_clock_it_would_die(acts, slug):
    """What the stand-ins say is what makes the test above worth anything."""
    integration = paused(acts, slug)
    acts.sandbox.advance(seconds=(MORTAL[slug] + timedelta(days=1)).total_seconds())
    assert resumed(acts, integration) is Outcome.TROUBLE
    assert acts.row(integration).health is Health.NEEDS_RECONNECT


def test_it_is_renewed_about_weekly_and_twice_is_once(acts, runtime):
    paused(acts, "shopify")
    paused(acts, "google_ads")
    assert keep_alive(runtime) == 0
    acts.sandbox.advance(days=6)
    assert keep_alive(runtime) == 0
    acts.sandbox.advance(days=2)
    assert keep_alive(runtime) == 2
    assert keep_alive(runtime) == 0
    assert [acts.sandbox.world.counted(slug)["refresh"] for slug in ("shopify", "google_ads")] == [1, 1]


def test_what_the_merchant_left_is_let_go(acts, runtime):
    integration = acts.connects("google_ads")
    disconnect(runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id)
    acts.sandbox.advance(days=30)
    assert keep_alive(runtime) == 0
    assert acts.sandbox.world.counted("google_ads")["refresh"] == 0


def test_a_platform_that_is_down_does_not_hold_the_others_and_is_asked_once(acts, runtime):
    for slug in ("google_ads", "shopify"):
        paused(acts, slug)
    acts.connects("google_ads", number=1)
    acts.sandbox.advance(days=9)
    acts.sandbox.switch("google_ads", "outage")
    assert keep_alive(runtime) == 1
    acts.sandbox.switch("google_ads", "outage", on=False)
    acts.sandbox.advance(minutes=1)
    assert keep_alive(runtime) == 1


def test_a_refusal_it_meets_is_told_by_the_next_sync_of_what_is_in_use(acts, runtime, send_mail):
    integration, resting = acts.connects("google_ads"), paused(acts, "shopify")
    acts.syncs(integration)
    acts.sandbox.advance(days=9)
    for slug in ("google_ads", "shopify"):
        acts.sandbox.switch(slug, "access_revoked")
    with runtime.database.writing() as session:
        # As if somebody had set the interval to weeks.
        session.merge(acts.integration(integration)).next_sync_at = runtime.now() + timedelta(days=20)
    keep_alive(runtime)
    assert acts.integration(integration).next_sync_at <= runtime.now()
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert send_mail() == 1
    assert acts.row(resting).health is Health.PAUSED, "a paused one never nags"
    acts.sandbox.advance(days=30)
    calls = acts.sandbox.world.counted("shopify")["refresh"]
    keep_alive(runtime)
    assert acts.sandbox.world.counted("shopify")["refresh"] == calls, "a refused permission is not used again"


def test_what_a_kill_left_behind_is_taken_up_within_the_minute_that_some_platforms_give(
    acts, runtime, environ, tmp_path
):
    acts.sandbox.rotates("shopify", "rotation_grace")
    login_id = acts.integration(acts.connects("shopify", shop="cedar.myshopify.com")).login_id
    acts.sandbox.advance(hours=2)
    assert kill_between_answer_and_commit(runtime, acts.sandbox, RenewingProcess(environ, tmp_path), login_id)
    seen_to = []
    for _ in range(4):
        acts.sandbox.advance(seconds=14)
        seen_to.append(keep_alive(runtime))
    assert seen_to == [0, 0, 1, 0]
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
    assert (grant.generation, grant.intent_at, grant.refused_at) == (1, None, None)
