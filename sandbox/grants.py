"""Consent turned into codes, codes into tokens, and tokens that age, rotate and die."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sandbox.switches import is_on
from sandbox.world import World

CODE_LIFE = timedelta(minutes=5)
GRACE = timedelta(seconds=60)
CLIENT_ID, CLIENT_SECRET = "sandbox", "sandbox-secret"


class Rotation(StrEnum):
    """What becomes of a refresh token once it has been used."""

    KEEPS = "keeps"
    UNTIL_USED = "until_used"
    GRACE = "grace"
    STRICT = "strict"


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
            "newest": 0, "used": 0, "created": world.now().isoformat(), "renewed": world.now().isoformat(),
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


def renew(
    world: World, platform: str, token: str, *, rotation: Rotation, dies_unused_after: timedelta | None = None
) -> tuple[dict[str, Any], bool]:
    """The grant behind a refresh token, and whether a new refresh token takes this one's place. Raises Refused.

    KEEPS        one token for ever (Google)
    UNTIL_USED   the old one works until one of the new pair is first used (Shopify, 2026-08-28)
    GRACE        the old one works for a minute more; after that as STRICT
    STRICT       works once; a second use is taken for theft and ends the whole family (RFC 9700 §4.14.2)
    """
    rotation, now = _chosen(world, platform, rotation), world.now().isoformat()
    with world.changing() as data:
        grant = use(world, platform, token, kind="refresh")
        found = data["tokens"][token]
        if dies_unused_after is not None and _past(world, grant["renewed"], dies_unused_after):
            raise Refused("expired")
        if found["generation"] < grant["newest"]:
            _use_again(world, grant, found, rotation)
        grant["renewed"] = now
        if rotation is not Rotation.KEEPS:
            found.setdefault("exchanged", now)
            grant["newest"] += 1
        return grant, rotation is not Rotation.KEEPS


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
        grant["used"] = max(grant["used"], found["generation"])
        return grant


def end(world: World, grant: dict[str, Any], cause: str = "access_revoked") -> None:
    with world.changing():
        grant["death"] = grant["death"] or cause


def people_of_the_dead(world: World, platform: str, cause: str, account: str | None) -> list[str]:
    """Whose permissions ended in this way."""
    found = [
        grant["person"] for grant in world.data["grants"].values()
        if grant["platform"] == platform and grant["death"] == cause and account in (None, *grant["accounts"])
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def is_client(client_id: str | None, secret: str | None) -> bool:
    return client_id == CLIENT_ID and secret == CLIENT_SECRET


def _chosen(world: World, platform: str, own: Rotation) -> Rotation:
    """The platform's own rule, unless a switch asks for another."""
    if is_on(world, platform, "rotation_strict"):
        return Rotation.STRICT
    return Rotation.GRACE if is_on(world, platform, "rotation_grace") else own


def _use_again(world: World, grant: dict[str, Any], token: dict[str, Any], rotation: Rotation) -> None:
    """A refresh token that was exchanged before. Raises Refused unless the rule still takes it."""
    if rotation is Rotation.UNTIL_USED:
        if token["generation"] < grant["used"]:
            raise Refused("token")
    elif rotation is Rotation.STRICT or _past(world, token["exchanged"], GRACE):
        end(world, grant)
        raise Refused("token")


def _past(world: World, moment: str, by: timedelta = timedelta()) -> bool:
    return world.now() > datetime.fromisoformat(moment) + by


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
