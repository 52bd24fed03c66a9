"""What a stand-in is: one platform seen from its own side.

It answers every path below its real host (`/graph.facebook.com/v26.0/me` is asked as host and path), turns consent into
a way back, and tells the truth about its data in `ledger`. The core asks nothing else of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox.signals import Letter
from sandbox.switches import is_on
from sandbox.world import PEOPLE, World

Ledger = dict[str, dict[str, list[dict[str, object]]]]


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    reached_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person said on the consent page."""

    person: str
    accounts: list[str]
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a consent page is asked: who wants what, and which of it the person may take away."""

    tenant: str | None
    scopes: tuple[str, ...]
    scopes_optional: bool
    chooses_accounts: bool
    redirect_uri: str


class Standin(ABC):
    slug: str
    name: str
    accounts: tuple[Account, ...]

    @abstractmethod
    def owns(self, host: str) -> bool:
        """Whether this stand-in answers for the host."""

    @abstractmethod
    def consent_asked(self, request: Request, host: str, path: str) -> Asked | None:
        """What consent is asked for, when this is the consent page; None when it is some other path."""

    @abstractmethod
    def approve(self, world: World, request: Request, host: str, consent: Consent) -> str:
        """Where an approval leads: the redirect address with the platform's own parameters."""

    @abstractmethod
    def decline(self, world: World, request: Request, host: str) -> str:
        """Where a refusal leads."""

    @abstractmethod
    def answer(self, world: World, request: Request, host: str, path: str) -> Response:
        """Everything else: tokens and data."""

    @abstractmethod
    def outage(self, request: Request) -> Response:
        """An outage in this platform's words."""

    @abstractmethod
    def ledger(self, world: World) -> Ledger:
        """Every row there is, by account and stream."""

    def tells(self, world: World, switch: str, account: str | None) -> list[Letter]:
        """What it tells the app by itself, now that this switch was turned on."""
        return []

    # -- what all of them share -----------------------------------------------------------------------------------

    def signed_in(self, world: World) -> str:
        """Who is signed in at the platform when the browser arrives."""
        return "bob@borealis.test" if is_on(world, self.slug, "other_account") else "ana@aurora.test"

    def reachable(self, person: str, tenant: str | None = None) -> list[Account]:
        return [one for one in self.accounts if person in one.reached_by]

    def granted(self, world: World, scopes: list[str]) -> list[str]:
        return scopes[1:] if is_on(world, self.slug, "fewer_scopes") else scopes

    def people(self) -> dict[str, str]:
        return PEOPLE


def back_to(redirect_uri: str, params: dict[str, str]) -> str:
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(params)}"


def leave(url: str) -> Response:
    response = redirect(url, 302)
    assert isinstance(response, Response)
    return response


def not_here() -> Response:
    raise NotFound


__all__ = ["Account", "Asked", "Consent", "Ledger", "Standin", "back_to", "leave", "not_here"]
