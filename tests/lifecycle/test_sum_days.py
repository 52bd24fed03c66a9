"""When day sums are made: once nobody reads the account any more, and then for good."""

from __future__ import annotations

import pytest
from sqlmodel import select

from webapp.lifecycle.ask_now import ask_all_now
from webapp.lifecycle.claim import LEASE, LostClaim, claim_due, give_back, hold
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.models.day_sum import StaleDay


@pytest.fixture
def shop(acts) -> str:
    """A store that has been read, its days not summed, and that is due again."""
    made = acts.connects("shopify")
    acts.syncs(made)
    ask_all_now(acts.runtime, workspace_id=acts.workspace_id)
    return made


def lacking(runtime) -> int:
    with runtime.database.reading() as session:
        return len(session.exec(select(StaleDay)).all())


def test_what_somebody_is_reading_is_summed_when_they_are_done(runtime, shop):
    before = lacking(runtime)
    assert before
    (claim,) = claim_due(runtime, limit=1)
    sum_stale_days(runtime)
    assert lacking(runtime) == before
    give_back(runtime, claim)
    sum_stale_days(runtime)
    assert lacking(runtime) == 0


def test_a_reader_who_was_silent_for_too_long_writes_nothing_more_once_their_days_are_summed(runtime, shop, sandbox):
    (claim,) = claim_due(runtime, limit=1)
    sandbox.advance(seconds=LEASE.total_seconds() + 1)
    with runtime.database.writing() as session:
        hold(runtime, session, claim)
    sandbox.advance(seconds=LEASE.total_seconds() + 1)
    sum_stale_days(runtime)
    assert lacking(runtime) == 0
    with pytest.raises(LostClaim), runtime.database.writing() as session:
        hold(runtime, session, claim)


def test_the_next_attempt_marks_again_what_comes_late(acts, shop):
    acts.syncs(shop)
    sum_stale_days(acts.runtime)
    assert lacking(acts.runtime) == 0
    acts.sandbox.switch("shopify", "late_data")
    acts.sandbox.advance(hours=7)
    acts.syncs(shop)
    assert lacking(acts.runtime)
