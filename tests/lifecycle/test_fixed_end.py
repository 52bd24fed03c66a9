"""A permission that no renewal prolongs: its end is said ahead of time, and what became of it is asked, not guessed."""

import pytest

from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Cause, Certainty


def test_the_end_is_said_ahead_however_often_it_is_renewed(acts):
    one = acts.connects("linkedin_ads")
    assert acts.syncs(one) is Outcome.DONE
    end = acts.row(one).ends_at
    assert 364 < (end - acts.runtime.now()).days + 1 <= 365
    assert acts.row(one).quiet_note is None
    for days in (59, 100, 100, 94):
        acts.sandbox.advance(days=days)
        assert acts.syncs(one) is Outcome.DONE
        assert abs((acts.row(one).ends_at - end).total_seconds()) < 60, "a renewal never moves it"
    assert acts.sandbox.world.counted("linkedin_ads")["refresh"] >= 3
    assert acts.row(one).health is Health.CONNECTED
    assert acts.row(one).quiet_note.startswith("This permission ends ")
    acts.sandbox.advance(days=7)
    acts.syncs(one)
    row = acts.row(one)
    assert row.health is Health.EXPIRING
    assert "Reconnect before that." in row.sentence
    acts.reconnects(one)
    acts.syncs(one)
    assert acts.row(one).health is Health.CONNECTED
    assert (acts.row(one).ends_at - end).days > 300


def test_when_the_year_is_over_that_is_what_is_said(acts):
    one = acts.connects("linkedin_ads")
    acts.syncs(one)
    acts.sandbox.advance(days=366)
    assert acts.syncs(one) is Outcome.TROUBLE
    assert acts.row(one).health is Health.NEEDS_RECONNECT
    assert acts.open_incidents()[0].cause is Cause.TOKEN_EXPIRED


@pytest.mark.parametrize(
    ("switch", "cause"), [("access_revoked", Cause.ACCESS_REVOKED), ("token_expired", Cause.TOKEN_EXPIRED)]
)
def test_one_answer_for_two_causes_is_asked_about(acts, switch, cause):
    one = acts.connects("linkedin_ads")
    acts.syncs(one)
    acts.sandbox.switch("linkedin_ads", switch)
    assert acts.syncs(one) is Outcome.TROUBLE
    incident = acts.open_incidents()[0]
    assert (incident.cause, incident.certainty, incident.candidates) == (cause, Certainty.SURE, [])
    assert any("token inspector" in one for one in incident.evidence)


def test_a_permission_that_renews_itself_has_no_end_to_warn_of(acts):
    one = acts.connects("microsoft_ads")
    assert acts.row(one).ends_at is None
