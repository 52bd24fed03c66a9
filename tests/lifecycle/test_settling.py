"""A token that LinkedIn has given a moment ago, and does not know everywhere yet, is no dead permission."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.replies import json_reply
from tests.acts import Acts
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms.api import LONGEST_WAIT_SECONDS, SETTLING_PAUSES

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REFUSED = {"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "It has been revoked"}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    assert sum(SETTLING_PAUSES) <= LONGEST_WAIT_SECONDS, "a person waits"
    monkeypatch.setattr("webapp.platforms.api.SETTLING_PAUSES", tuple(one / 100 for one in SETTLING_PAUSES))


def refuses(acts: Acts, path: str, times: int) -> None:
    left = [times]

    def answer(asked: str):
        if path not in asked or not left[0]:
            return None
        left[0] -= 1
        return json_reply(REFUSED, 401)

    acts.sandbox.instead = answer


def asked(acts: Acts, path: str) -> int:
    return sum(path in one for one in acts.sandbox.asked)


def test_whoever_connects_waits_a_few_seconds_and_notices_nothing(acts):
    refuses(acts, "/v2/userinfo", 2)
    acts.connects("linkedin_ads")
    assert asked(acts, "/v2/userinfo") == 3


def test_a_token_that_stays_refused_is_not_waited_for_without_end(acts):
    refuses(acts, "/v2/userinfo", 99)
    back = acts.returns("linkedin_ads", acts.sandbox.approve(acts.leaves_for("linkedin_ads")))
    assert back.ending is Ending.FAILED
    assert asked(acts, "/v2/userinfo") == len(SETTLING_PAUSES) + 1


def test_a_token_renewed_just_now_is_not_renewed_again_for_it(acts):
    one = acts.connects("linkedin_ads")
    acts.sandbox.advance(days=58)
    refuses(acts, "/rest/adAccounts/", 1)
    assert acts.syncs(one) is Outcome.TROUBLE
    assert acts.sandbox.world.counted("linkedin_ads")["refresh"] == 1
    assert acts.row(one).health is not Health.NEEDS_RECONNECT
    assert acts.open_incidents() == []
    assert acts.integration(one).next_sync_at - acts.runtime.now() < timedelta(minutes=2)
    acts.sandbox.advance(minutes=1)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.sandbox.world.counted("linkedin_ads")["refresh"] == 1
