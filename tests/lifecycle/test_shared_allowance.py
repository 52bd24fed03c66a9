"""What all merchants share at a platform is spent fairly: no one's backfill takes another's newest days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from webapp.models.health import Health
from webapp.models.sync import OperationsSpent, Outcome


@pytest.fixture
def limit() -> int:
    return 40


@pytest.fixture
def environ(environ, limit):
    return environ | {"GOOGLE_ADS_DAILY_OPERATIONS": str(limit)}


def spent(acts) -> int:
    """Today, as far as it is counted."""
    with acts.runtime.database.reading() as session:
        today = OperationsSpent.day == acts.runtime.now().date()
        return sum(session.exec(select(OperationsSpent.number).where(today)))


def asked_of_google(acts) -> int:
    return sum("googleAds:searchStream" in one for one in acts.sandbox.asked)


def test_every_question_is_counted_once(acts):
    google, meta = acts.connects("google_ads"), acts.connects("meta_ads")
    connecting = spent(acts)
    assert connecting >= asked_of_google(acts) > 0, "connecting asks with our developer token, too"
    acts.sandbox.asked.clear()
    assert acts.syncs(google) is acts.syncs(meta) is Outcome.DONE
    assert spent(acts) - connecting == asked_of_google(acts) > 0


def test_older_days_wait_when_the_rest_belongs_to_everybodys_newest(acts, people, limit):
    late = acts.connects("google_ads")
    assert acts.syncs(late) is Outcome.DONE
    acts.sandbox.switch("google_ads", "access_revoked")
    acts.sandbox.advance(hours=2)
    assert acts.syncs(late) is Outcome.TROUBLE
    acts.sandbox.advance(days=200)
    stranger = type(acts)(acts.runtime, acts.sandbox, people["bob"], people["borealis"])
    theirs = stranger.connects("google_ads", person="bob@borealis.test")
    while spent(acts) < 0.7 * limit:
        before = spent(acts)
        assert stranger.syncs(theirs) is Outcome.DONE
        acts.sandbox.advance(minutes=1)
        if spent(acts) == before:
            break
    acts.reconnects(late)
    acts.sandbox.asked.clear()
    assert acts.syncs(late) is Outcome.TROUBLE
    assert asked_of_google(acts) == 2, "whether it is well, and its newest days"
    row = acts.row(late)
    assert row.health is Health.CATCHING_UP
    assert acts.open_incidents() == []
    assert stranger.syncs(theirs) is Outcome.DONE, "others' newest days are still read"
    acts.sandbox.advance(days=1)
    assert acts.syncs(late) is Outcome.DONE
    assert acts.is_complete(late) > 1000


def test_many_on_one_token_are_read_less_often_and_are_not_late_for_it(acts, limit):
    google = acts.connects("google_ads")
    assert acts.syncs(google) is Outcome.DONE
    integration = acts.integration(google)
    expected = timedelta(days=1) * (1 * 2 / (limit * 0.7))
    assert integration.paced_seconds == round(expected.total_seconds())
    assert integration.next_sync_at - acts.runtime.now() > expected * 0.85
    acts.sandbox.advance(seconds=1.5 * expected.total_seconds())
    assert acts.row(google).health is Health.CONNECTED
    acts.sandbox.advance(seconds=0.6 * expected.total_seconds())
    assert acts.row(google).health is Health.DELAYED


class TestWithoutShortage:
    @pytest.fixture
    def limit(self) -> int:
        return 15_000

    def test_the_interval_is_the_one_that_was_set(self, acts):
        google = acts.connects("google_ads")
        acts.syncs(google)
        assert acts.integration(google).paced_seconds is None
