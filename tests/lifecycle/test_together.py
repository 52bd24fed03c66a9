"""One login, several integrations: they fall together, and one consent brings them all back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from webapp.lifecycle.ask_now import ask_now
from webapp.lifecycle.choose_accounts import choose_accounts
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.refresh import usable_token
from webapp.lifecycle.sync import sync
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.sync import Outcome


def two_accounts(acts, slug: str = "meta_ads") -> list[str]:
    waiting = acts.stops_at_the_choice(slug)
    made = choose_accounts(acts.runtime, authorization_id=waiting, person_id=acts.person_id,
                           workspace_id=acts.workspace_id, account_ids=["7010001", "7010002"])  # fmt: skip
    assert made is not None
    return made


def test_one_reconnect_repairs_everything_the_login_reaches(acts):
    first, second = two_accounts(acts)
    acts.syncs(first)
    acts.syncs(second)
    acts.sandbox.switch("meta_ads", "access_revoked")
    assert acts.syncs(first) is Outcome.TROUBLE
    assert acts.syncs(second) is Outcome.TROUBLE
    assert acts.reconnects(first).ending is Ending.CONNECTED
    for one in (first, second):
        assert acts.row(one).health is Health.CATCHING_UP
        assert acts.syncs(one) is Outcome.DONE
        assert acts.is_complete(one) > 300
    assert acts.open_incidents() == []


def test_when_one_breaks_its_siblings_are_asked_at_once(acts, runtime):
    first, second = two_accounts(acts)
    acts.syncs(first)
    acts.syncs(second)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(first)
    due = claim_due(runtime, limit=5)
    assert [claim.integration_id for claim in due] == [second], "asked now, not at its next turn"
    assert sync(runtime, due[0]) is Outcome.TROUBLE
    assert len({incident.outbreak_id for incident in acts.open_incidents()}) == 1


@pytest.fixture
def waits_then_ends(acts, runtime) -> tuple[str, str]:
    """Meta did not answer for hours, TikTok is fine; then somebody takes our access back at both."""
    late, other = acts.connects("meta_ads"), acts.connects("tiktok_ads")
    acts.syncs(late)
    acts.sandbox.switch("meta_ads", "outage")
    for _ in range(6):
        acts.sandbox.advance(minutes=20)
        assert acts.syncs(late) is Outcome.TROUBLE
    assert acts.row(late).health is Health.DELAYED
    acts.sandbox.advance(hours=3)
    assert acts.syncs(other) is Outcome.DONE
    acts.sandbox.switch("meta_ads", "outage", on=False)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.sandbox.switch("tiktok_ads", "access_revoked")
    acts.sandbox.advance(seconds=1)
    return late, other


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("turn", [1, -1], ids=["it is met first", "it is met last"])
def test_what_was_only_delayed_and_then_ends_begins_then(acts, runtime, send_mail, waits_then_ends, turn):
    first, then = waits_then_ends[::turn]
    assert acts.syncs(first) is Outcome.TROUBLE
    assert [claim.integration_id for claim in claim_due(runtime, limit=5)] == [then], "asked now"
    acts.sandbox.advance(minutes=4)
    assert acts.syncs(then) is Outcome.TROUBLE
    incidents = acts.open_incidents()
    assert len(incidents) == 2
    assert len({one.outbreak_id for one in incidents} - {None}) == 1
    assert max(runtime.now() - one.opened_at for one in incidents) < timedelta(minutes=5)
    assert send_mail() == 1
    assert acts.sandbox.letters()[0]["subject"].startswith("2 connections dropped together")
    acts.sandbox.advance(hours=24)
    assert send_mail() == 1, "the reminder of the first day; nothing of what was only delayed"
    assert acts.sandbox.letters()[1]["subject"].startswith("Still broken")


def test_many_at_once_renew_one_token_once(acts, runtime):
    one = acts.connects("google_ads")
    acts.syncs(one)
    acts.sandbox.advance(hours=2)
    with runtime.database.reading() as session:
        login = session.exec(select(Integration)).one().login_id
    before = acts.sandbox.world.counted("google_ads")["refresh"]
    tokens: list[str] = []
    threads = [threading.Thread(target=lambda: tokens.append(usable_token(runtime, login))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(tokens) == 8
    assert len(set(tokens)) == 1
    assert acts.sandbox.world.counted("google_ads")["refresh"] == before + 1


def test_a_claim_taken_over_writes_nothing_more(acts, runtime):
    one = acts.connects("shopify")
    ask_now(runtime, integration_id=one, workspace_id=acts.workspace_id)
    first = claim_due(runtime, limit=1, only=one)[0]
    acts.sandbox.advance(minutes=30)
    ask_now(runtime, integration_id=one, workspace_id=acts.workspace_id)
    second = claim_due(runtime, limit=1, only=one)[0]
    assert sync(runtime, first) is Outcome.INTERRUPTED
    assert sync(runtime, second) is Outcome.DONE
    assert acts.is_complete(one) > 300
