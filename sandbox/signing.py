"""How each platform signs what it tells an app by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.grants import CLIENT_ID, CLIENT_SECRET

SERVICE_ACCOUNT = "risc@shopimize-sandbox.iam.gserviceaccount.com"
ISSUER = "https://accounts.google.com/"
OAUTH_EVENT = "https://schemas.openid.net/secevent/oauth/event-type/"
RISC_EVENT = "https://schemas.openid.net/secevent/risc/event-type/"


def webhook_headers(topic: str, shop: str, body: bytes, *, at: datetime) -> dict[str, str]:
    """Shopify's headers; only the body is signed."""
    signature = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json", "X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": "2026-10", "X-Shopify-Webhook-Id": secrets.token_hex(16),
        "X-Shopify-Event-Id": secrets.token_hex(16), "X-Shopify-Triggered-At": at.isoformat(),
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
    }  # fmt: skip


def signed_request(user_id: str, *, at: datetime, algorithm: str = "HMAC-SHA256", secret: str = CLIENT_SECRET) -> str:
    """Meta's: signature and payload, both base64url, with a dot between."""
    said = {"user_id": user_id, "algorithm": algorithm, "issued_at": int(at.timestamp())}
    payload = _b64url(json.dumps(said).encode())
    return f"{_b64url(hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest())}.{payload}"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """Google's key of the day; a new one with every start."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def service_account_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def service_account(key: rsa.RSAPrivateKey | None = None) -> str:
    """The key file that Google gives for a service account, as far as anybody reads it."""
    key = key or service_account_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps({
        "type": "service_account", "client_email": SERVICE_ACCOUNT, "private_key": pem,
        "private_key_id": key_id(key), "token_uri": "https://oauth2.googleapis.com/token",
    })  # fmt: skip


def is_service_account(token: str, audience: str) -> bool:
    """Whether the service account signed this for that audience (RFC 7523)."""
    signed, _, signature = token.rpartition(".")
    try:
        service_account_key().public_key().verify(_raw(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        header, claims = (json.loads(_raw(part)) for part in signed.split("."))
    except (InvalidSignature, ValueError):
        return False
    return bool(
        header["alg"] == "RS256" and header["kid"] == key_id(service_account_key()) and claims["aud"] == audience
        and claims["iss"] == claims["sub"] == SERVICE_ACCOUNT and 0 < claims["exp"] - claims["iat"] <= 3600
    )  # fmt: skip


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id(key), "n": _number(numbers.n),
            "e": _number(numbers.e)}  # fmt: skip


def key_id(key: rsa.RSAPrivateKey) -> str:
    return hashlib.sha256(str(key.public_key().public_numbers().n).encode()).hexdigest()[:40]


def security_event(
    event: str, subject: str, *, at: datetime, key: rsa.RSAPrivateKey | None = None, **other: Any
) -> str:
    """Google's: a signed token with one event in it. `other` replaces claims."""
    about = {"subject": {"subject_type": "iss-sub", "iss": ISSUER, "sub": subject}}
    claims = {
        "iss": ISSUER, "aud": CLIENT_ID, "iat": int(at.timestamp()), "jti": secrets.token_hex(16),
        "events": {event: about}, **other,
    }  # fmt: skip
    key = key or signing_key()
    return token({"alg": "RS256", "kid": key_id(key), "typ": "secevent+jwt"}, claims, key)


def token(header: Mapping[str, Any], claims: Mapping[str, Any], key: rsa.RSAPrivateKey) -> str:
    signed = f"{_b64url(json.dumps(header).encode())}.{_b64url(json.dumps(claims).encode())}"
    return f"{signed}.{_b64url(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _number(value: int) -> str:
    return _b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
