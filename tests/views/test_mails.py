"""Ending mails from the mail itself, choosing them on a page, and putting reminders off: nothing by looking."""

from __future__ import annotations

import re

import pytest

from tests.views.test_tenancy import dump
from webapp.lifecycle.mail_choices import stop_link
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.notice import CHOICES, NoticeKind
from webapp.queries.mail_off import chosen_by

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def path(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def breaks(acts, send_mail) -> str:
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    return meta


def test_one_press_in_the_mail_program_ends_that_kind_and_no_other(acts, send_mail, nobody, ana, people):
    meta = breaks(acts, send_mail)
    assert send_mail() == 1
    headers = acts.sandbox.letters()[0]["headers"]
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(http://127\.0\.0\.1:5000/unsubscribe/\S+)>", headers["List-Unsubscribe"]).group(1)
    assert nobody.client.get(path(link)).status_code == 200
    assert box(ana, "broken") == "checked", "looking ends nothing"
    answer = nobody.client.post(path(link), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "A connection needs you (Aurora)" in answer.text
    assert (box(ana, "broken"), box(ana, "reminder"), box(ana, "recovered")) == ("", "checked", "checked")
    acts.reconnects(meta)
    acts.syncs(meta)
    acts.sandbox.advance(days=2)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()
    assert [one["subject"][:6] for one in acts.sandbox.letters()].count("Reconn") == 1
    assert nobody.client.post(path(link) + "x").status_code == 404


def test_mails_about_ones_own_account_always_come(acts, send_mail, ana, nobody):
    ana.post("/preferences", page="/preferences")
    assert box(ana, "broken") == ""
    nobody.post("/password-reset", page="/password-reset", email="ana@test.test")
    assert send_mail() == 1
    letter = acts.sandbox.letters()[0]
    assert letter["subject"] == "Choose a new password · Shopimize"
    assert "List-Unsubscribe" not in letter["headers"]


def test_a_link_to_the_snooze_page_snoozes_nothing(acts, send_mail, ana, vic, runtime):
    meta = breaks(acts, send_mail)
    send_mail()
    link = re.search(r"http://127\.0\.0\.1:5000(/integrations/\w+/snooze)", acts.sandbox.letters()[0]["text"]).group(1)
    before = dump(runtime)
    assert "Snooze until tomorrow?" in ana.client.get(link).text
    assert 'form="act"' not in vic.client.get(link).text, "a viewer looks"
    assert dump(runtime) == before
    assert acts.row(meta).incident.snoozed is None
    assert ana.post(link).status_code == 303
    assert "Snoozed by Ana until" in vic.client.get(f"/integrations/{meta}").text


def test_a_stranger_may_end_only_what_the_token_names(runtime, people, nobody, bob):
    link = stop_link(runtime, person_id=people["bob"], kind=NoticeKind.BROKEN, workspace_ids={people["aurora"]})
    assert nobody.client.post(path(link)).status_code == 200
    assert box(bob, "broken") == "checked", "Bob is not in Aurora, and Borealis was not named"


def box(someone, kind: str) -> str:
    page = someone.client.get("/preferences").text
    found = re.search(rf'name="{kind}" value="1"( checked)?', page)
    assert found, page
    return (found.group(1) or "").strip()


@pytest.fixture
def agency(runtime, people) -> list[str]:
    """Ana owns eleven workspaces more."""
    with runtime.database.writing() as session:
        return [
            open_workspace(session, person_id=people["ana"], name=f"Client {number:02}", now=runtime.now())
            for number in range(11)
        ]


def wants(runtime, person_id: str, workspace_id: str) -> set[str]:
    with runtime.database.reading() as session:
        chosen = chosen_by(session, person_id)
    return {str(kind) for kind in CHOICES if chosen.wants(workspace_id, kind)}


def test_one_choice_counts_everywhere_but_where_another_was_made(ana, runtime, people, agency):
    every, broken = {str(kind) for kind in CHOICES}, {"broken": "1"}
    ana.post(f"/preferences/{agency[0]}", page="/preferences", **dict.fromkeys(every - {"delayed"}, "1"))
    ana.post("/preferences", page="/preferences", **broken)
    assert wants(runtime, people["ana"], agency[1]) == {"broken"}
    assert wants(runtime, people["ana"], agency[0]) == every - {"delayed"}
    page = ana.client.get("/preferences").text
    assert "All but: Delays" in page
    assert "Client 01" not in page, "what is like all the others is not listed"
    assert "Client 01" in ana.client.get("/preferences?q=client+01").text
    opened = ana.client.get(f"/preferences?open={agency[1]}").text
    assert "Save for Client 01" in opened
    with runtime.database.writing() as session:
        later = open_workspace(session, person_id=people["ana"], name="Later", now=runtime.now())
    assert wants(runtime, people["ana"], later) == {"broken"}, "and where she comes later"
    ana.post(f"/preferences/{agency[0]}", page="/preferences", alike="1")
    assert wants(runtime, people["ana"], agency[0]) == {"broken"}
    ana.post(f"/preferences/{agency[2]}", page="/preferences", **broken)
    assert "No workspace" not in (page := ana.client.get("/preferences").text)
    assert "None. What you choose above" in page, "the same as everywhere is nothing apart"


def test_one_press_ends_a_kind_where_it_came_from_or_everywhere(ana, runtime, people, agency, nobody):
    every, me = {str(kind) for kind in CHOICES}, people["ana"]
    one = stop_link(runtime, person_id=me, kind=NoticeKind.DELAYED, workspace_ids={agency[0]})
    nobody.client.post(path(one))
    assert wants(runtime, me, agency[0]) == every - {"delayed"}
    assert wants(runtime, me, agency[1]) == every
    many = stop_link(runtime, person_id=me, kind=NoticeKind.REMINDER, workspace_ids=set(agency))
    page = nobody.client.post(path(many)).text
    assert "Reminders (all workspaces)" in page
    assert wants(runtime, me, agency[0]) == every - {"delayed", "reminder"}
    assert wants(runtime, me, agency[1]) == wants(runtime, me, people["aurora"]) == every - {"reminder"}
    assert nobody.client.post(path(many)).status_code == 200, "twice is the same"


def test_with_one_workspace_the_page_says_what_counts_there(bob, runtime, people, nobody):
    link = stop_link(runtime, person_id=people["bob"], kind=NoticeKind.BROKEN, workspace_ids={people["borealis"]})
    nobody.client.post(path(link))
    assert (box(bob, "broken"), box(bob, "delayed")) == ("", "checked")
    bob.post("/preferences", page="/preferences", broken="1")
    assert wants(runtime, people["bob"], people["borealis"]) == {"broken"}
