"""Told before it breaks: a fortnight before, a week before and on the last day; never a mail for each connection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from tests.acts import Acts
from webapp.lifecycle.mail_choices import stop, stop_of
from webapp.lifecycle.pause import pause, resume
from webapp.lifecycle.sign_up import open_workspace
from webapp.lifecycle.warn_ahead import warn_ahead
from webapp.models.notice import Notice, NoticeKind
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def second(acts, runtime, sandbox, people) -> Acts:
    """Ana in another workspace of hers."""
    with runtime.database.writing() as session:
        place = open_workspace(session, person_id=people["ana"], name="Aurora EU", now=runtime.now())
    return Acts(runtime, sandbox, people["ana"], place)


@pytest.fixture
def a_minute_passes(runtime, send_mail):
    """What the clock does: look ahead, twice as two machines would, and send; how many mails."""

    def passes() -> int:
        warn_ahead(runtime)
        warn_ahead(runtime)
        return send_mail()

    return passes


def test_a_fortnight_a_week_and_a_day_before_one_mail_over_all_workspaces(acts, second, a_minute_passes):
    ones = [acts.connects("linkedin_ads"), second.connects("linkedin_ads"), acts.connects("linkedin_ads", number=1)]
    sent = []
    acts.sandbox.advance(days=365 - 15)
    for hours in (0, 24 + 1, 24, 5 * 24, 23, 1, 3 * 24, 3 * 24 - 2, 5, 12):
        acts.sandbox.advance(hours=hours)
        acts.syncs(ones[0])
        sent.append(a_minute_passes())
    #       15  14  13  8  7+1h  7  4  1+2h  21h  9h before the end
    assert sent == [0, 1, 0, 0, 0, 1, 0, 0, 1, 0]
    weekly, again, last = acts.sandbox.letters()
    assert weekly["subject"] == again["subject"] == "3 permissions end soon: LinkedIn Ads · Shopimize"
    assert last["subject"].startswith("Last day: the permission of LinkedIn Ads ends ")
    for letter in (weekly, again, last):
        assert letter["text"].count("Signed in as ana@aurora.test") == 1, "grouped by login"
        assert letter["html"].count("Signed in as ana@aurora.test") == 1
        for one in ones:
            assert f"/integrations/{one}" in letter["text"]
            assert f"/integrations/{one}" in letter["html"]
        assert "Aurora EU" in letter["text"]


def test_who_reconnects_meanwhile_is_not_written_to(acts, runtime, send_mail, a_minute_passes):
    one = acts.connects("linkedin_ads")
    acts.sandbox.advance(days=355)
    assert warn_ahead(runtime) == 1
    acts.reconnects(one)
    assert send_mail() == 0
    with runtime.database.reading() as session:
        notice = session.exec(select(Notice).where(Notice.kind == NoticeKind.ENDS_SOON)).one()
    assert notice.dropped_at is not None
    acts.sandbox.advance(days=8)
    assert a_minute_passes() == 0


def test_of_what_is_broken_or_paused_no_end_is_told_and_to_viewers_none_at_all(acts, second, runtime, a_minute_passes):
    broken, paused = second.connects("linkedin_ads"), acts.connects("linkedin_ads")
    pause(runtime, integration_id=paused, workspace_id=acts.workspace_id, person_id=acts.person_id)
    acts.sandbox.advance(days=360)
    assert second.syncs(broken) is Outcome.DONE
    acts.sandbox.switch("linkedin_ads", "access_revoked")
    # A token that was just renewed may still be refused for a while, which says nothing.
    acts.sandbox.advance(minutes=2)
    assert second.syncs(broken) is Outcome.TROUBLE
    assert a_minute_passes() == 1
    assert [letter["to"] for letter in acts.sandbox.letters()] == ["ana@test.test"]
    assert acts.sandbox.letters()[0]["subject"].startswith("Reconnect needed: LinkedIn Ads")
    resume(runtime, integration_id=paused, workspace_id=acts.workspace_id, person_id=acts.person_id)
    assert a_minute_passes() == 1
    assert [letter["to"] for letter in acts.sandbox.letters()] == ["ana@test.test"] * 2, "Vic only looks at it"


def test_who_does_without_hears_of_the_other_workspace_only(acts, second, runtime, a_minute_passes):
    acts.connects("linkedin_ads")
    elsewhere = second.connects("linkedin_ads")
    acts.sandbox.advance(days=355)
    assert a_minute_passes() == 1
    letter = acts.sandbox.letters()[0]
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = stop_of(runtime, letter["headers"]["List-Unsubscribe"].strip("<>").rpartition("/")[2])
    assert {name for _, name in found.workspaces} == {"Aurora", "Aurora EU"}
    stop(runtime, replace(found, workspaces=tuple(one for one in found.workspaces if one[1] == "Aurora")))
    acts.sandbox.advance(days=9, hours=13)
    assert a_minute_passes() == 1
    last = acts.sandbox.letters()[-1]
    assert last["subject"].startswith("Last day: ")
    assert [one for one in last["text"].split() if "/integrations/" in one] == [
        f"http://127.0.0.1:5000/integrations/{elsewhere}"
    ]
