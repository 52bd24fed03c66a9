"""Consent turned into codes, codes into tokens, and tokens that age, rotate and die."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sandbox.world import World

CODE_LIFE = timedelta(minutes=5)
CLIENT_ID, CLIENT_SECRET = "sandbox", "sandbox-secret"


class Refused(Exception):
    """A code or token that is not good (any more); `why` is a switch's name, or `code`, `token`, `expired`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def issue_code(
    world: World,
    platform: str,
    *,
    person: str,
    accounts: list[str],
    scopes: list[str],
    redirect_uri: str,
    challenge: str | None = None,
    tenant: str | None = None,
) -> str:
    """A single-use code for what was consented to."""
    code = secrets.token_urlsafe(24)
    with world.changing() as data:
        data["codes"][code] = {
            "platform": platform, "person": person, "accounts": accounts, "scopes": scopes, "tenant": tenant,
            "redirect_uri": redirect_uri, "challenge": challenge, "until": (world.now() + CODE_LIFE).isoformat(),
        }  # fmt: skip
    return code


def redeem(
    world: World, platform: str, code: str, *, redirect_uri: str | None = None, verifier: str | None = None
) -> dict[str, Any]:
    """A new grant for the code, which is used up whatever comes of it. Raises Refused."""
    with world.changing() as data:
        found = data["codes"].pop(code, None)
        if found is None or found["platform"] != platform or _past(world, found["until"]):
            raise Refused("code")
        if redirect_uri is not None and redirect_uri != found["redirect_uri"]:
            raise Refused("code")
        if found["challenge"] and _s256(verifier or "") != found["challenge"]:
            raise Refused("code")
        grant = {
            "id": secrets.token_hex(8), "platform": platform, "person": found["person"],
            "accounts": found["accounts"], "scopes": found["scopes"], "tenant": found["tenant"], "death": None,
            "newest": 0, "used": 0, "created": world.now().isoformat(),
        }  # fmt: skip
        data["grants"][grant["id"]] = grant
        return grant


def issue_token(world: World, grant: dict[str, Any], *, kind: str, prefix: str, life: timedelta | None) -> str:
    """A token of the grant's newest generation."""
    token = prefix + secrets.token_urlsafe(27).replace("-", "_")
    with world.changing() as data:
        data["tokens"][token] = {
            "grant": grant["id"], "kind": kind, "generation": grant["newest"],
            "until": (world.now() + life).isoformat() if life else None,
        }  # fmt: skip
    return token


def rotate(world: World, grant: dict[str, Any]) -> None:
    """Begin a new generation; tokens of the old one work until one of the new is first used (Shopify, 2026-08-28)."""
    with world.changing():
        grant["newest"] += 1


def use(world: World, platform: str, token: str, *, kind: str) -> dict[str, Any]:
    """The grant behind a good token. Raises Refused with the reason it is not good."""
    with world.changing() as data:
        found = data["tokens"].get(token)
        grant: dict[str, Any] | None = data["grants"].get(found["grant"]) if found else None
        if found is None or grant is None or grant["platform"] != platform or found["kind"] != kind:
            raise Refused("token")
        if grant["death"]:
            raise Refused(grant["death"])
        if found["until"] and _past(world, found["until"]):
            raise Refused("expired")
        if kind == "refresh" and found["generation"] < grant["used"]:
            raise Refused("token")
        grant["used"] = max(grant["used"], found["generation"])
        return grant


def end(world: World, grant: dict[str, Any], cause: str = "access_revoked") -> None:
    with world.changing():
        grant["death"] = grant["death"] or cause


def is_client(client_id: str | None, secret: str | None) -> bool:
    return client_id == CLIENT_ID and secret == CLIENT_SECRET


def _past(world: World, until: str) -> bool:
    return world.now() > datetime.fromisoformat(until)


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
