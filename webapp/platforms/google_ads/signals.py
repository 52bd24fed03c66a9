"""Google's Cross-Account Protection: security events as signed tokens (RFC 8417).

https://developers.google.com/identity/protocols/risc
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from webapp.platforms.answer import dig_text
from webapp.platforms.decode import instant
from webapp.platforms.diagnosis import Cause
from webapp.platforms.signals import Ear, ForgedSignal, Meaning, Post, Signal, SignalKind, UnclearSignal, digest

EVENT = SignalKind(
    path="security-event", name="Cross-Account Protection", register="RISC API, stream:update (docs)", by_key=True
)
KINDS = (EVENT,)
ISSUER = "https://accounts.google.com"
KEYS = "https://www.googleapis.com/oauth2/v3/certs"
RISC, OAUTH = (f"https://schemas.openid.net/secevent/{word}/event-type/" for word in ("risc", "oauth"))
# What each event explains, should the permission turn out to be dead; nothing where it is only a hint.
REVOKED = Cause.ACCESS_REVOKED, "access was removed in the Google account"
EVENTS: Mapping[str, tuple[Cause | None, str]] = {
    f"{OAUTH}tokens-revoked": REVOKED,
    f"{OAUTH}token-revoked": REVOKED,
    f"{RISC}account-purged": (Cause.ACCESS_REVOKED, "the Google account was deleted"),
    f"{RISC}account-disabled": (Cause.SECURITY_POLICY, "the Google account was disabled"),
    f"{RISC}account-credential-change-required": (None, ""),
    f"{RISC}sessions-revoked": (None, ""),
    f"{RISC}account-enabled": (None, ""),
}
HIJACKED = "the Google account was disabled because somebody else may have got into it"
VERIFICATION = f"{RISC}verification"
LONGEST_TOKEN = 16_384


class _Header(msgspec.Struct):
    alg: str
    kid: str


class _Subject(msgspec.Struct):
    sub: str = ""
    iss: str = ""


class _Event(msgspec.Struct):
    subject: _Subject | None = None
    reason: str | None = None


class _Claims(msgspec.Struct):
    iss: str
    aud: str | list[str]
    jti: str
    iat: float
    events: dict[str, _Event]


def hear(kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
    """Every event of one token that we know. Raises ForgedSignal, UnclearSignal and KeysOutOfReach."""
    claims = _verified(post.body.strip(), ear)
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if claims.iss.rstrip("/") != ISSUER or ear.client_id not in audience:
        raise ForgedSignal
    try:
        at = instant(datetime.fromtimestamp(claims.iat, UTC))
    except (ValueError, OverflowError, OSError):
        raise UnclearSignal from None
    found = [_signal(name, event, claims, at) for name, event in claims.events.items()]
    return tuple(signal for signal in found if signal is not None)


def _signal(name: str, event: _Event, claims: _Claims, at: datetime) -> Signal | None:
    short, delivery = name.rpartition("/")[2], digest(claims.jti, name)
    if name == VERIFICATION:
        return Signal(meaning=Meaning.TEST, name=short, delivery=delivery, happened_at=at)
    # A single token's event names the token, whose grant is not known here: the hash is of what we keep sealed.
    if name not in EVENTS or event.subject is None or not event.subject.sub:
        return None
    cause, words = EVENTS[name]
    return Signal(
        meaning=Meaning.ACCESS_ENDED, name=short, delivery=delivery, subject=event.subject.sub, happened_at=at,
        cause=cause, words=HIJACKED if event.reason == "hijacking" else words,
    )  # fmt: skip


def _verified(token: bytes, ear: Ear) -> _Claims:
    head, dots = token.partition(b".")[0], token.count(b".")
    if len(token) > LONGEST_TOKEN or dots != 2:
        raise ForgedSignal
    try:
        header = msgspec.json.decode(_unpadded(head), type=_Header)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise ForgedSignal from None
    # Before any key is looked for: what is not signed this way costs no question.
    if header.alg != "RS256":
        raise ForgedSignal
    key = ear.keys.find(KEYS, header.kid)
    if key is None or dig_text(key, "kty") != "RSA":
        raise ForgedSignal
    try:
        payload = jws.deserialize_compact(token, RSAKey.import_key(dict(key)), algorithms=["RS256"]).payload
    except (JoseError, ValueError, TypeError):
        raise ForgedSignal from None
    try:
        return msgspec.json.decode(payload, type=_Claims)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise UnclearSignal from None


def _unpadded(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
