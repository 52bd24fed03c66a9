"""The stand-ins tell the product by themselves, over real HTTP; nobody syncs, and the badge says so all the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
import urllib3
import waitress
from waitress import wasyncore

from jobs.inprocess import InProcessEngine
from tests.e2e.world import free_port, until
from tests.signals import CEDAR
from webapp.models.health import Health


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "PUBLIC_URL": f"http://127.0.0.1:{free_port()}", "SYNC_INTERVAL": "3600"}


@pytest.fixture
def running(app, runtime) -> Iterator[None]:
    """The whole product in this process: its door on a real port, and the clock."""
    port = int(runtime.settings.public_url.rpartition(":")[2])
    server = waitress.create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    engine = InProcessEngine(app)
    engine.start()
    yield
    engine.stop()
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(timeout=5)


@pytest.fixture
def control(sandbox):
    """The sandbox's own page: what a person or an operator would do there."""

    def post(path: str, **said: object) -> None:
        reply = urllib3.request("POST", f"{sandbox.url}{path}", body=json.dumps(said),
                                headers={"Content-Type": "application/json"})  # fmt: skip
        assert reply.status == 200, reply.data

    return post


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_from_a_platforms_own_signal_to_the_badge(acts, sandbox, runtime, running, control):
    for slug, kind in (("meta_ads", "deauthorize"), ("google_ads", "security-event")):
        control("/callbacks", platform=slug, kind=kind, url=runtime.signal_url(slug, kind))
    connected = {slug: acts.connects(slug, shop=CEDAR) for slug in ("shopify", "meta_ads", "google_ads")}
    until(lambda: len(sandbox.world.data["webhooks"]) == 5, "the clock has registered", seconds=20)
    for slug, one in connected.items():
        until(lambda: acts.row(one).health is Health.CONNECTED, f"{slug} is connected", seconds=60)  # noqa: B023
        control("/switches", platform=slug, switch="access_revoked", on=True)
        until(lambda: acts.row(one).health is Health.NEEDS_RECONNECT, "the badge is red")  # noqa: B023
        assert "told us by itself" in acts.row(one).incident.explanation.evidence[0]
    assert sandbox.world.data["webhooks"] == [], "with the app goes what it registered"
