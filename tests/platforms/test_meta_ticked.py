"""An ad account that was not ticked at Facebook is told apart from a permission that is gone."""

from __future__ import annotations

import json

import pytest

from sandbox.replies import json_reply
from tests.acts import Acts
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import Cause, Remedy, Trouble, verdict
from webapp.platforms.meta_ads.ticked import sharpened, ticked

REFUSED = verdict(Cause.SCOPE_MISSING, code="200", message="NOT grant ads_management or ads_read")


def said(**data: object) -> Answer:
    return Answer(Stage.TOKEN_INSPECT, 200, {}, json.dumps({"data": {"is_valid": True, **data}}).encode())


def granular(*targets: str | int, scope: str = "ads_read") -> Answer:
    return said(scopes=["ads_read"], granular_scopes=[{"scope": scope, "target_ids": list(targets)}])


@pytest.mark.parametrize("answer", [granular("7010001", "act_7010002"), granular(7010001, 7010002)])
def test_targets_are_accounts_however_they_are_written(answer):
    assert ticked(answer) == {"7010001", "7010002"}


@pytest.mark.parametrize(
    "answer",
    [said(), granular(), granular("5", scope="pages_show_list"), said(granular_scopes=[{"scope": "ads_read"}])],
)
def test_without_targets_it_is_all_of_them(answer):
    assert ticked(answer) is None


def test_what_is_no_inspection_is_trouble():
    with pytest.raises(Trouble):
        ticked(Answer(Stage.TOKEN_INSPECT, 200, {}, b'{"data": {"granular_scopes": 7}}'))


@pytest.mark.parametrize(
    ("answer", "cause", "remedy"),
    [
        (granular("7010002"), Cause.ACCOUNT_UNAVAILABLE, Remedy.RECONNECT),
        (granular("7010001"), Cause.ACCOUNT_UNAVAILABLE, Remedy.FIX_AT_PLATFORM),
        (said(scopes=["public_profile"]), Cause.SCOPE_MISSING, Remedy.RECONNECT),
    ],
)
def test_one_refusal_means_three_things(answer, cause, remedy):
    found = sharpened(REFUSED, answer, "7010001")
    assert (found.cause, found.remedy) == (cause, remedy)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_account_unticked_in_facebooks_settings_says_so_and_reconnect_brings_it_back(acts: Acts):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    account = acts.integration(one).account_id
    with acts.sandbox.world.changing() as data:
        for grant in data["grants"].values():
            grant["accounts"] = [other for other in grant["accounts"] if other != account]
    assert acts.syncs(one) is Outcome.TROUBLE
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.code) == (Cause.ACCOUNT_UNAVAILABLE, "not_ticked")
    assert "not among those ticked" in incident.evidence[0]
    acts.reconnects(one)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.row(one).health is Health.CONNECTED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_ticked_accounts_are_offered(acts: Acts):
    acts.sandbox.instead = lambda asked: (
        None if "/debug_token" not in asked else json_reply(json.loads(granular("7010002").text))
    )
    back = acts.returns("meta_ads", acts.sandbox.approve(acts.leaves_for("meta_ads")))
    assert back.ending is Ending.CONNECTED, "there is nothing to choose"
    assert acts.integration(back.integration_id).account_id == "7010002"
