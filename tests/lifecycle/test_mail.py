"""The outbox: one letter for what broke together, never a stale one, and a mail server that fails holds nobody up."""

from __future__ import annotations

import re
import time

import pytest
from sqlmodel import select

from webapp.models.access import Ending
from webapp.models.notice import Notice
from webapp.models.people import Member, Person, Role


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"NOTICE_HOLD": "45"}


def breaks(acts, slug: str, switch: str = "access_revoked") -> None:
    acts.sandbox.switch(slug, switch)


def subjects(acts) -> list[str]:
    return [letter["subject"] for letter in acts.sandbox.letters()]


def test_what_broke_together_is_one_letter_after_the_hold(acts, send_mail):
    ids = [acts.connects(slug) for slug in ("meta_ads", "google_ads", "tiktok_ads")]
    for slug, one in zip(("meta_ads", "google_ads", "tiktok_ads"), ids, strict=True):
        acts.syncs(one)
        breaks(acts, slug)
        acts.syncs(one)
        acts.sandbox.advance(seconds=20)
        assert send_mail() == 0, "held until nothing more has failed for a while"
    acts.sandbox.advance(seconds=30)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[0]
    assert letter["subject"] == "3 connections dropped together · Aurora"
    assert "Likely one password or security change for ana@aurora.test" in letter["text"]
    for name in ("Meta Ads", "Google Ads", "TikTok Ads"):
        assert name in letter["text"]
        assert name in letter["html"]
    assert "/integrations/" in letter["html"]


def test_what_has_no_common_cause_is_not_said_to_have_one(acts, send_mail):
    for slug, switch in (("meta_ads", "access_revoked"), ("tiktok_ads", "account_disabled")):
        one = acts.connects(slug)
        breaks(acts, slug, switch)
        acts.syncs(one)
    acts.sandbox.advance(seconds=60)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[0]
    assert letter["subject"] == "2 connections need you · Aurora"
    assert "together" not in letter["text"]


def test_who_reconnects_within_the_hold_is_not_bothered(acts, send_mail):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    breaks(acts, "meta_ads")
    acts.syncs(one)
    assert acts.reconnects(one).ending is Ending.CONNECTED
    acts.syncs(one)
    acts.sandbox.advance(minutes=5)
    assert send_mail() == 0, "neither the warning nor its good end"
    assert acts.sandbox.letters() == []


def test_a_latecomer_goes_into_one_follow_up(acts, send_mail):
    first, second = acts.connects("meta_ads"), acts.connects("google_ads")
    breaks(acts, "meta_ads")
    acts.syncs(first)
    acts.sandbox.advance(seconds=50)
    assert send_mail() == 1
    breaks(acts, "google_ads")
    acts.syncs(second)
    acts.sandbox.advance(seconds=50)
    assert send_mail() == 1
    assert len(subjects(acts)) == 2
    assert "Google Ads" in acts.sandbox.letters()[1]["text"]


def test_try_later_is_tried_later_under_the_same_message_id(acts, send_mail, runtime):
    one = acts.connects("meta_ads")
    breaks(acts, "meta_ads")
    acts.syncs(one)
    acts.sandbox.advance(seconds=60)
    acts.sandbox.switch("mail", "smtp_451")
    assert send_mail() == 0
    with runtime.database.reading() as session:
        notice = session.exec(select(Notice)).one()
    assert notice.tries == 1
    assert "451" in (notice.last_error or "")
    assert send_mail() == 0, "not before its time"
    acts.sandbox.switch("mail", "smtp_451", on=False)
    acts.sandbox.advance(minutes=5)
    assert send_mail() == 1
    assert acts.sandbox.letters()[0]["message_id"] == notice.message_id


def test_a_refused_address_is_marked_and_shown_not_tried_for_ever(acts, send_mail, runtime, people, ana):
    one = acts.connects("meta_ads")
    breaks(acts, "meta_ads")
    acts.syncs(one)
    acts.sandbox.advance(seconds=60)
    acts.sandbox.switch("mail", "smtp_550")
    assert send_mail() == 0
    acts.sandbox.advance(days=1)
    assert send_mail() == 0
    with runtime.database.reading() as session:
        assert session.exec(select(Notice)).one().refused_at is not None
        assert session.get_one(Person, people["ana"]).mail_refused_at is not None
    assert "mail comes back" in ana.client.get("/members").text


def test_a_silent_mail_server_is_left_after_its_time(acts, send_mail, runtime, monkeypatch):
    monkeypatch.setattr("webapp.extensions.SMTP_SECONDS", 1)
    one = acts.connects("meta_ads")
    breaks(acts, "meta_ads")
    acts.syncs(one)
    acts.sandbox.advance(seconds=60)
    acts.sandbox.switch("mail", "smtp_mute")
    began = time.monotonic()
    assert send_mail() == 0
    assert time.monotonic() - began < 10
    with runtime.database.reading() as session:
        assert session.exec(select(Notice)).one().refused_at is None


def test_viewers_and_the_unconfirmed_are_not_told(acts, send_mail, runtime, people):
    with runtime.database.writing() as session:
        session.get_one(Person, people["ana"]).confirmed_at = None
    one = acts.connects("meta_ads")
    breaks(acts, "meta_ads")
    acts.syncs(one)
    acts.sandbox.advance(minutes=5)
    assert send_mail() == 0


def test_each_letter_says_who_else_was_told(acts, send_mail, runtime, people):
    with runtime.database.writing() as session:
        session.exec(select(Member).where(Member.person_id == people["vic"])).one().role = Role.ADMIN
    one = acts.connects("meta_ads")
    acts.syncs(one)
    breaks(acts, "meta_ads")
    acts.syncs(one)
    acts.sandbox.advance(minutes=3)
    assert send_mail() == 2
    for letter in acts.sandbox.letters():
        (other,) = {"ana@test.test", "vic@test.test"} - {letter["to"]}
        assert f"Also told: {other}." in letter["text"]
        assert f"Also told: {other}." in letter["html"]


def test_the_text_part_runs_no_two_sentences_together(acts, send_mail):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=3)
    assert send_mail() == 1
    text = acts.sandbox.letters()[0]["text"]
    assert "Likely cause: " in text
    assert re.search(r"[a-z]\.[A-Z]", text) is None
