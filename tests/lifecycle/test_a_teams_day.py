"""A day of a team, on either database: silence, a link that mends it, and somebody let out while they are away."""

from __future__ import annotations

from urllib.parse import urlsplit

from webapp.lifecycle.digest import choose_digest, owe_digests
from webapp.lifecycle.escalate import escalate
from webapp.lifecycle.follow_link import ask_to_fix, start_by_link
from webapp.lifecycle.hand_out import address_of
from webapp.lifecycle.invite import invite
from webapp.lifecycle.members import change_role, hand_over, remove_member
from webapp.lifecycle.set_responsible import set_responsible
from webapp.lifecycle.start_authorization import reconnect
from webapp.models.access import Ending


def test_a_teams_day(acts, runtime, people, send_mail):
    aurora, ana, vic = people["aurora"], people["ana"], people["vic"]
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    assert change_role(runtime, workspace_id=aurora, person_id=vic, by=ana, role="admin")
    assert set_responsible(runtime, integration_id=meta, workspace_id=aurora, person_id=ana, responsible=vic)
    choose_digest(runtime, person_id=ana, wanted=True)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(days=1, hours=9)
    assert escalate(runtime) == 1
    assert (owe_digests(runtime), owe_digests(runtime)) == (1, 0)
    send_mail()

    invite(runtime, workspace_id=aurora, person_id=ana, email="carl@new.test", role="viewer")
    link = ask_to_fix(runtime, workspace_id=aurora, person_id=vic, integration_id=meta, email="client@out.test")
    send_mail()
    token = urlsplit(address_of(runtime, link)).path.rpartition("/")[2]
    away = start_by_link(runtime, token, tenant=None, browser="theirs")
    params = acts.sandbox.approve(away)
    assert acts.returns("meta_ads", params, browser="theirs", person_id=vic).ending is Ending.CONNECTED
    assert start_by_link(runtime, token, tenant=None, browser="theirs") is None
    assert not acts.open_incidents()
    assert {"carl@new.test", "client@out.test"} <= {one["to"] for one in acts.sandbox.letters()}

    url = reconnect(runtime, integration_id=meta, person_id=ana, workspace_id=aurora, browser="hers")
    assert hand_over(runtime, workspace_id=aurora, person_id=vic, by=ana)
    assert remove_member(runtime, workspace_id=aurora, person_id=ana, by=vic)
    back = acts.returns("meta_ads", acts.sandbox.approve(url), browser="hers", person_id=ana)
    assert back.ending is Ending.EXPIRED
    assert acts.row(meta).permission.approved_by == "Vic"
