"""What comes to the platforms' addresses: only what a platform signed, for this address, is heard, and only once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.signing import (
    OAUTH_EVENT,
    RISC_EVENT,
    key_id,
    public_jwk,
    security_event,
    signing_key,
    token,
)
from sandbox.signing import signed_request as meta_signs
from tests.signals import ANA_AT_GOOGLE, ANA_AT_META, CEDAR, CEDAR_ID, shop
from webapp.platforms import jwks

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
REVOKED = f"{OAUTH_EVENT}tokens-revoked"


@pytest.fixture(scope="module")
def another_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


# -- Shopify ------------------------------------------------------------------------------------------------------


def test_a_webhook_is_heard_once_however_often_it_comes(platforms):
    same = {"X_Shopify_Webhook_Id": "one"}
    at = platforms.runtime.now()
    for _ in range(3):
        assert platforms.webhook("app/uninstalled", shop(), at=at, **same).status_code == 200
    platforms.clock_ticks()
    assert platforms.webhook("app/uninstalled", shop(), at=at, **same).status_code == 200
    assert [(one.account_id, one.name) for one in platforms.heard()] == [(str(CEDAR_ID), "app/uninstalled")]


def test_who_repeats_one_under_new_ids_does_not_fill_the_table(platforms):
    platforms.acts.connects("shopify", shop=CEDAR)
    for _ in range(20):
        assert platforms.webhook("app/uninstalled", shop()).status_code == 200
        platforms.clock_ticks()
    assert len(platforms.heard()) == 1, "it is asked about for two minutes, and is one row meanwhile"


@pytest.mark.parametrize("signature", ["", "AAAA", "ü", "x" * 5000])
def test_what_shopify_did_not_sign_is_401(platforms, signature):
    raw = signature.encode().decode("latin-1")
    reply = platforms.webhook("app/uninstalled", shop(), X_Shopify_Hmac_Sha256=raw)
    assert (reply.status_code, platforms.heard()) == (401, [])


def test_a_signature_over_another_body_is_401(platforms, app):
    said = json.dumps(shop()).encode()
    for sent in (said[:-2], said + b" ", said.replace(b"Cedar", b"Cebar"), b""):
        from_other = platforms.webhook("app/uninstalled", said).request.headers["X-Shopify-Hmac-Sha256"]
        platforms.clock_ticks()
        before = len(platforms.heard())
        reply = platforms.webhook("app/uninstalled", sent, X_Shopify_Hmac_Sha256=from_other)
        assert (reply.status_code, len(platforms.heard())) == (401, before), sent


@pytest.mark.parametrize(
    ("topic", "said", "replaced"),
    [
        ("app/uninstalled", shop(), {"X_Shopify_Shop_Domain": "aurora.myshopify.com"}),
        ("app/uninstalled", shop(), {"X_Shopify_Shop_Domain": ""}),
        ("app/uninstalled", shop(), {"X_Shopify_Topic": "shop/update"}),
        ("app/uninstalled", shop(), {"X_Shopify_Topic": ""}),
        ("app/uninstalled", {"id": 1}, {}),
        ("app/uninstalled", {"id": "1", "myshopify_domain": CEDAR}, {}),
        ("app/scopes_update", shop(), {}),
        ("orders/delete", shop(), {}),
        ("orders/delete", {"id": None}, {}),
        ("orders/delete", {"id": 5, "created_at": "2026-01-01"}, {}),
        ("products/delete", {"shop_id": CEDAR_ID, "shop_domain": CEDAR}, {}),
        ("shop/redact", {"shop_id": CEDAR_ID, "shop_domain": CEDAR, "customer": {"id": 1}}, {}),
        ("shop/redact", {"shop_id": CEDAR_ID, "shop_domain": "aurora.myshopify.com"}, {}),
        ("shop/redact", shop(), {}),
        ("customers/redact", {"shop_id": CEDAR_ID, "shop_domain": CEDAR}, {}),
        ("customers/redact", {"shop_id": 1, "shop_domain": CEDAR, "customer": {}, "data_request": {}}, {}),
        ("customers/data_request", {"shop_id": 1, "shop_domain": CEDAR, "customer": {}, "orders_to_redact": []}, {}),
        ("app/uninstalled", b"not json", {}),
        ("app/uninstalled", b"[" * 100_000, {}),
        ("app/uninstalled", b"null", {}),
    ],
)
def test_another_shops_or_topics_is_refused_though_it_is_signed(platforms, topic, said, replaced):
    assert platforms.webhook(topic, said, **replaced).status_code == 400
    assert platforms.heard() == []


def test_a_signed_body_at_another_topics_address_is_refused(platforms):
    for path in ("scopes-update", "orders-delete", "shop-redact", "customers-redact"):
        reply = platforms.webhook("shop/update", shop(), path=path)
        assert reply.status_code == 400, path
    assert platforms.heard() == []


def test_a_huge_body_is_not_read(platforms):
    for size in (300_000, 5_000_000):
        assert platforms.webhook("shop/update", b"x" * size).status_code == 413
    assert platforms.deauthorize(secret="x" * 10).status_code == 401
    assert platforms.post("meta_ads/deauthorize", {"signed_request": "x" * 2_000_000}).status_code == 413


def test_the_time_is_read_as_shopify_writes_it(platforms):
    platforms.webhook("shop/update", shop(), X_Shopify_Triggered_At="2026-03-29T18:00:27.877041743Z")
    assert platforms.heard()[0].happened_at.isoformat() == "2026-03-29T18:00:27.877041+00:00"


def test_the_operator_is_told_where_to_set_what_we_cannot(platforms, app):
    with app.app_context():
        said = app.test_cli_runner().invoke(args=["doctor"]).output
    for kind in ("shopify/shop-redact", "meta_ads/deauthorize", "meta_ads/data-deletion", "google_ads/security-event"):
        (line,) = [one for one in said.splitlines() if f"/signals/{kind} " in one]
        assert "set it in" in line
    assert "/signals/shopify/app-uninstalled (we register it ourselves)" in said


def test_nothing_is_listened_for_elsewhere(platforms):
    for path in ("shopify/deauthorize", "tiktok_ads/app-uninstalled", "nobody/app-uninstalled", "shopify/x"):
        assert platforms.post(path, b"{}").status_code == 404, path


def test_no_answer_to_a_platform_sets_a_cookie(platforms):
    for reply in (platforms.webhook("shop/update", shop()), platforms.post("shopify/shop-update", b"{}")):
        assert "Set-Cookie" not in reply.headers


# -- Meta ---------------------------------------------------------------------------------------------------------


def test_metas_signed_request_is_heard(platforms):
    assert platforms.deauthorize().status_code == 200
    assert [one.subject for one in platforms.heard()] == [ANA_AT_META]


def test_what_meta_did_not_sign_is_401(platforms):
    now = platforms.runtime.now()
    good = meta_signs(ANA_AT_META, at=now)
    signature, payload = good.split(".")
    other = meta_signs("1", at=now).split(".")[1]
    for sent in ("", ".", good[:-3], f"{signature}.{other}", f".{payload}", payload, f"{signature}", "ü.ü",
                 meta_signs(ANA_AT_META, at=now, secret="another")):  # fmt: skip
        assert platforms.post("meta_ads/deauthorize", {"signed_request": sent}).status_code == 401, sent
    assert platforms.post("meta_ads/deauthorize", b"").status_code == 401
    assert platforms.deauthorize(algorithm="none").status_code == 401
    assert platforms.deauthorize(algorithm="HMAC-SHA1").status_code == 401
    assert platforms.heard() == []


# -- Google -------------------------------------------------------------------------------------------------------


def test_googles_event_is_heard(platforms):
    assert (
        platforms.security_event(security_event(REVOKED, ANA_AT_GOOGLE, at=platforms.runtime.now())).status_code == 200
    )
    assert [(one.name, one.subject) for one in platforms.heard()] == [("tokens-revoked", ANA_AT_GOOGLE)]


def test_googles_test_and_what_we_do_not_know_are_answered(platforms):
    now = platforms.runtime.now()
    for event in (f"{RISC_EVENT}verification", f"{RISC_EVENT}something-new"):
        assert platforms.security_event(security_event(event, "", at=now)).status_code == 200
    platforms.clock_ticks()
    assert platforms.outcomes() == ["checked"]


def test_what_google_did_not_sign_is_401(platforms, another_key):
    now, ours = platforms.runtime.now(), signing_key()
    good = security_event(REVOKED, ANA_AT_GOOGLE, at=now)
    head, claims, signature = good.split(".")
    said = {"iss": "https://accounts.google.com/", "aud": "sandbox", "jti": "1", "iat": int(now.timestamp()),
            "events": {REVOKED: {"subject": {"sub": ANA_AT_GOOGLE}}}}  # fmt: skip
    unsigned = token({"alg": "none", "kid": key_id(ours)}, said, ours)
    forged = {
        "another key under a known id": token({"alg": "RS256", "kid": key_id(ours)}, said, another_key),
        "alg none": unsigned.rpartition(".")[0] + ".",
        "alg none, signed": unsigned,
        "another audience": security_event(REVOKED, ANA_AT_GOOGLE, at=now, aud="somebody-else"),
        "another issuer": security_event(REVOKED, ANA_AT_GOOGLE, at=now, iss="https://accounts.google.com.evil.test/"),
        "no id": token({"alg": "RS256"}, said, ours),
        "another body": f"{head}.{claims[:-4]}AAAA.{signature}",
        "cut": good[:-10],
        "too many parts": good + ".x",
        "too long": good + "A" * 20_000,
        "HS256 with the public key": _hs256(said, ours),
        "nothing": "",
        "no token": "{}",
    }
    for why, sent in forged.items():
        assert platforms.security_event(sent).status_code == 401, why
    assert platforms.heard() == []


def test_unknown_keys_are_asked_for_once_a_minute_at_most(platforms, another_key):
    now = platforms.runtime.now()
    for _ in range(30):
        said = {"iss": "https://accounts.google.com/", "aud": "sandbox", "jti": "1", "iat": 0, "events": {}}
        forged = token({"alg": "RS256", "kid": secrets.token_hex(20)}, said, another_key)
        assert platforms.security_event(forged).status_code == 401
    assert platforms.security_event(security_event(REVOKED, ANA_AT_GOOGLE, at=now)).status_code == 200
    assert len([one for one in platforms.acts.sandbox.asked if "certs" in one]) == 1


def test_keys_are_changed_without_anybody_doing_anything(platforms, another_key, monkeypatch):
    now = platforms.runtime.now()
    old = security_event(REVOKED, ANA_AT_GOOGLE, at=now)
    assert platforms.security_event(old).status_code == 200
    monkeypatch.setattr("sandbox.standins.google_ads.signing_key", lambda: another_key)
    fresh = security_event(REVOKED, ANA_AT_GOOGLE, at=now, key=another_key)
    assert platforms.security_event(fresh).status_code == 401, "asked a moment ago"
    monkeypatch.setattr(jwks, "ASK_AGAIN_SECONDS", 0.0)
    assert platforms.security_event(fresh).status_code == 200
    assert platforms.security_event(old).status_code == 401, "the old key is over"
    assert public_jwk(another_key)["kid"] != key_id(signing_key())


def test_without_its_keys_google_is_asked_to_come_back(platforms):
    platforms.acts.sandbox.switch("google_ads", "outage")
    event = security_event(REVOKED, ANA_AT_GOOGLE, at=platforms.runtime.now())
    assert platforms.security_event(event).status_code == 503
    assert platforms.heard() == []


def _hs256(said: dict[str, object], key: rsa.RSAPrivateKey) -> str:
    """The oldest trick: the public key, which everybody has, taken for a secret that only two have."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = ({"alg": "HS256", "kid": key_id(key)}, said)
    signed = ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)
    signature = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
