"""Round trips begun with a link: whose they are is this browser, and nothing else is known of who sits there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlmodel import Session, col, select

from webapp.models.access import Authorization, Ending, Login
from webapp.models.integration import Integration
from webapp.models.link import Link
from webapp.models.people import Person, Workspace
from webapp.models.trouble import Incident
from webapp.oauth.state import MAX_STATE, hashed
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.authorization import authorization_of, bare
from webapp.queries.facts import AuthorizationFacts
from webapp.words import say


class GuestFlow(NamedTuple):
    """A round trip's id, and in whose name it runs."""

    authorization_id: str
    person_id: str


class GuestLink(NamedTuple):
    link: Link
    tenant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFacts:
    """What a link asks for, as its page says it: no figure, and nothing about the rest of the workspace."""

    by: str
    workspace_name: str
    platform: Platform
    account_name: str | None
    account_id: str | None
    login: str | None
    done_at: str | None


def asked_of(session: Session, platform_of: Callable[[str], Platform], link: Link) -> AskedFacts:
    """The caller has opened the link with its token."""
    integration = session.get(Integration, link.integration_id) if link.integration_id else None
    login = session.get(Login, integration.login_id) if integration and integration.login_id else None
    return AskedFacts(
        by=session.get_one(Person, link.person_id).name,
        workspace_name=session.get_one(Workspace, link.workspace_id).name,
        platform=platform_of(link.platform or ""),
        account_name=integration.account_name if integration else None,
        account_id=integration.account_id if integration else None,
        login=(login.email or login.name) if login else None,
        done_at=_done_at(session, link, integration),
    )


def over_words(session: Session, link: Link) -> str:
    """Why a link opens nothing any more, for whoever holds it."""
    integration = session.get(Integration, link.integration_id) if link.integration_id else None
    zone = integration.timezone if integration is not None else "UTC"
    if link.used_at is not None:
        return say(
            "It has done its work, {when}. There is nothing left to do.", when=wording.moment(link.used_at, zone)
        )
    if link.revoked_at is not None:
        return say("It was taken back, {when}.", when=wording.moment(link.revoked_at, zone))
    return say("It is older than a week. Ask whoever sent it for a new one.")


def _done_at(session: Session, link: Link, integration: Integration | None) -> str | None:
    """When somebody else did what the link asks for; None where it is still to be done, or was not broken at all."""
    if integration is None:
        return None
    last = session.exec(
        select(Incident.closed_at)
        .where(Incident.integration_id == integration.id)
        .order_by(col(Incident.opened_at).desc())
    ).first()
    return wording.moment(last, integration.timezone) if last is not None and last >= link.created_at else None


def guest_flow(session: Session, *, slug: str, state: str, browser: str | None) -> GuestFlow | None:
    """The round trip that comes back with `state`, if it was begun with a link in this browser."""
    if not state or len(state) > MAX_STATE or browser is None:
        return None
    found = session.exec(
        select(Authorization.id, Authorization.person_id).where(
            Authorization.state_hash == hashed(state),
            Authorization.browser_hash == hashed(browser),
            Authorization.platform == slug,
            col(Authorization.link_id).is_not(None),
        )
    ).one_or_none()
    return GuestFlow(*found) if found is not None else None


def link_of_guest(session: Session, *, authorization_id: str, browser: str) -> GuestLink | None:
    """The link a round trip of this browser was begun with."""
    found = session.exec(
        select(Link, Authorization.tenant)
        .join(Authorization, col(Authorization.link_id) == col(Link.id))
        .where(Authorization.id == authorization_id, Authorization.browser_hash == hashed(browser))
    ).one_or_none()
    return GuestLink(*found) if found is not None else None


def guests_authorization(
    session: Session, platform_of: Callable[[str], Platform], *, authorization_id: str, browser: str
) -> tuple[AuthorizationFacts, Link] | None:
    """How a round trip of this browser ended; None for any other. One that came to no end took too long."""
    found = link_of_guest(session, authorization_id=authorization_id, browser=browser)
    if found is None:
        return None
    facts = authorization_of(
        session, platform_of,
        authorization_id=authorization_id, person_id=found.link.person_id, workspace_id=found.link.workspace_id,
    )  # fmt: skip
    if facts is None:
        facts = replace(bare(platform_of(found.link.platform or ""), Ending.EXPIRED), id=authorization_id)
    return facts, found.link
