"""One mail each morning over all workspaces, for whoever asked for it: only when something needs them, and once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from tests.acts import Acts
from webapp.lifecycle.digest import owe_digests
from webapp.lifecycle.sign_up import open_workspace
from webapp.queries.affected import affected

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def both(acts, runtime, people, send_mail, ana) -> list[tuple[Acts, str]]:
    """Meta broke in Aurora and in Birch, Ana was told, and wants a digest."""
    with runtime.database.writing() as session:
        birch = open_workspace(session, person_id=people["ana"], name="Birch", now=runtime.now())
    found = [(one, one.connects("meta_ads")) for one in (acts, Acts(runtime, acts.sandbox, people["ana"], birch))]
    for one, meta in found:
        one.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    for one, meta in found:
        one.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()
    page = ana.client.get("/preferences").text
    boxes = dict.fromkeys(re.findall(r'name="([\w.]+)" value="1" checked', page), "1")
    assert ana.post("/preferences", "/preferences", digest="1", **boxes).status_code == 303
    return found


def mornings(acts, runtime, send_mail, days: int) -> list[str]:
    before = len(acts.sandbox.letters())
    for _ in range(days * 4):
        acts.sandbox.advance(hours=6)
        owe_digests(runtime)
        send_mail()
    return [one["subject"] for one in acts.sandbox.letters()[before:]]


def test_one_a_morning_for_all_of_it_and_no_reminder(acts, runtime, send_mail, both):
    assert mornings(acts, runtime, send_mail, 3) == ["2 of 2 workspaces need you · this morning"] * 3
    letter = acts.sandbox.letters()[-1]
    assert "Birch" in letter["text"]
    assert "Aurora" in letter["text"]
    assert "/workspaces?state=needs" in letter["text"]


def test_each_problem_says_the_money_as_its_own_mail_does_in_as_many_queries_however_many_there_are(
    acts, runtime, send_mail, both
):
    said = re.compile(
        r"Profit since \d+ \w+ leaves out Meta spend\. On comparable days it ran \$\d[^.]*\$\d[^.]* a day\."
    )
    own = {said.search(" ".join(one["text"].split())).group(0) for one in acts.sandbox.letters()}
    assert len(own) == 1, "both accounts are one at the sandbox"
    mornings(acts, runtime, send_mail, 1)
    letter = acts.sandbox.letters()[-1]
    for part in (" ".join(letter["text"].split()), re.sub(r"<[^>]+>", " ", letter["html"])):
        assert [one.group(0) for one in said.finditer(part)] == [*own, *own]
    metas = [meta for _, meta in both]
    with runtime.database.reading() as session:
        asked = []
        event.listen(session.bind, "before_cursor_execute", lambda *_: asked.append(1))
        one = affected(session, runtime.platform, metas[:1], runtime.now())
        first = len(asked)
        assert affected(session, runtime.platform, metas, runtime.now()) == dict.fromkeys(metas, *one.values())
        assert len(asked) == 2 * first > 0


def test_nothing_when_all_is_quiet(acts, runtime, send_mail, both):
    for one, meta in both:
        one.reconnects(meta)
        one.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()
    assert mornings(acts, runtime, send_mail, 3) == []


def test_one_press_ends_it_and_reminders_come_again(acts, runtime, send_mail, both, nobody):
    mornings(acts, runtime, send_mail, 1)
    link = re.search(r"/unsubscribe/[^>]+", acts.sandbox.letters()[-1]["headers"]["List-Unsubscribe"]).group(0)
    assert "One mail each morning" in nobody.client.get(link).text
    assert nobody.client.post(link).status_code == 200
    assert mornings(acts, runtime, send_mail, 7) == ["Still broken: 2 connections · 2 workspaces"] * 3


def test_who_has_one_workspace_is_not_asked(vic):
    assert 'name="digest"' not in vic.client.get("/preferences").text
