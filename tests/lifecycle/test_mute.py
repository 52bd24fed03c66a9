"""A planned password change: muted for an hour, and afterwards one problem, one mail and one way out."""

from __future__ import annotations

import pytest

from tests.views.test_poll import HTMX, poll_url
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.incident_mail import situation
from webapp.lifecycle.mute import end_mutes, mute
from webapp.lifecycle.sync import sync
from webapp.queries.board import board_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
THREE = ("meta_ads", "google_ads", "tiktok_ads")


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"NOTICE_HOLD": "45"}


def board(acts):
    with acts.runtime.database.reading() as session:
        return board_of(session, situation(acts.runtime), workspace_id=acts.workspace_id, can_change=True, platforms=())


def everything_due(runtime) -> int:
    claims = claim_due(runtime, limit=20)
    for claim in claims:
        sync(runtime, claim)
    return len(claims)


def test_what_really_dropped_is_told_once_when_the_hour_is_over(acts, runtime, send_mail, ana, vic):
    ids = [acts.connects(slug) for slug in THREE]
    for one in ids:
        acts.syncs(one)
    open_page = poll_url(vic)
    ana.post("/mute")
    assert "Alerts are muted until" in vic.client.get(open_page, headers=HTMX).text, "on pages that are open, too"
    assert [end_mutes(runtime), "by Ana" in vic.client.get("/integrations").text] == [0, True]
    assert "End now" in ana.client.get("/integrations").text
    assert "End now" not in vic.client.get("/integrations").text
    for slug, one in zip(THREE[:2], ids[:2], strict=True):
        acts.sandbox.advance(minutes=20)
        acts.sandbox.switch(slug, "password_changed")
        acts.syncs(one)
        assert send_mail() == 0
    assert board(acts).needs == 2, "the page hides nothing"
    acts.reconnects(ids[0])
    acts.sandbox.switch("tiktok_ads", "access_revoked")
    acts.sandbox.advance(minutes=21)
    assert send_mail() == 0, "not before everything was asked once more"
    assert end_mutes(runtime) == 1
    assert everything_due(runtime) == 3
    assert send_mail() == 0
    acts.sandbox.advance(seconds=50)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[0]
    assert letter["subject"] == "2 connections dropped together · Aurora"
    assert "Meta Ads" not in letter["text"].split("Open them")[0], "put right meanwhile"
    shown = board(acts)
    assert {one.platform for one in shown.outbreak.members} == {"google_ads", "tiktok_ads"}
    assert shown.mute is None
    assert shown.check.said.startswith("Checked just now: 1 of 3 reachable.")
    assert (send_mail(), end_mutes(runtime)) == (0, 0)


def test_ended_early_it_is_told_at_once_and_another_workspace_never_noticed(acts, runtime, send_mail, ana, people):
    mute(runtime, workspace_id=people["borealis"], person_id=people["bob"])
    one = acts.connects("meta_ads")
    ana.post("/mute")
    ana.post("/mute")
    acts.sandbox.switch("meta_ads", "password_changed")
    acts.syncs(one)
    acts.sandbox.advance(seconds=60)
    assert send_mail() == 0
    assert "Alerts are on again" in ana.client.get(ana.post("/mute/ending").location).text
    everything_due(runtime)
    acts.sandbox.advance(seconds=60)
    assert send_mail() == 1
    ana.post("/mute/ending")
    acts.sandbox.switch("google_ads", "access_revoked", on=False)
    other = acts.connects("google_ads")
    acts.sandbox.switch("google_ads", "access_revoked")
    acts.syncs(other)
    acts.sandbox.advance(seconds=60)
    assert send_mail() == 1, "only Borealis is muted now"


def test_a_clock_that_ran_ahead_mutes_nobody_for_long(acts, runtime, people):
    acts.sandbox.advance(days=300)
    mute(runtime, workspace_id=people["aurora"], person_id=people["ana"])
    acts.sandbox.advance(days=-300)
    assert (end_mutes(runtime), board(acts).mute) == (1, None)


def test_check_all_says_what_was_proved_and_forgets_nothing(acts, runtime, ana):
    ids = [acts.connects(slug) for slug in ("meta_ads", "google_ads")]
    for one in ids:
        acts.syncs(one)
    acts.sandbox.advance(minutes=30)
    proved = acts.row(ids[1]).checked_at
    acts.sandbox.switch("google_ads", "outage")
    assert "Checking: 0 of 2 have answered." in ana.client.get(ana.post("/checks").location).text
    assert board(acts).check.is_pending
    assert everything_due(runtime) == 2
    shown = ana.client.get("/integrations").text
    assert "Checked just now: 1 of 2 reachable. We could not check Google Ads" in shown
    assert acts.row(ids[1]).checked_at == proved
    acts.sandbox.switch("google_ads", "outage", on=False)
    ana.post("/checks")
    everything_due(runtime)
    assert board(acts).check.said == "Checked just now: 2 of 2 reachable."
