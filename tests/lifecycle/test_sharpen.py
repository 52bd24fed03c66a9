"""What we know ourselves settles what an answer leaves open, never more surely than it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from webapp.lifecycle.sharpen import Known, is_open, sharpen
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Remedy, verdict

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
DAY = timedelta(days=1)
RANK = [Certainty.AMBIGUOUS, Certainty.LIKELY, Certainty.SURE]


def open_verdict(cause: Cause, *candidates: Cause) -> Diagnosis:
    return verdict(cause, certainty=Certainty.AMBIGUOUS, candidates=candidates)


REVOKED_OR_AGED = open_verdict(Cause.ACCESS_REVOKED, Cause.TOKEN_EXPIRED, Cause.PASSWORD_CHANGED)


def said(known: Known, diagnosis: Diagnosis = REVOKED_OR_AGED) -> tuple[Cause, Certainty, tuple[Cause, ...], str]:
    found = sharpen(diagnosis, known, NOW)
    return found.cause, found.certainty, found.candidates, " ".join(found.evidence)


def test_an_end_that_has_passed_is_the_likely_reason():
    cause, certainty, rest, why = said(Known(ends_at=NOW - DAY))
    assert (cause, certainty, rest) == (Cause.TOKEN_EXPIRED, Certainty.LIKELY, ())
    assert why == "The permission's stated end had passed."


def test_an_end_that_has_not_rules_age_out():
    cause, certainty, rest, why = said(Known(ends_at=NOW + 30 * DAY))
    assert (cause, certainty, rest) == (Cause.ACCESS_REVOKED, Certainty.AMBIGUOUS, (Cause.PASSWORD_CHANGED,))
    assert why == "It was given until Sat 12 Dec, so its age is not why."
    only = said(Known(ends_at=NOW + DAY), open_verdict(Cause.ACCESS_REVOKED, Cause.TOKEN_EXPIRED))
    assert only[:3] == (Cause.ACCESS_REVOKED, Certainty.LIKELY, ()), "one is left, and it is likely, not sure"


def test_disuse_is_reckoned_from_the_last_success():
    unused = said(Known(lapses_after=60 * DAY, last_success_at=NOW - 61 * DAY))
    assert unused[:2] == (Cause.TOKEN_EXPIRED, Certainty.LIKELY)
    assert "Nothing had used it since Sat 12 Sep" in unused[3]
    used = said(Known(lapses_after=60 * DAY, last_success_at=NOW - DAY))
    assert Cause.TOKEN_EXPIRED not in (used[0], *used[2])
    assert "It worked on Wed 11 Nov" in used[3]


def test_accounts_that_stop_together_are_about_the_login():
    mixed = open_verdict(Cause.SCOPE_MISSING, Cause.ACCESS_REVOKED)
    cause, certainty, rest, why = said(Known(fallen=2), mixed)
    assert (cause, certainty, rest) == (Cause.ACCESS_REVOKED, Certainty.LIKELY, ())
    assert why.startswith("2 other accounts of the same login stopped at the same time")


def test_a_healthy_account_of_the_same_login_speaks_against_a_changed_password():
    mixed = open_verdict(Cause.PASSWORD_CHANGED, Cause.SCOPE_MISSING)
    cause, certainty, rest, why = said(Known(healthy=1), mixed)
    assert (cause, certainty, rest) == (Cause.SCOPE_MISSING, Certainty.AMBIGUOUS, (Cause.PASSWORD_CHANGED,))
    assert "still answers, so a changed password is less likely" in why


def test_the_same_person_dropped_elsewhere_makes_the_password_likely():
    cause, certainty, rest, why = said(Known(elsewhere=("Aurora US",), login="ana@aurora.test"))
    assert (cause, certainty) == (Cause.PASSWORD_CHANGED, Certainty.LIKELY)
    assert Cause.ACCESS_REVOKED in rest, "likely is not sure: the others stay possible"
    assert "Aurora US, signed in as ana@aurora.test, dropped within minutes of it." in why


causes = st.sampled_from([cause for cause in Cause if cause not in (Cause.RATE_LIMITED, Cause.PLATFORM_DOWN)])
moments = st.none() | st.integers(-400, 400).map(lambda days: NOW + days * DAY)
knowledge = st.builds(
    Known, ends_at=moments, last_success_at=st.none() | st.integers(-400, 0).map(lambda days: NOW + days * DAY),
    lapses_after=st.none() | st.just(60 * DAY), fallen=st.integers(0, 3), healthy=st.integers(0, 3),
    elsewhere=st.lists(st.just("Shop"), max_size=2).map(tuple),
)  # fmt: skip


@given(causes, st.lists(causes, max_size=4).map(tuple), knowledge, st.sampled_from(RANK[:2]))
def test_it_never_invents_a_cause_nor_says_more_than_likely(cause, candidates, known, certainty):
    before = verdict(cause, remedy=Remedy.RECONNECT, certainty=certainty, candidates=candidates)
    after = sharpen(before, known, NOW)
    assert {after.cause, *after.candidates} <= {before.cause, *before.candidates}
    assert after.cause not in after.candidates
    assert after.certainty is not Certainty.SURE
    assert after.remedy is Remedy.RECONNECT
    if RANK.index(after.certainty) > RANK.index(before.certainty) or after.cause is not before.cause:
        assert len(after.evidence) > len(before.evidence), "whoever says more says why"


def test_what_is_sure_or_passing_is_left_alone():
    assert not is_open(verdict(Cause.ACCESS_REVOKED))
    assert not is_open(verdict(Cause.UNKNOWN, transient=True, certainty=Certainty.AMBIGUOUS))


def says_not_why(acts, *, inspector: int | None = None) -> None:
    """Meta refuses without a subcode; its inspector is the stand-in's, or answers with this status."""
    body = '{"error": {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}}'

    def instead(asked: str) -> Response | None:
        if "debug_token" in asked:
            return Response("<html>", inspector) if inspector else None
        return Response(body, 400, content_type="application/json") if "/act_" in asked else None

    acts.sandbox.instead = instead


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_meta_is_asked_what_became_of_the_token_and_the_page_says_so(acts, ana):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch("meta_ads", "security_policy")
    says_not_why(acts)
    assert acts.syncs(one) is Outcome.TROUBLE
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.certainty) != (Cause.ACCESS_REVOKED, Certainty.AMBIGUOUS)
    assert incident.code == "190/459"
    assert "We asked Meta what became of the permission" in ana.client.get(f"/integrations/{one}/incident").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_inspector_that_fails_changes_nothing(acts, ana):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch("meta_ads", "access_revoked")
    says_not_why(acts, inspector=500)
    assert acts.syncs(one) is Outcome.TROUBLE
    (incident,) = acts.open_incidents()
    assert incident.cause is Cause.ACCESS_REVOKED
    assert incident.certainty is Certainty.AMBIGUOUS
    assert incident.remedy is Remedy.RECONNECT
    page = ana.client.get(f"/integrations/{one}/incident").text
    assert "so its age is not why" in page
