"""What a merchant's consent gives: who consented, the accounts it reaches, its tokens; and how it can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Renewal(StrEnum):
    """How a permission is kept alive without the merchant."""

    REFRESH_TOKEN = "refresh_token"
    REEXCHANGE = "reexchange"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TokenSet:
    """What a token endpoint gave. None for an expiry means that the platform states no end.

    `refresh_token` None means that none came: what is stored stays.
    """

    access_token: str
    refresh_token: str | None
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None
    scopes: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who consented: stable subject, and the name and mail the merchant knows this login by."""

    subject: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A shop or ad account. `route` is what the platform needs beside the id to reach it, in its own terms."""

    id: str
    name: str
    currency: str
    timezone: str
    route: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantField:
    """What we must ask before we can even send the merchant to the platform: a shop's own address, a region.

    `clean` gives what was said as the platform writes it, and raises BadTenant. `choices`: value and words, where there
    are only so many; the first is meant where nothing is said.
    """

    name: str
    label: str
    hint: str
    clean: Callable[[str], str]
    placeholder: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class BadTenant(Exception):
    """No address or region that this platform has; the message is for the merchant."""


class ForgedCallback(Exception):
    """The parameters on the way back were not signed by the platform."""


class OtherTenant(Exception):
    """The way back is the platform's own, but from another shop than asked; the text is that shop's address."""
