"""Meta's two callbacks, both a `signed_request`: somebody removed the app, or wants what we know of them deleted.

https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

from webapp.platforms.decode import instant
from webapp.platforms.diagnosis import Cause
from webapp.platforms.signals import Ear, ForgedSignal, Meaning, Post, Signal, SignalKind, UnclearSignal, digest

LOGIN_SETTINGS = "App Dashboard, Facebook Login, Settings"
DEAUTHORIZE = SignalKind(path="deauthorize", name="deauthorize", register=f"{LOGIN_SETTINGS}, Deauthorize callback URL")
DATA_DELETION = SignalKind(path="data-deletion", name="data deletion", register=f"{LOGIN_SETTINGS}, Data deletion URL")
KINDS = (DEAUTHORIZE, DATA_DELETION)
ALGORITHM = "HMAC-SHA256"


class _Payload(msgspec.Struct):
    user_id: str | int
    algorithm: str
    issued_at: float | None = None


def hear(kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
    """The one thing a callback says. Raises ForgedSignal and UnclearSignal."""
    signature, _, payload = post.form.get("signed_request", "").partition(".")
    expected = hmac.new(ear.client_secret.encode(), payload.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    if not hmac.compare_digest(expected, _decoded(signature)):
        raise ForgedSignal
    try:
        said = msgspec.json.decode(_decoded(payload), type=_Payload)
        at = instant(datetime.fromtimestamp(said.issued_at, UTC)) if said.issued_at is not None else None
    except (ValueError, OverflowError, OSError, RecursionError, msgspec.MsgspecError):
        raise UnclearSignal from None
    if said.algorithm.upper() != ALGORITHM:
        raise ForgedSignal
    ended = kind is DEAUTHORIZE
    return (
        Signal(
            meaning=Meaning.ACCESS_ENDED if ended else Meaning.PERSON_ERASED, name=kind.name,
            delivery=digest(kind.name, payload), subject=str(said.user_id), happened_at=at, cause=Cause.ACCESS_REVOKED,
            words="the app was removed in the Facebook settings" if ended
            else "the app was removed and its data was asked to be deleted",
        ),
    )  # fmt: skip


def _decoded(text: str) -> bytes:
    """Base64url without its padding; empty when it is none."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
