"""A store that was connected when Shopify's tokens still lived for ever goes on without its merchant noticing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.wrappers import Response

from sandbox import grants
from tests.acts import Acts
from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.open_grant import live_grant, open_live
from webapp.lifecycle.pause import pause
from webapp.models.access import Grant, place
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Cause

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def connected_long_ago(acts: Acts) -> str:
    """A connection that holds what Shopify gave before there were refresh tokens."""
    integration, world = acts.connects("shopify"), acts.sandbox.world
    token = grants.issue_token(
        world, next(iter(world.data["grants"].values())), kind="forever", prefix="shpat_", life=None
    )
    with acts.runtime.database.writing() as session:
        grant = live_grant(session, acts.integration(integration).login_id)
        grant.access_sealed = acts.runtime.vault.seal(token, place=place(grant.id, "access"))
        grant.refresh_sealed = grant.access_expires_at = grant.refresh_expires_at = grant.renew_at = None
    return integration


def grant_of(acts: Acts, integration: str) -> Grant:
    return open_live(acts.runtime, acts.integration(integration).login_id).grant


def trades(acts: Acts) -> int:
    return sum("grant-type%3Atoken-exchange" in one for one in acts.sandbox.asked)


def test_it_is_traded_once_and_renews_itself_from_then_on(acts):
    integration = connected_long_ago(acts)
    assert acts.syncs(integration) is Outcome.DONE
    grant = grant_of(acts, integration)
    assert grant.refresh_sealed is not None
    assert grant.access_expires_at - acts.runtime.now() <= timedelta(hours=1)
    acts.sandbox.advance(hours=2)
    assert acts.syncs(integration) is Outcome.DONE
    assert trades(acts) == 1
    assert acts.row(integration).health is Health.CONNECTED
    assert acts.is_complete(integration) > 0


def test_a_paused_one_is_traded_by_the_clock_once_it_is_owed(acts):
    integration = connected_long_ago(acts)
    pause(acts.runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id)
    with acts.runtime.database.writing() as session:
        live_grant(session, acts.integration(integration).login_id).renew_at = acts.runtime.now()
    assert keep_alive(acts.runtime) == 1
    assert grant_of(acts, integration).refresh_sealed is not None


def test_one_that_is_dead_already_needs_a_reconnect(acts):
    integration = connected_long_ago(acts)
    acts.sandbox.switch("shopify", "access_revoked")
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.row(integration).health is Health.NEEDS_RECONNECT


def test_passing_trouble_while_trading_costs_nothing(acts):
    integration = connected_long_ago(acts)
    acts.sandbox.on_renewal = lambda _answer: Response("down", 503)
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.row(integration).health is not Health.NEEDS_RECONNECT


def test_a_trade_whose_answer_never_came_is_told_as_such(acts):
    """The old token is gone with the trade, unlike a refresh token, which Shopify would take again."""
    integration = connected_long_ago(acts)
    acts.sandbox.on_renewal = lambda _answer: Response("down", 520)
    acts.syncs(integration)
    acts.sandbox.on_renewal = lambda answer: answer
    acts.sandbox.advance(minutes=10)
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert [one.cause for one in acts.open_incidents()] == [Cause.REFRESH_INTERRUPTED]
