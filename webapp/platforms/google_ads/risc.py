"""Registering for Cross-Account Protection: one stream for each Cloud project, set by a service account of it.

https://developers.google.com/identity/protocols/risc#register_your_event_receiver
"""

from __future__ import annotations

import json
import time

import msgspec
from joserfc import jwt
from joserfc.jwk import RSAKey

from webapp.platforms.api import Api
from webapp.platforms.google_ads.signals import EVENTS, VERIFICATION
from webapp.platforms.wire import Request

UPDATE = "https://risc.googleapis.com/v1beta/stream:update"
AUDIENCE = "https://risc.googleapis.com/google.identity.risc.v1beta.RiscManagementService"
PUSH = "https://schemas.openid.net/secevent/risc/delivery-method/push"
LIFE_SECONDS = 3600


class _Key(msgspec.Struct):
    client_email: str
    private_key: str
    private_key_id: str


def register(api: Api, service_account: str, address: str) -> None:
    """Have every event we know sent to `address`. Raises Trouble; the merchant's own permission has no part in it."""
    signed = _signed(service_account)
    said = {
        "delivery": {"delivery_method": PUSH, "url": address},
        "events_requested": sorted((*EVENTS, VERIFICATION)),
    }
    api.call(
        lambda _: Request(
            method="POST", url=UPDATE, body=json.dumps(said).encode(),
            headers={"authorization": f"Bearer {signed}", "content-type": "application/json"},
        ),
        renewing=False,
    )  # fmt: skip


def _signed(service_account: str) -> str:
    key, now = msgspec.json.decode(service_account, type=_Key), int(time.time())
    claims = {"iss": key.client_email, "sub": key.client_email, "aud": AUDIENCE, "iat": now, "exp": now + LIFE_SECONDS}
    header = {"alg": "RS256", "typ": "JWT", "kid": key.private_key_id}
    return jwt.encode(header, claims, RSAKey.import_key(key.private_key))
