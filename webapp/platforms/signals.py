"""What a platform tells us by itself: which kinds it sends, and what one delivery means once it is verified.

A signal is never believed on its own. It makes us ask the platform at once; what the platform answers decides, and the
signal says why. So a delivery that was sent again, late, or under another name does nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from webapp.platforms.diagnosis import Cause

if TYPE_CHECKING:
    from webapp.platforms.jwks import PublicKeys


class Meaning(StrEnum):
    """What is to be done about it.

    CUSTOMER: about a store's customer, of whom we hold nothing. ACCOUNT_ERASED and PERSON_ERASED: what we hold of the
    account, or of who consented, must go. TEST: the platform tries whether we listen.
    """

    ACCESS_ENDED = "access_ended"
    SCOPES_CHANGED = "scopes_changed"
    ACCOUNT_CHANGED = "account_changed"
    RECORD_DELETED = "record_deleted"
    CUSTOMER = "customer"
    ACCOUNT_ERASED = "account_erased"
    PERSON_ERASED = "person_erased"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalKind:
    """One address we listen at: `/signals/<slug>/<path>`. `name` is the platform's word for what comes there.

    `register` says where its address is set by hand; None: we register it ourselves, through the platform's API.
    `by_key`: that too, where our app has the key of a service account, which is set beside its other credentials; one
    registration then serves every connection.
    """

    path: str
    name: str
    register: str | None = None
    by_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One delivery as it came in. Header names are lower-case; `form` is empty unless the body is one."""

    body: bytes
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """What telling a real delivery from a forged one takes."""

    client_id: str
    client_secret: str
    keys: PublicKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing a platform said. `delivery` is the same for every repetition of it, `name` the platform's word for it.

    Whom it concerns: the account, or every account at `tenant`, or everything the login `subject` consented to.
    `happened_at` may be untrue where the platform does not sign it. `cause` is what it explains, should the permission
    turn out to be dead, and `words` complete "… told us that". `record` is a stream and an id in it.
    """

    meaning: Meaning
    name: str
    delivery: str
    account_id: str | None = None
    tenant: str | None = None
    subject: str | None = None
    happened_at: datetime | None = None
    cause: Cause | None = None
    words: str = ""
    record: tuple[str, str] | None = None


class ForgedSignal(Exception):
    """The platform did not sign this."""


class UnclearSignal(Exception):
    """Signed by the platform, but not what is sent to this address: another topic's, another shop's, or no sense."""


def digest(*parts: str | bytes) -> str:
    """A delivery's name where the platform gives it none."""
    found = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(len(raw).to_bytes(8, "big") + raw)
    return found.hexdigest()
