"""A database without the key to its permissions: first it is our trouble, later an honest Reconnect, never a crash."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from app import create_app
from tests.acts import Acts
from webapp.lifecycle.send_notices import send_due_notices
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.platforms import registry


@pytest.fixture(params=["another key by another name", "another key by the same name"])
def elsewhere(request, runtime) -> Iterator[Flask]:
    """The same database, started without the keys it was sealed with."""
    name = "k1" if "same" in request.param else "k2"
    key = f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    app = create_app(replace(runtime.settings, vault_keys=(key,)))
    yield app
    app.extensions["runtime"].database.engine.dispose()


@pytest.fixture
def without(elsewhere, acts) -> Acts:
    return Acts(elsewhere.extensions["runtime"], acts.sandbox, acts.person_id, acts.workspace_id)


def mails(app: Flask) -> int:
    with app.app_context():
        return send_due_notices(app.extensions["runtime"])


def test_a_key_that_was_only_forgotten_costs_nobody_anything(acts, without, elsewhere, caplog):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    with caplog.at_level(logging.ERROR):
        assert without.syncs(integration) is Outcome.TROUBLE
        assert without.syncs(integration) is Outcome.TROUBLE
    assert len(caplog.records) == 1, "said once, as an error, without a traceback"
    assert caplog.records[0].exc_info is None
    row = without.row(integration)
    assert (row.health, row.badge.offer) == (Health.ON_US, None)
    assert row.incident.explanation.steps == ("Nothing for you to do.",)
    assert mails(elsewhere) == 0
    assert acts.syncs(integration) is Outcome.DONE, "the key is back"
    assert acts.row(integration).health is Health.CONNECTED
    assert acts.open_incidents() == []


def test_a_key_that_stays_lost_asks_every_merchant_to_reconnect(acts, without, elsewhere, sandbox):
    integrations = [acts.connects(slug) for slug in registry()]
    for one in integrations:
        acts.syncs(one)
    for one in integrations:
        assert without.syncs(one) is Outcome.TROUBLE
    sandbox.advance(hours=1, minutes=1)
    for one in integrations:
        assert without.syncs(one) is Outcome.TROUBLE
        row = without.row(one)
        assert row.health is Health.NEEDS_RECONNECT
        told = row.incident.explanation
        assert "our side" in told.happened
        assert "password" not in told.likely
        assert any("Reconnect" in step for step in told.steps)
    assert mails(elsewhere) == 1
    assert "password" not in sandbox.letters()[0]["text"], "nobody at any platform did anything"
    for one in integrations:
        assert without.reconnects(one).ending is Ending.CONNECTED
        assert without.syncs(one) is Outcome.DONE
        assert without.row(one).health is Health.CONNECTED
        assert without.is_complete(one) > 300
