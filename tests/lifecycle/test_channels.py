"""A chat is told what mail tells: once, as things stand, again if it was not taken, nothing once it was removed."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select
from werkzeug.wrappers import Response

from webapp.lifecycle.channels import MOST_TESTS, MOST_TESTS_OF_ALL, add_channel, drop_channel, try_channel
from webapp.lifecycle.escalate import escalate
from webapp.lifecycle.members import change_role
from webapp.lifecycle.set_responsible import set_responsible
from webapp.lifecycle.tell_channels import tell_channels
from webapp.lifecycle.throttle import TooManyTries, note_try
from webapp.models.channel import Channel
from webapp.models.notice import Notice
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"NOTICE_HOLD": "45"}


@pytest.fixture
def chat(acts, runtime) -> str:
    """A webhook of Aurora's, at the sandbox."""
    return add_channel(runtime, workspace_id=acts.workspace_id, person_id=acts.person_id, name="#ads",
                       address=f"{acts.sandbox.url}/chat")  # fmt: skip


@pytest.fixture
def tells(app, runtime):
    def tell() -> int:
        with app.app_context():
            return tell_channels(runtime)

    return tell


def breaks(acts, slug: str = "meta_ads") -> str:
    one = acts.connects(slug)
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.switch(slug, "access_revoked")
    assert acts.syncs(one) is Outcome.TROUBLE
    return one


def test_what_breaks_and_what_is_back_is_said_there_too(acts, chat, tells):
    said = acts.sandbox.world.data["chat"]
    ones = [breaks(acts), breaks(acts, "tiktok_ads")]
    assert tells() == 0, "held, so that what breaks together is one message"
    acts.sandbox.advance(minutes=3)
    assert (tells(), tells()) == (1, 0)
    said = acts.sandbox.world.data["chat"]
    assert said[0]["title"] == "2 connections need you: Meta Ads and TikTok Ads · Aurora"
    assert "Meta Ads · Aurora Outdoor US: " in said[0]["message"]
    assert re.search(r"/integrations/\w+/guide$", said[0]["message"].rstrip())
    acts.reconnects(ones[0])
    acts.syncs(ones[0])
    acts.sandbox.advance(minutes=3)
    assert tells() == 1
    said = acts.sandbox.world.data["chat"]
    assert said[1]["title"] == "Back: Meta Ads is connected again · Aurora"
    assert said[1]["message"].rstrip().endswith(f"/integrations/{ones[0]}")


def test_a_day_without_anybody_is_said_there_once(acts, chat, tells, send_mail, runtime, people):
    change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="admin")
    one = acts.connects("meta_ads")
    acts.syncs(one)
    set_responsible(runtime, integration_id=one, workspace_id=people["aurora"], person_id=people["ana"],
                    responsible=people["vic"])  # fmt: skip
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(one)
    acts.sandbox.advance(minutes=3)
    assert tells() == 1
    acts.sandbox.advance(hours=24)
    assert escalate(runtime) == 2, "the owner by mail, and here"
    assert escalate(runtime) == 0
    assert (tells(), tells()) == (1, 0)
    said = acts.sandbox.world.data["chat"]
    assert said[1]["title"] == "Nobody has seen to Meta Ads for a day · Aurora"
    assert said[1]["message"].rstrip().endswith(f"/integrations/{one}")
    acts.reconnects(one)
    acts.syncs(one)
    acts.sandbox.advance(minutes=3)
    assert (tells(), tells()) == (1, 0), "that it is back is said once, too"
    assert "Your profit of the last 30 days: " in acts.sandbox.world.data["chat"][-1]["message"], "as the mail does"


def test_what_is_mended_within_the_hold_is_not_said(acts, chat, tells):
    one = breaks(acts)
    acts.reconnects(one)
    acts.syncs(one)
    acts.sandbox.advance(minutes=3)
    assert tells() == 0
    assert acts.sandbox.world.data["chat"] == []


def test_what_is_not_taken_is_said_again_and_holds_up_no_mail(acts, chat, tells, send_mail, runtime):
    acts.sandbox.instead = lambda asked: Response("gone", 410) if "/chat" in asked else None
    breaks(acts)
    acts.sandbox.advance(minutes=3)
    assert tells() == 0
    assert send_mail() == 1
    with runtime.database.reading() as session:
        assert session.get_one(Channel, chat).failing_since is not None
    acts.sandbox.instead = lambda _asked: None
    assert tells() == 0, "not before a while"
    acts.sandbox.advance(minutes=1)
    assert tells() == 1
    with runtime.database.reading() as session:
        assert session.get_one(Channel, chat).failing_since is None


def test_tested_too_often_it_says_when_to_try_again_and_sends_nothing(acts, chat, ana, runtime):
    for _ in range(MOST_TESTS):
        assert ana.post(f"/channels/{chat}/test").status_code == 303
    refused = ana.post(f"/channels/{chat}/test")
    assert refused.status_code == 429
    assert "Nothing was sent; try again at " in refused.text
    assert len(acts.sandbox.world.data["chat"]) == MOST_TESTS
    acts.sandbox.advance(minutes=16)
    assert ana.post(f"/channels/{chat}/test").status_code == 303


def test_removed_and_added_again_it_is_still_too_often(acts, chat, runtime):
    with runtime.database.writing() as session:
        for _ in range(MOST_TESTS_OF_ALL):
            note_try(session, f"channels of {acts.workspace_id}", runtime.now())
    with pytest.raises(TooManyTries):
        try_channel(runtime, workspace_id=acts.workspace_id, channel_id=chat)
    assert acts.sandbox.world.data["chat"] == []


def test_nothing_is_said_where_it_was_removed_and_its_address_is_forgotten(acts, chat, tells, runtime):
    breaks(acts)
    assert drop_channel(runtime, workspace_id=acts.workspace_id, channel_id=chat)
    acts.sandbox.advance(minutes=3)
    assert tells() == 0
    with runtime.database.reading() as session:
        assert session.get_one(Channel, chat).address_sealed is None
        assert all(one.dropped_at for one in session.exec(select(Notice).where(Notice.channel_id == chat)))
    assert not drop_channel(runtime, workspace_id=acts.workspace_id, channel_id=chat)
    assert try_channel(runtime, workspace_id=acts.workspace_id, channel_id=chat) is None


def test_a_test_from_the_page(acts, chat, ana, bob):
    page = ana.client.get("/channels").text
    assert "Nothing said yet" in page
    assert acts.sandbox.url not in page, "whoever knows the address can write there"
    ana.post(f"/channels/{chat}/test")
    assert acts.sandbox.world.data["chat"][0]["title"] == "Shopimize can write here"
    assert "Last said" in ana.client.get("/channels").text
    refused = ana.post("/channels", name="#ads", address="http://example.com/hook")
    assert refused.status_code == 422
    assert "It must begin with https://" in refused.text
    assert bob.post(f"/channels/{chat}/test").status_code == 404
