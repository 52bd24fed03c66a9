"""One permission and everything that can go wrong while it is renewed, over real HTTP."""

from __future__ import annotations

import base64
import json

import pytest
from werkzeug.wrappers import Response

from tests.sandbox_server import untouched
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.clock_jump import take_back_the_future
from webapp.lifecycle.doctor import findings
from webapp.lifecycle.open_grant import live_grant, open_tokens
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.renewal import LEASE
from webapp.lifecycle.tidy import tidy
from webapp.lifecycle.trouble import record_trouble
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.sync import Outcome, SyncRun
from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.diagnosis import Cause, Remedy, Trouble, verdict
from webapp.vault import Vault

REFUSED = Response('{"error":"invalid_grant","error_description":"Token has been expired or revoked."}', 400,
                   content_type="application/json")  # fmt: skip


class Permission:
    """What is stored of one login's live grant, as it is now."""

    def __init__(self, acts, integration: str) -> None:
        self.runtime, self.login_id = acts.runtime, acts.integration(integration).login_id
        self.slug, self.sandbox = acts.integration(integration).platform, acts.sandbox

    @property
    def grant(self):
        with self.runtime.database.reading() as session:
            return live_grant(session, self.login_id)

    @property
    def tokens(self) -> tuple[str, str | None]:
        return open_tokens(self.runtime.vault, self.grant)

    @property
    def calls(self) -> int:
        return self.sandbox.world.counted(self.slug)["refresh"]

    def use(self) -> str:
        return usable_token(self.runtime, self.login_id)


@pytest.fixture
def shopify(acts) -> Permission:
    return Permission(acts, acts.connects("shopify", shop="cedar.myshopify.com"))


@pytest.fixture
def google(acts) -> Permission:
    return Permission(acts, acts.connects("google_ads"))


def said(**changed):
    """The stand-in's own answer with some of it changed; None takes a field away."""

    def meddle(answer: Response) -> Response:
        body = {**json.loads(answer.get_data()), **changed}
        return Response(json.dumps({key: value for key, value in body.items() if value is not None}),
                        content_type="application/json")  # fmt: skip

    return meddle


def test_an_answer_without_a_refresh_token_keeps_the_old_one(google, shopify, acts):
    refresh = google.tokens[1]
    acts.sandbox.advance(hours=2)
    assert google.use() == google.tokens[0]
    assert google.tokens[1] == refresh
    # Shopify always sends a pair; half of one is odd, and yet it is all that is valid now.
    refresh, ends = shopify.tokens[1], shopify.grant.refresh_expires_at
    acts.sandbox.on_renewal = said(refresh_token=None, refresh_token_expires_in=None, expires_in=None)
    assert shopify.use() == shopify.tokens[0]
    assert (shopify.tokens[1], shopify.grant.refresh_expires_at) == (refresh, ends)
    assert shopify.grant.access_expires_at is not None, "not stated is not for ever"
    acts.sandbox.on_renewal = untouched
    acts.sandbox.advance(hours=2)
    assert shopify.use() == shopify.tokens[0]
    assert shopify.tokens[1] != refresh


ODD = [None, 0, -3600, "3600", "soon", 1, 10**30, "9" * 400, float("nan"), "NaN", float("inf"), True, [], {"s": 3600}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_lifetime_starts_no_storm(shopify, acts, odd):
    acts.sandbox.on_renewal = said(expires_in=odd)
    acts.sandbox.advance(hours=2)
    token = shopify.use()
    for _ in range(50):
        acts.sandbox.advance(seconds=30)
        assert shopify.use() == token
    assert (shopify.calls, shopify.tokens[0]) == (1, token)
    # However long it was said to live: once the platform takes it no more, another one comes.
    assert renewer(shopify.runtime, shopify.login_id)(token) == shopify.tokens[0] != token


def somebody_else_is_faster(permission: Permission, then):
    """While our call is on its way our lease runs out, and another process renews."""

    def on_renewal(answer: Response) -> Response:
        permission.sandbox.on_renewal = untouched
        permission.sandbox.advance(seconds=LEASE.total_seconds() + 1)
        permission.use()
        return then(answer)

    permission.sandbox.on_renewal = on_renewal


def test_a_refusal_is_believed_only_after_a_second_look(shopify, acts):
    acts.sandbox.advance(hours=2)
    somebody_else_is_faster(shopify, lambda _answer: REFUSED)
    assert shopify.use() == shopify.tokens[0]
    assert (shopify.grant.refused_at, shopify.grant.generation, shopify.calls) == (None, 1, 2)


def test_a_pair_that_was_not_stored_is_not_used(shopify, acts):
    acts.sandbox.advance(hours=2)
    somebody_else_is_faster(shopify, untouched)
    assert shopify.use() == shopify.tokens[0]
    assert (shopify.grant.generation, shopify.calls) == (1, 2)


def test_a_refusal_is_not_believed_of_a_permission_that_was_given_anew(acts):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    acts.sandbox.advance(hours=2)

    def on_renewal(_answer: Response) -> Response:
        assert acts.reconnects(integration).ending is Ending.CONNECTED
        return REFUSED

    acts.sandbox.on_renewal = on_renewal
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.open_incidents() == []


def test_reconnected_while_the_old_token_was_being_refused(acts):
    """Meta renews no dead token, so the refusal itself is the verdict; but it is about yesterday's permission."""
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    acts.sandbox.switch("meta_ads", "access_revoked")

    def on_data(answer: Response) -> Response:
        acts.sandbox.on_data = untouched
        assert acts.reconnects(integration).ending is Ending.CONNECTED
        return answer

    acts.sandbox.on_data = on_data
    assert acts.syncs(integration) is Outcome.DONE
    assert (acts.open_incidents(), Permission(acts, integration).grant.refused_at) == ([], None)


def test_a_verdict_that_comes_late_is_not_held_against_the_new_permission(acts, runtime):
    integration = acts.connects("meta_ads")
    claim = claim_due(runtime, limit=1, only=integration)[0]
    with runtime.database.writing() as session:
        run = SyncRun(integration_id=integration, started_at=runtime.now())
        session.add(run)
    assert acts.reconnects(integration).ending is Ending.CONNECTED
    late = Trouble(verdict(Cause.ACCESS_REVOKED), Answer(Stage.API, 400))
    record_trouble(runtime, claim, late, run_id=run.id)
    assert (acts.open_incidents(), Permission(acts, integration).grant.refused_at) == ([], None)
    assert acts.syncs(integration) is Outcome.DONE


def cut_short(answer: Response) -> Response:
    answer.headers["Content-Length"] = str(len(answer.get_data()) + 1000)
    return answer


@pytest.mark.parametrize("lost", [cut_short, lambda _answer: Response("<html>", 502), lambda _answer: Response("{")],
                         ids=["cut short", "502", "garbled"])  # fmt: skip
@pytest.mark.parametrize("strict", [False, True], ids=["forgiving", "strict"])
def test_a_lost_answer(acts, shopify, lost, strict, monkeypatch, send_mail):
    monkeypatch.setattr(type(registry()["shopify"]), "old_token_usable", not strict)
    acts.sandbox.rotates("shopify", "rotation_strict" if strict else None)
    acts.sandbox.advance(minutes=57)
    old, refresh = shopify.tokens
    acts.sandbox.on_renewal = lost
    assert shopify.use() == old, "it lives for three minutes more, so nobody has to wait"
    assert shopify.grant.intent_at is not None, "the platform may have given a new pair that nobody holds"
    assert [shopify.use() for _ in range(5)] == [old] * 5
    assert shopify.calls == 1, "and nobody asks again at once"
    acts.sandbox.on_renewal = untouched
    acts.sandbox.advance(minutes=5)
    if not strict:
        assert shopify.use() == shopify.tokens[0] != old
        assert (shopify.tokens[1] != refresh, shopify.grant.intent_at, shopify.grant.failed_tries) == (True, None, 0)
        return
    with pytest.raises(Trouble) as raised:
        shopify.use()
    assert (raised.value.diagnosis.cause, raised.value.diagnosis.remedy) == (
        Cause.REFRESH_INTERRUPTED, Remedy.RECONNECT)  # fmt: skip
    assert Cause.ACCESS_REVOKED in raised.value.diagnosis.candidates


def test_a_refusal_without_a_lost_answer_is_no_interruption(acts, shopify, monkeypatch):
    monkeypatch.setattr(type(registry()["shopify"]), "old_token_usable", False)
    acts.sandbox.advance(hours=2)
    acts.sandbox.on_renewal = lambda _answer: Response("slow down", 429)
    with pytest.raises(Trouble):
        shopify.use()
    acts.sandbox.on_renewal = untouched
    acts.sandbox.switch("shopify", "access_revoked")
    acts.sandbox.advance(minutes=5)
    with pytest.raises(Trouble) as raised:
        shopify.use()
    assert raised.value.diagnosis.cause is Cause.ACCESS_REVOKED, "who asks us to slow down has renewed nothing"


def test_an_outage_of_the_token_endpoint_is_waited_out(acts, google, send_mail):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    acts.sandbox.on_renewal = lambda _answer: Response("<html>", 503, headers={"Retry-After": "600"})
    acts.sandbox.advance(minutes=56)
    assert acts.syncs(integration) is Outcome.DONE, "the token we hold is still good"
    acts.sandbox.advance(minutes=5)
    for _ in range(20):
        assert acts.syncs(integration) is Outcome.TROUBLE
    assert google.calls == 1, "the platform said when to come back"
    acts.sandbox.advance(minutes=12)
    for _ in range(20):
        acts.syncs(integration)
    assert google.calls == 2
    assert (acts.open_incidents(), send_mail()) == ([], 0)
    acts.sandbox.on_renewal = untouched
    acts.sandbox.advance(minutes=12)
    assert acts.syncs(integration) is Outcome.DONE


def test_while_a_token_lives_nobody_waits_for_another_process(acts, shopify):
    """Killed in the middle of a renewal: its lease lasts, but what it left us is good for minutes more."""
    acts.sandbox.advance(minutes=56)
    with shopify.runtime.database.writing() as session:
        grant = live_grant(session, shopify.login_id)
        grant.lease_until = grant.renew_at = shopify.runtime.now() + LEASE
        grant.intent_at, grant.fence = shopify.runtime.now(), grant.fence + 1
    assert (shopify.use(), shopify.calls) == (shopify.tokens[0], 0)
    acts.sandbox.advance(seconds=LEASE.total_seconds() + 1)
    assert (shopify.use(), shopify.calls) == (shopify.tokens[0], 1)


def test_a_clock_set_back_holds_no_renewal_up(acts, shopify):
    acts.sandbox.advance(days=3)
    acts.sandbox.on_renewal = lambda _answer: Response("<html>", 503)
    with pytest.raises(Trouble):
        shopify.use()
    with shopify.runtime.database.writing() as session:
        live_grant(session, shopify.login_id).lease_until = shopify.runtime.now() + LEASE
    acts.sandbox.on_renewal = untouched
    acts.sandbox.world.advance(-2 * 86_400)
    take_back_the_future(acts.runtime)
    assert (shopify.use(), shopify.calls) == (shopify.tokens[0], 2)


def test_a_key_that_is_not_there_is_ours_to_mend(acts, send_mail):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    ours, acts.runtime.vault = acts.runtime.vault, Vault([f"k2:{base64.b64encode(bytes(32)).decode()}"])
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert (acts.row(integration).health, send_mail()) == (Health.ON_US, 0)
    acts.runtime.vault = ours
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.row(integration).health is not Health.ON_US


def test_a_key_that_is_gone_for_good_costs_one_more_consent(app, acts):
    def keys() -> bool:
        with app.app_context():
            return next(one.ok for one in findings(acts.runtime) if one.what == "keys")

    integration = acts.connects("google_ads")
    acts.syncs(integration)
    acts.runtime.vault = Vault([f"k2:{base64.b64encode(bytes(32)).decode()}"])
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.connects("google_ads") == integration, "added again, it is the same with its history"
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.is_complete(integration) > 300
    acts.sandbox.advance(days=8)
    assert not keys()
    tidy(acts.runtime)
    assert keys(), "what nothing opens and nobody needs is forgotten within a week"
