"""What only we can mend: no merchant is asked for anything, and the operator hears of it once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import select
from werkzeug import Response

from webapp.lifecycle.our_faults import ask_affected, resolve_faults
from webapp.models.health import Health
from webapp.models.our_fault import OurFault
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = {"error": "invalid_client", "error_description": "The OAuth client was not found.", "access_token": "ya29.x1"}


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return environ | {"OPERATOR_EMAIL": "ops@shopimize.test"}


def our_secret_is_wrong(acts, body: dict[str, str] | None = SECRET) -> None:
    answer = Response(
        json.dumps(body), 401, {"X-Request-Id": "r-1", "Set-Cookie": "s=1"}, content_type="application/json"
    )
    acts.sandbox.instead = lambda asked: answer if body and "grant_type=refresh_token" in asked else None


def faults(runtime) -> list[OurFault]:
    with runtime.database.reading() as session:
        return list(session.exec(select(OurFault)))


def test_a_wrong_secret_is_told_once_and_again_only_after_it_was_over(acts, runtime, send_mail):
    one = acts.connects("google_ads")
    assert acts.syncs(one) is Outcome.DONE
    our_secret_is_wrong(acts)
    for _ in range(3):
        acts.sandbox.advance(hours=2)
        assert acts.syncs(one) is Outcome.TROUBLE
        resolve_faults(runtime)
    assert acts.row(one).health is Health.ON_US
    assert send_mail() == 1
    assert send_mail() == 0
    (letter,) = acts.sandbox.letters()
    assert letter["subject"] == "Google Ads refuses us: invalid_client · Shopimize"
    assert "None of them is asked to reconnect." in letter["text"]
    (fault,) = faults(runtime)
    assert (fault.platform, fault.code, fault.resolved_at) == ("google_ads", "invalid_client", None)
    kept = json.dumps(fault.answer)
    assert "The OAuth client was not found." in kept
    assert "r-1" in kept
    assert "ya29.x1" not in kept
    assert "s=1" not in kept

    our_secret_is_wrong(acts, None)
    assert ask_affected(runtime, fault.id) == 1
    assert acts.integration(one).next_sync_at <= runtime.now()
    acts.sandbox.advance(minutes=30)
    assert acts.syncs(one) is Outcome.DONE
    resolve_faults(runtime)
    assert faults(runtime)[0].resolved_at is None, "it may be back in a minute"
    acts.sandbox.advance(hours=2)
    resolve_faults(runtime)
    assert faults(runtime)[0].resolved_at is not None
    assert ask_affected(runtime, fault.id) is None
    send_mail()

    our_secret_is_wrong(acts)
    acts.sandbox.advance(hours=2)
    assert acts.syncs(one) is Outcome.TROUBLE
    before = len(acts.sandbox.letters())
    assert send_mail() == 1
    assert acts.sandbox.letters()[before]["subject"] == letter["subject"]


def test_without_an_address_it_is_in_the_queue_all_the_same(acts, runtime, send_mail, monkeypatch):
    object.__setattr__(runtime.settings, "operator_email", None)
    one = acts.connects("google_ads")
    assert acts.syncs(one) is Outcome.DONE
    our_secret_is_wrong(acts)
    acts.sandbox.advance(hours=2)
    assert acts.syncs(one) is Outcome.TROUBLE
    assert send_mail() == 0
    assert len(faults(runtime)) == 1
    assert faults(runtime)[0].last_at - faults(runtime)[0].opened_at == timedelta(0)
