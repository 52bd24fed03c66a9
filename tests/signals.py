"""What platforms send, as they sign it, posted to the app's own door; and the clock that sees to it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from sandbox.signing import signed_request, webhook_headers
from tests.acts import Acts
from webapp.lifecycle.act_on_signals import act_on_signals
from webapp.models.signal import HeardSignal

PATHS = {
    "app/uninstalled": "app-uninstalled", "app/scopes_update": "scopes-update", "shop/update": "shop-update",
    "orders/delete": "orders-delete", "products/delete": "products-delete", "shop/redact": "shop-redact",
    "customers/data_request": "customers-data-request", "customers/redact": "customers-redact",
}  # fmt: skip
CEDAR, CEDAR_ID = "cedar.myshopify.com", 61002
AURORA, AURORA_ID = "aurora.myshopify.com", 61001
ANA_AT_META, ANA_AT_GOOGLE = "1022150071", "1100157734"


def shop(domain: str = CEDAR, number: int = CEDAR_ID, **other: Any) -> dict[str, Any]:
    """A shop as Shopify describes it in a webhook, with its owner's name and address."""
    return {"id": number, "name": "Cedar & Co", "myshopify_domain": domain, "email": "owner@cedar.test",
            "currency": "EUR", "iana_timezone": "Europe/Berlin", **other}  # fmt: skip


class Platforms:
    """The platforms' side of the wire."""

    def __init__(self, app: Flask, acts: Acts) -> None:
        self._client = app.test_client(use_cookies=False)
        self.acts = acts
        self.runtime = acts.runtime

    def post(self, path: str, body: bytes | str | dict[str, str], **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(f"/signals/{path}", data=body, headers=named)

    def webhook(
        self, topic: str, said: object, *, domain: str = CEDAR, at: datetime | None = None,
        path: str | None = None, **replaced: str,
    ) -> TestResponse:  # fmt: skip
        """Signed as Shopify signs it; `replaced` headers are what somebody put in their place."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        headers = webhook_headers(topic, domain, body, at=at or self.runtime.now())
        headers |= {name.replace("_", "-"): value for name, value in replaced.items()}
        return self._client.post(f"/signals/shopify/{path or PATHS[topic]}", data=body, headers=headers)

    def deauthorize(self, path: str = "deauthorize", **said: Any) -> TestResponse:
        request = signed_request(ANA_AT_META, **({"at": self.runtime.now()} | said))
        return self._client.post(f"/signals/meta_ads/{path}", data={"signed_request": request})

    def security_event(self, token: str) -> TestResponse:
        headers = {"Content-Type": "application/secevent+jwt"}
        return self._client.post("/signals/google_ads/security-event", data=token, headers=headers)

    def clock_ticks(self) -> int:
        return act_on_signals(self.runtime)

    def heard(self) -> list[HeardSignal]:
        with self.runtime.database.reading() as session:
            return list(session.exec(select(HeardSignal).order_by(HeardSignal.id)))

    def outcomes(self) -> list[str | None]:
        return [str(one.outcome) if one.outcome else None for one in self.heard()]
