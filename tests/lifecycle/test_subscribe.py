"""Where a platform has an API for it we ask it to tell us, by the clock, once, and again when it may be gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlmodel import select

from app import create_app
from sandbox.signing import service_account
from tests.signals import AURORA, CEDAR
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.subscribe import subscribe_due
from webapp.models.signal import Subscription

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TOPICS = {"APP_UNINSTALLED", "APP_SCOPES_UPDATE", "SHOP_UPDATE", "ORDERS_DELETE", "PRODUCTS_DELETE"}


def registered(sandbox, shop: str = CEDAR) -> list[tuple[str, str]]:
    return [(one["topic"], one["uri"]) for one in sandbox.world.data["webhooks"] if one["shop"] == shop]


def with_key(runtime: Runtime, held: str) -> Runtime:
    """The same installation, with a service account's key set."""
    ours = runtime.settings.credentials
    keyed = {**ours, "google_ads": replace(ours["google_ads"], service_account=held)}
    return create_app(replace(runtime.settings, credentials=keyed)).extensions["runtime"]


def test_what_was_connected_is_registered_once(acts, sandbox, runtime):
    acts.connects("shopify", shop=CEDAR)
    acts.connects("meta_ads")
    assert registered(sandbox) == [], "a consent waits for nothing of this"
    assert subscribe_due(runtime) == 1
    assert subscribe_due(runtime) == 0
    found = registered(sandbox)
    assert {topic for topic, _ in found} == TOPICS
    assert ("APP_UNINSTALLED", "http://127.0.0.1:5000/signals/shopify/app-uninstalled") in found
    sandbox.advance(days=2)
    assert subscribe_due(runtime) == 1
    assert registered(sandbox) == found, "what is there is left as it is"
    sandbox.world.data["webhooks"].clear()
    sandbox.advance(days=2)
    subscribe_due(runtime)
    assert len(registered(sandbox)) == len(TOPICS)


@sqlite
def test_a_new_permission_registers_anew(acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    subscribe_due(runtime)
    sandbox.world.data["webhooks"].clear()
    sandbox.switch("shopify", "access_revoked")
    acts.syncs(store)
    acts.reconnects(store)
    assert subscribe_due(runtime) == 1
    assert len(registered(sandbox)) == len(TOPICS)


@sqlite
def test_what_fails_is_tried_again_and_holds_no_other(acts, sandbox, runtime):
    acts.connects("shopify", shop=CEDAR)
    acts.connects("shopify", shop=AURORA)
    sandbox.switch("shopify", "account_disabled", account="61002")
    subscribe_due(runtime)
    assert (registered(sandbox), len(registered(sandbox, AURORA))) == ([], len(TOPICS))
    assert acts.open_incidents() == [], "the sync finds out what is wrong, not this"
    sandbox.switch("shopify", "account_disabled", account="61002", on=False)
    assert subscribe_due(runtime) == 0
    sandbox.advance(minutes=2)
    assert subscribe_due(runtime) == 1
    assert len(registered(sandbox)) == len(TOPICS)


@sqlite
def test_a_real_platform_is_not_asked_to_reach_what_it_cannot(acts, sandbox, runtime):
    acts.connects("shopify", shop=CEDAR)
    real = {slug: replace(ours, base_url=None) for slug, ours in runtime.settings.credentials.items()}
    app = create_app(replace(runtime.settings, credentials=real))
    assert subscribe_due(app.extensions["runtime"]) == 0
    app.extensions["runtime"].database.engine.dispose()
    with runtime.database.reading() as session:
        assert session.exec(select(Subscription.registered_at)).all() == [None]


@sqlite
def test_a_stream_of_the_whole_app_is_set_once_a_day_by_its_service_account(acts, sandbox, runtime):
    acts.connects("google_ads")
    acts.connects("google_ads", number=1)
    assert subscribe_due(runtime) == 0, "without the key somebody does it by hand"
    keyed = with_key(runtime, service_account())
    assert subscribe_due(keyed) == 1
    assert sandbox.world.counted("google_ads")["register"] == 1
    assert sandbox.world.data["callbacks"]["google_ads"] == {
        "security-event": "http://127.0.0.1:5000/signals/google_ads/security-event"
    }
    sandbox.advance(days=2)
    assert subscribe_due(keyed) == 1
    keyed.database.engine.dispose()


@sqlite
def test_a_key_that_google_refuses_costs_no_merchant_anything(acts, sandbox, runtime):
    acts.connects("google_ads")
    somebody_elses = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    keyed = with_key(runtime, service_account(somebody_elses))
    assert subscribe_due(keyed) == 0
    assert sandbox.world.counted("google_ads")["register"] == 1
    assert sandbox.world.data["callbacks"].get("google_ads") is None
    assert sandbox.world.counted("google_ads")["refresh"] == 0, "their permission is not what was refused"
    assert acts.open_incidents() == []
    keyed.database.engine.dispose()
