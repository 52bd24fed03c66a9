"""Every cause at every platform has its words, all from the catalogue, and says Reconnect only where it helps."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from tests.languages import bare, made_up
from tools import causes
from webapp import words
from webapp.models.health import Facts, health_of
from webapp.models.integration import Integration
from webapp.models.trouble import Incident
from webapp.platforms import registry
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import REMEDY_OF, Cause, Certainty, Fault, Remedy
from webapp.queries.causes import CAUSES, KEY_MISSING, words_of
from webapp.queries.explain import explain
from webapp.queries.facts import Explanation
from webapp.queries.usual_spend import usually

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
ENDINGS = (Cause.PASSWORD_CHANGED, Cause.ACCESS_REVOKED, Cause.SECURITY_POLICY, Cause.TOKEN_EXPIRED)
MENDED_BY_RECONNECT = [cause for cause in Cause if REMEDY_OF[cause] is Remedy.RECONNECT]
MENDED_BY_THE_MERCHANT = [*MENDED_BY_RECONNECT, Cause.ACCOUNT_UNAVAILABLE]
PLATFORMS = list(registry().values())
EVERYWHERE = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.slug)
# What a platform or a programmer calls it. A merchant reads none of it outside the technical details.
JARGON = re.compile(
    r"token|grant(?! admin consent)|oauth|scope|credential|invalid_|incident|outbreak|re-?auth|re-connect|re-?install"
    r"|\bsync\b|[{}]",
    re.IGNORECASE,
)


def explained(
    platform: Platform, cause: Cause, *, certainty=Certainty.SURE, candidates=(), code="190/460", evidence=(), **other
) -> Explanation:
    incident = Incident(
        integration_id="i", workspace_id="w", opened_at=NOW, began_at=NOW - timedelta(days=1),
        data_through=NOW - timedelta(days=1), cause=cause, remedy=other.get("remedy", REMEDY_OF[cause]),
        fault=Fault.MERCHANT, certainty=certainty, candidates=list(candidates), evidence=list(evidence), stage="api",
        http_status=400, code=code, message="invalid_grant: Token has been expired or revoked.",
    )  # fmt: skip
    integration = Integration(
        workspace_id="w", platform=platform.slug, account_id="7", account_name="77", currency="USD", timezone="UTC",
        first_day=NOW.date() - timedelta(days=90), created_at=NOW, granted_at=NOW, next_sync_at=NOW,
    )  # fmt: skip
    return explain(incident, integration, platform, login=None, now=NOW)


def lead(told: Explanation) -> str:
    """All that is read without opening the technical details."""
    return "\n".join([
        told.title, told.happened, told.likely, told.certainty, told.affects, *told.steps, told.next, *told.evidence,
    ])  # fmt: skip


@EVERYWHERE
@pytest.mark.parametrize("cause", Cause)
def test_nothing_is_left_out(platform, cause):
    told = explained(platform, cause)
    assert all((told.title, told.happened, told.likely, told.steps, told.url, told.next, told.affects)), told
    assert platform.company in lead(told)
    assert not (found := JARGON.search(lead(told))), found
    assert "invalid_grant" in dict(told.technical)["Message"], "the platform's own words are kept for support"
    assert told.url.startswith("https://")


@EVERYWHERE
def test_a_platform_has_its_own_steps_where_the_merchant_acts(platform):
    assert set(platform.advice) == set(MENDED_BY_THE_MERCHANT)
    for cause in MENDED_BY_THE_MERCHANT:
        found = words_of(cause, platform)
        assert found.steps, cause
        assert set(found.steps).isdisjoint(CAUSES[cause].steps), f"{cause}: the words of all platforms"
    assert words_of(Cause.TOKEN_EXPIRED, platform).happened != CAUSES[Cause.TOKEN_EXPIRED].happened, (
        "its own time limit"
    )
    for cause in (Cause.ACCESS_REVOKED, Cause.SECURITY_POLICY, Cause.ACCOUNT_UNAVAILABLE):
        assert platform.advice[cause].url, f"{cause}: no page to act on"


@pytest.mark.parametrize(("one", "other"), [(a, b) for a, b in product(PLATFORMS, PLATFORMS) if a is not b])
def test_no_platform_speaks_of_another(one, other):
    told = "\n".join(lead(explained(one, cause)) for cause in Cause)
    assert not re.search(rf"\b{other.company}\b", told)


@EVERYWHERE
@pytest.mark.parametrize("cause", Cause)
def test_reconnect_is_offered_where_it_helps_and_nowhere_else(platform, cause):
    told = explained(platform, cause)
    health = health_of(
        Facts(
            disconnected=False, paused=False, remedy=REMEDY_OF[cause], imported=True, owes_days=True, attempted=True,
            last_success_at=NOW, granted_at=NOW, process_started_at=NOW, sync_interval=timedelta(minutes=15),
            ends_at=None,
        ), NOW,
    )  # fmt: skip
    reconnects = cause in MENDED_BY_RECONNECT
    assert (health.badge.offer == "reconnect") is reconnects
    assert any("Reconnect" in step for step in told.steps) is reconnects
    if cause is Cause.SECURITY_POLICY:
        assert "Press Reconnect" not in told.steps[0], "first what the platform asks for, then Reconnect"


@EVERYWHERE
def test_an_unreachable_account_that_a_new_sign_in_would_mend_says_so(platform):
    told = explained(platform, Cause.ACCOUNT_UNAVAILABLE, remedy=Remedy.RECONNECT)
    assert "Reconnect" in told.steps[-1]


def test_a_passkey_is_asked_for_before_the_button_that_needs_it():
    asking = [cause for cause in MENDED_BY_RECONNECT if "passkey" in lead(explained(registry()["google_ads"], cause))]
    assert set(ENDINGS) < set(asking)
    for cause in asking:
        steps = explained(registry()["google_ads"], cause).steps
        assert [("passkey" in one) for one in steps].index(True) < [("Press Reconnect" in one) for one in steps].index(
            True
        )


def test_the_four_reasons_why_a_permission_ends():
    """The help article names four; each is what we say where it is the likely cause."""
    reasons = [CAUSES[cause].likely for cause in ENDINGS]
    for reason, said in zip(
        reasons, ("password", "removed Shopimize's access", "security rule", "time limit"), strict=True
    ):
        assert said in reason


def test_several_possible_causes_are_all_named():
    meta = registry()["meta_ads"]
    told = explained(meta, Cause.PASSWORD_CHANGED, certainty=Certainty.AMBIGUOUS, candidates=[Cause.TOKEN_EXPIRED])
    assert "password" in told.likely
    assert told.likely.endswith("; or the permission had a time limit built in")
    assert told.certainty == "Meta gives one answer for several causes, so we cannot tell which."


@EVERYWHERE
@pytest.mark.parametrize("certainty", Certainty)
def test_every_word_comes_from_the_catalogue(platform, certainty):
    with words.speaking(made_up()):
        for cause, code in product(Cause, ("1", KEY_MISSING)):
            told = explained(platform, cause, certainty=certainty, code=code, candidates=[Cause.SECURITY_POLICY])
            assert re.search(r"[^\W\d]", bare(lead(told))) is None, (cause, bare(lead(told)))
            assert all(bare(name) == "" for name, _ in told.technical)


def test_what_a_platform_gives_as_evidence_is_in_the_catalogue_too():
    line = "Snapchat gives this one answer for every way in which a permission ends."
    with words.speaking(made_up()):
        assert explained(PLATFORMS[0], Cause.UNKNOWN, evidence=[line]).evidence == (f"⟦{line}⟧",)


def test_what_a_day_usually_runs_is_in_the_catalogue_too():
    with words.speaking(made_up()):
        for spent in ([1, 2], [1, 1]):
            assert re.search(r"[^\W\d]", bare(usually(spent, "USD"))) is None


def test_an_explanation_has_no_part_that_these_tests_do_not_know():
    known = {
        "title", "happened", "kept", "noticed", "since", "affected", "left_out", "deadline", "likely", "certainty",
        "steps", "first", "url", "next", "evidence", "technical", "topic",
        "usually",
    }  # fmt: skip
    assert {one.name for one in fields(Explanation)} == known


def test_the_table_in_the_docs_is_what_the_product_says():
    assert causes.FILE.read_text() == causes.text(), "`make fix` writes it anew"
    rows = [line for line in causes.text().splitlines() if line.startswith("| ") and not line.startswith("| Platform")]
    assert len(rows) == len(Cause) * len(PLATFORMS)
