"""What machines ask: are you alive, and how are you doing. Neither answer names a merchant."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence

from flask import Blueprint, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from webapp.models.tick import has_stopped
from webapp.queries.gauges import Gauge, gauges, last_tick
from webapp.settings import LOOPBACK
from webapp.views import door

blueprint = Blueprint("machines", __name__)

TEXT = {"content-type": "text/plain; charset=utf-8"}
# Whoever comes through a proxy has the proxy's address, which may well be this machine's own.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@blueprint.get("/heartbeat")
def heartbeat() -> tuple[str, int, dict[str, str]]:
    """200 while the database answers and the clock ticks; 503 says which of the two does not."""
    runtime = door.runtime()
    try:
        with runtime.database.reading() as session:
            last = last_tick(session)
    except SQLAlchemyError:
        return "the database does not answer\n", 503, TEXT
    if has_stopped(last, started_at=runtime.started_at, now=runtime.now()):
        return "the clock has stopped\n", 503, TEXT
    return "ok\n", 200, TEXT


@blueprint.get("/metrics")
def metrics() -> tuple[bytes, int, dict[str, str]]:
    """The gauges in Prometheus' words, for who may read them; for everybody else there is no such page."""
    if not _may_read():
        abort(404)
    runtime = door.runtime()
    try:
        with runtime.database.reading() as session:
            found = list(gauges(session, now=runtime.now(), sync_interval=runtime.sync_interval))
    except SQLAlchemyError:
        return b"the database does not answer\n", 503, TEXT
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(found))
    return generate_latest(registry), 200, {"content-type": CONTENT_TYPE_LATEST}


def _may_read() -> bool:
    settings = door.runtime().settings
    if settings.metrics_token is not None:
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {settings.metrics_token}".encode())
    is_here = request.remote_addr in LOOPBACK and not any(name in request.headers for name in FORWARDED)
    return is_here and not settings.is_production


class _Found(Collector):
    def __init__(self, found: Sequence[Gauge]) -> None:
        self._found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in self._found:
            family = GaugeMetricFamily(gauge.name, gauge.says, labels=gauge.labels)
            for labels, value in gauge.values:
                family.add_metric(labels, value)
            yield family
