"""Claims: at most one holder, the longest due first, and given back when their holder is gone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.lifecycle.test_in_order import waits
from tests.lifecycle.test_together import two_accounts
from webapp.lifecycle.ask_now import ask_all_now
from webapp.lifecycle.claim import LEASE, Claim, LostClaim, claim_due, count_due, give_back, hold, release
from webapp.models.lease import Lease

SILENT = timedelta(seconds=10)


@pytest.fixture
def due(acts) -> list[str]:
    """Four integrations that are due: a shop, a search account, and two of one social login."""
    made = [acts.connects("shopify"), acts.connects("google_ads"), *two_accounts(acts)]
    ask_all_now(acts.runtime, workspace_id=acts.workspace_id)
    return made


def test_many_at_once_get_each_integration_once(runtime, due):
    claimed: list[Claim] = []
    threads = [threading.Thread(target=lambda: claimed.extend(claim_due(runtime, limit=2))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(claim.integration_id for claim in claimed) == sorted(due)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_somebody_takes_in_the_moment_between_looking_and_taking_is_theirs(runtime, due):
    mine: list[Claim] = []
    claiming = threading.Thread(target=lambda: mine.extend(claim_due(runtime, limit=5)))
    with runtime.database.writing() as session:
        session.add(Lease(integration_id=due[0], until=runtime.now() + LEASE, fence=1))
        session.flush()
        claiming.start()
        waits(session)
    claiming.join(timeout=30)
    assert sorted(claim.integration_id for claim in mine) == sorted(due[1:])
    with runtime.database.reading() as session:
        assert session.get_one(Lease, due[0]).fence == 1


def test_a_platform_is_claimed_and_counted_by_itself(runtime, due):
    assert [claim.platform for claim in claim_due(runtime, limit=5, platform="google_ads")] == ["google_ads"]
    assert count_due(runtime, "google_ads", most=5) == 0
    assert count_due(runtime, "meta_ads", most=5) == 2
    assert count_due(runtime, "meta_ads", most=1) == 1
    assert len(claim_due(runtime, limit=1, platform="meta_ads")) == 1
    assert {claim.platform for claim in claim_due(runtime, limit=5, except_platforms=["meta_ads"])} == {"shopify"}


def test_what_falls_due_later_is_left(runtime, due, sandbox):
    before = runtime.now() - timedelta(minutes=1)
    assert claim_due(runtime, limit=5, due_by=before) == []
    assert len(claim_due(runtime, limit=5, due_by=runtime.now())) == len(due)


def test_what_the_dead_held_is_free_again_and_nothing_else(runtime, due, sandbox):
    dead = claim_due(runtime, limit=1, platform="shopify", holder=7)[0]
    claim_due(runtime, limit=1, platform="google_ads", holder=8)
    assert release(runtime, [7], silent_for=SILENT) == 0, "it has only just been claimed"
    sandbox.advance(seconds=SILENT.total_seconds() + 1)
    assert release(runtime, [7], silent_for=SILENT) == 1
    again = claim_due(runtime, limit=5, platform="shopify", holder=9)
    assert [claim.integration_id for claim in again] == [dead.integration_id]
    assert again[0].fence != dead.fence
    assert claim_due(runtime, limit=5, platform="google_ads") == []
    with pytest.raises(LostClaim), runtime.database.writing() as session:
        hold(runtime, session, dead)


def test_whoever_was_only_thought_dead_goes_on_until_somebody_else_claims(runtime, due, sandbox):
    alive = claim_due(runtime, limit=1, platform="shopify", holder=7)[0]
    sandbox.advance(seconds=SILENT.total_seconds() + 1)
    release(runtime, [7], silent_for=SILENT)
    with runtime.database.writing() as session:
        hold(runtime, session, alive)
    assert claim_due(runtime, limit=5, platform="shopify") == []


def test_a_claim_given_back_can_be_taken_at_once_and_an_old_one_gives_nothing_back(runtime, due, sandbox):
    first = claim_due(runtime, limit=1, platform="shopify")[0]
    give_back(runtime, first)
    second = claim_due(runtime, limit=1, platform="shopify")[0]
    give_back(runtime, first)
    assert claim_due(runtime, limit=1, platform="shopify") == []
    sandbox.advance(seconds=LEASE.total_seconds() + 1)
    assert claim_due(runtime, limit=1, platform="shopify")[0].fence != second.fence
