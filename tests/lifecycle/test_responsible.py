"""Who is responsible is told first; a day of silence, and the owners are told; then everybody hears how it ended."""

from __future__ import annotations

import pytest

from webapp.lifecycle.escalate import escalate
from webapp.lifecycle.mail_choices import choose
from webapp.lifecycle.members import change_role, remove_member
from webapp.lifecycle.set_responsible import set_responsible
from webapp.lifecycle.sign_up import BadEntry
from webapp.lifecycle.snooze import snooze
from webapp.lifecycle.start_authorization import reconnect
from webapp.models.access import Ending

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def meta(acts, runtime, people) -> str:
    """Meta, which Vic looks after."""
    change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="admin")
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    assert names(acts, runtime, people, meta, "vic")
    return meta


def names(acts, runtime, people, integration_id: str, who: str | None) -> bool:
    return set_responsible(
        runtime, integration_id=integration_id, workspace_id=people["aurora"], person_id=people["ana"],
        responsible=people[who] if who else None,
    )  # fmt: skip


def breaks(acts, meta: str, send_mail) -> None:
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()


def told(acts) -> list[tuple[str, str]]:
    return [(one["to"].partition("@")[0], one["subject"].partition(":")[0]) for one in acts.sandbox.letters()]


def test_one_is_told_and_after_a_day_of_silence_the_owner(acts, meta, runtime, send_mail):
    breaks(acts, meta, send_mail)
    assert told(acts) == [("vic", "Reconnect needed")]
    acts.sandbox.advance(hours=23)
    assert escalate(runtime) == 0
    acts.sandbox.advance(hours=1)
    assert escalate(runtime) == 1
    assert escalate(runtime) == 0, "once"
    send_mail()
    assert ("ana", "A day without anybody") in told(acts)
    assert "vic@test.test" in acts.sandbox.letters()[-1]["text"] or "vic@test.test" in str(acts.sandbox.letters())
    assert acts.reconnects(meta).ending is Ending.CONNECTED
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()
    assert {who for who, what in told(acts) if what == "Back"} == {"ana", "vic"}


def test_whoever_does_something_breaks_the_silence(acts, meta, runtime, people, send_mail):
    breaks(acts, meta, send_mail)
    acts.sandbox.advance(hours=20)
    reconnect(runtime, integration_id=meta, person_id=people["vic"], workspace_id=people["aurora"], browser="a browser")
    acts.sandbox.advance(hours=10)
    assert escalate(runtime) == 0
    snooze(runtime, workspace_id=people["aurora"], person_id=people["vic"])
    acts.sandbox.advance(hours=20)
    assert escalate(runtime) == 0
    acts.sandbox.advance(days=2)
    assert escalate(runtime) == 1


def test_mended_in_time_the_owner_hears_nothing(acts, meta, runtime, send_mail):
    breaks(acts, meta, send_mail)
    acts.sandbox.advance(days=1)
    assert escalate(runtime) == 1
    assert acts.reconnects(meta).ending is Ending.CONNECTED
    acts.syncs(meta)
    acts.sandbox.advance(minutes=5)
    send_mail()
    assert {who for who, _ in told(acts)} == {"vic"}


@pytest.mark.parametrize("why", ["nobody", "a viewer now", "gone", "wants no such mail"])
def test_where_nobody_can_be_told_first_everybody_is(acts, meta, runtime, people, send_mail, why):
    if why == "nobody":
        names(acts, runtime, people, meta, None)
    elif why == "a viewer now":
        change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="viewer")
    elif why == "gone":
        remove_member(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"])
    else:
        choose(runtime, person_id=people["vic"], wanted=set())
    breaks(acts, meta, send_mail)
    assert ("ana", "Reconnect needed") in told(acts)
    acts.sandbox.advance(days=3)
    assert escalate(runtime) == 0


def test_only_who_may_act_here_can_be_responsible(acts, meta, runtime, people, bob, ana, vic):
    for who in ("bob", "nobody"):
        with pytest.raises(BadEntry):
            names(acts, runtime, people | {"nobody": "0" * 16}, meta, who)
    page = ana.client.get(f"/integrations/{meta}/responsible").text
    assert "Vic (vic@test.test)" in page
    assert "bob@" not in page
    assert "Vic is responsible." in ana.client.get(f"/integrations/{meta}/history").text
    assert "<dt>Responsible</dt><dd>Vic</dd>" in ana.client.get(f"/integrations/{meta}").text
