"""What stays broken is said again, once a time and person, until it is mended or somebody says they know."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from webapp.lifecycle.mail_choices import choose
from webapp.lifecycle.snooze import snooze
from webapp.models.access import Ending
from webapp.models.notice import CHOICES, NoticeKind
from webapp.models.people import Member, Role
from webapp.models.trouble import Incident

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def broken(acts, send_mail) -> list[str]:
    """Meta and TikTok broke just now, at nine in the morning UTC, and Ana was told."""
    ids = [acts.connects(slug) for slug in ("meta_ads", "tiktok_ads")]
    for slug, one in zip(("meta_ads", "tiktok_ads"), ids, strict=True):
        acts.syncs(one)
        acts.sandbox.switch(slug, "access_revoked")
        acts.syncs(one)
    acts.sandbox.advance(minutes=5)
    assert send_mail() >= 1
    return ids


def new_letters(acts) -> list[dict[str, str]]:
    letters = acts.sandbox.letters()
    found = letters[getattr(acts, "read", 0) :]
    acts.read = len(letters)
    return found


def subjects(acts) -> list[str]:
    return [one["subject"] for one in new_letters(acts)]


def days_with_mail(acts, send_mail, days: int) -> list[int]:
    """Twenty-four hours at a time; the days on which mail went out."""
    return [day for day in range(1, days + 1) if acts.sandbox.advance(days=1) is None and send_mail()]


def test_on_days_1_3_and_7_then_weekly_one_mail_for_all_of_it(acts, send_mail, broken):
    new_letters(acts)
    # Nine in New York is later on the day: what came on a day is seen on the next look.
    assert days_with_mail(acts, send_mail, 22) == [2, 4, 8, 15, 22]
    letters = new_letters(acts)
    assert {one["subject"] for one in letters} == {"Still broken: 2 connections · Aurora"}
    assert len({one["message_id"] for one in letters}) == 5
    for name in ("Meta Ads", "TikTok Ads"):
        assert name in letters[0]["text"]


def test_only_what_is_still_broken_and_nothing_once_all_is_mended(acts, send_mail, broken):
    meta, tiktok = broken
    new_letters(acts)
    assert acts.reconnects(meta).ending is Ending.CONNECTED
    acts.sandbox.advance(days=2)
    send_mail()
    reminder = next(one for one in new_letters(acts) if "Still" in one["subject"])
    assert reminder["subject"] == "Still broken: TikTok Ads · Aurora"
    assert "Meta Ads" not in reminder["text"]
    assert acts.reconnects(tiktok).ending is Ending.CONNECTED
    acts.sandbox.advance(days=20)
    send_mail()
    assert not [one for one in subjects(acts) if "Still" in one]


def test_snoozed_it_is_quiet_for_the_team_and_who_snoozed_hears_tomorrow(acts, send_mail, broken, runtime, people):
    with runtime.database.writing() as session:
        made_admin(session, people)
    acts.sandbox.advance(days=4)
    send_mail()
    new_letters(acts)
    assert snooze(runtime, workspace_id=people["aurora"], person_id=people["ana"]) == 2
    row = acts.row(broken[0])
    assert row.incident.snoozed.startswith("Snoozed by Ana until ")
    assert send_mail() == 0
    acts.sandbox.advance(days=1, hours=6)
    send_mail()
    assert [one["to"] for one in new_letters(acts)] == ["ana@test.test"], "Vic's next is on day 7"
    assert acts.row(broken[0]).incident.snoozed is None
    acts.sandbox.advance(days=2)
    send_mail()
    assert {one["to"] for one in new_letters(acts)} == {"ana@test.test", "vic@test.test"}


def test_who_does_without_reminders_gets_none(acts, send_mail, broken, runtime, people):
    wanted = set(CHOICES) - {NoticeKind.REMINDER}
    choose(runtime, person_id=people["ana"], wanted=wanted)
    acts.sandbox.advance(days=9)
    assert send_mail() == 0


def test_a_paused_one_never_nags(acts, send_mail, broken, ana):
    for one in broken:
        ana.post(f"/integrations/{one}/pause")
    acts.sandbox.advance(days=9)
    assert send_mail() == 0


def test_what_breaks_mends_and_breaks_within_a_day_is_one_mail_that_says_so(acts, send_mail):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    for _ in range(4):
        acts.sandbox.switch("meta_ads", "access_revoked")
        acts.syncs(meta)
        acts.sandbox.advance(minutes=20)
        send_mail()
        assert acts.reconnects(meta).ending is Ending.CONNECTED
        acts.syncs(meta)
        acts.sandbox.advance(minutes=20)
        send_mail()
    said = subjects(acts)
    assert said == [
        "Reconnect needed: Meta Ads · Aurora",
        "Back: Meta Ads is connected again · Aurora",
        "Breaks again and again: Meta Ads · Aurora",
    ]
    acts.sandbox.advance(days=1, hours=1)
    send_mail()
    assert subjects(acts) == ["Back: Meta Ads is connected again · Aurora"], "once, when it has held for a day"


def test_a_passing_outage_is_silent_for_a_day_then_said_once(acts, send_mail):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "outage")
    for _ in range(6):
        acts.syncs(meta)
        acts.sandbox.advance(minutes=20)
    assert acts.open_incidents()
    acts.sandbox.advance(hours=20)
    assert send_mail() == 0, "not under a day"
    acts.sandbox.advance(hours=4)
    assert send_mail() == 1
    letter = new_letters(acts)[0]
    assert letter["subject"] == "Delayed, nothing to do: Meta Ads · Aurora"
    assert "Snooze" not in letter["text"]
    acts.sandbox.advance(days=9)
    assert send_mail() == 0
    acts.sandbox.switch("meta_ads", "outage", on=False)
    acts.syncs(meta)
    acts.sandbox.advance(hours=1)
    assert send_mail() == 0, "it needed nobody, so nobody is told that it is back"


def test_an_outage_over_within_a_day_is_never_said(acts, send_mail):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "outage")
    for _ in range(6):
        acts.syncs(meta)
        acts.sandbox.advance(minutes=20)
    acts.sandbox.switch("meta_ads", "outage", on=False)
    acts.syncs(meta)
    acts.sandbox.advance(days=3)
    assert send_mail() == 0


def test_an_address_that_takes_no_mail_is_left_alone_and_the_next_is_told(acts, send_mail, runtime, people, ana):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    acts.sandbox.switch("mail", "smtp_550", account="ana@test.test")
    with runtime.database.writing() as session:
        # Joins after it broke: is told of nothing but Ana's address.
        made_admin(session, people)
    assert send_mail() == 1, "to Vic, about Ana"
    acts.sandbox.switch("mail", "smtp_550", on=False, account="ana@test.test")
    assert "Our mail to ana@test.test comes back" in ana.client.get("/integrations").text
    letter = new_letters(acts)[0]
    assert (letter["to"], letter["subject"]) == ("vic@test.test", "Mail comes back: ana@test.test · Aurora")
    ana.post("/mail-address")
    assert "comes back" not in ana.client.get("/integrations").text
    assert send_mail() == 1
    assert subjects(acts) == ["Still broken: Meta Ads · Aurora"], "what she was not told"


def test_nobody_who_left_is_told_what_goes_on_there(acts, send_mail, runtime, people):
    with runtime.database.writing() as session:
        made_admin(session, people)
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    with runtime.database.writing() as session:
        session.delete(session.exec(select(Member).where(Member.person_id == people["vic"])).one())
    acts.sandbox.advance(minutes=5)
    assert send_mail() == 1
    assert [one["to"] for one in new_letters(acts)] == ["ana@test.test"]


def made_admin(session: Session, people: dict[str, str]) -> None:
    session.exec(select(Member).where(Member.person_id == people["vic"])).one().role = Role.ADMIN


def test_the_history_tells_who_snoozed(acts, send_mail, broken, runtime, people, ana):
    with runtime.database.reading() as session:
        assert len(session.exec(select(Incident)).all()) == 2
    ana.post(f"/integrations/{broken[0]}/snooze")
    assert "Reminders put off until tomorrow by Ana" in ana.client.get(f"/integrations/{broken[0]}/history").text
