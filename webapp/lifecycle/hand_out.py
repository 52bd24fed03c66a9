"""Links handed to others: making one, finding one again by its token, taking one back.

A token is `<id>-<secret>`. The secret follows from the id and our own key, so that a mail sent later can hold it; only
its hash is kept, and that is what a token is held against.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization
from webapp.models.columns import opaque_id
from webapp.models.link import LINK_LIFE, Link, LinkKind
from webapp.models.people import Role
from webapp.oauth.state import hashed
from webapp.queries.handed import is_open_at

LONGEST_TOKEN = 200
MOST_OPEN = 200
PATHS = {
    LinkKind.INVITATION: "invitations",
    LinkKind.FIX: "links",
    LinkKind.CONNECT: "links",
    LinkKind.PROBLEM: "problems",
}


class TooManyLinks(Exception):
    """So many are open in this workspace that one more helps nobody."""


def hand_out(
    runtime: Runtime,
    session: Session,
    *,
    kind: LinkKind,
    workspace_id: str,
    person_id: str,
    now: datetime,
    email: str | None = None,
    role: Role | None = None,
    platform: str | None = None,
    integration_id: str | None = None,
    incident_id: str | None = None,
) -> Link:
    """A new link, good for a week; commits with the caller. Raises TooManyLinks."""
    mine = col(Link.workspace_id) == workspace_id, *is_open_at(now)
    if session.exec(select(func.count()).select_from(Link).where(*mine)).one() >= MOST_OPEN:
        raise TooManyLinks
    link_id = opaque_id()
    link = Link(
        id=link_id, kind=kind, secret_hash=hashed(_secret(runtime, link_id)), workspace_id=workspace_id,
        person_id=person_id, email=email, role=role, platform=platform, integration_id=integration_id,
        incident_id=incident_id, created_at=now, expires_at=now + LINK_LIFE,
    )  # fmt: skip
    session.add(link)
    session.flush()
    return link


def address_of(runtime: Runtime, link: Link) -> str:
    """The address to hand over."""
    return f"{runtime.settings.public_url}/{PATHS[link.kind]}/{link.id}-{_secret(runtime, link.id)}"


def link_of(session: Session, token: str, *kinds: LinkKind, lock: bool = False) -> Link | None:
    """The link a token belongs to, open or over; None when it is forged, or of another kind."""
    link_id, _, secret = token[:LONGEST_TOKEN].partition("-")
    link = session.get(Link, link_id, with_for_update=lock or None)
    # Always compared, so that an id that exists takes no other time than one that does not.
    fits = hmac.compare_digest(link.secret_hash if link is not None else hashed(""), hashed(secret))
    return link if link is not None and fits and link.kind in kinds else None


def open_link(runtime: Runtime, session: Session, token: str, *kinds: LinkKind, lock: bool = False) -> Link | None:
    """The link a token opens; None when it is forged, of another kind, used, taken back or too old."""
    link = link_of(session, token, *kinds, lock=lock)
    return link if link is not None and link.is_open(runtime.now()) else None


def take_back(session: Session, link: Link, now: datetime) -> None:
    """It opens nothing any more, and no round trip begun with it can end well; commits with the caller."""
    link.revoked_at = link.revoked_at or now
    end_round_trips(session, now, link_id=link.id)


def end_round_trips(session: Session, now: datetime, **which: str) -> None:
    """Whoever is away at a platform comes back to nothing; commits with the caller."""
    mine = [getattr(Authorization, name) == value for name, value in which.items()]
    session.execute(update(Authorization).where(*mine, col(Authorization.expires_at) > now).values(expires_at=now))


def _secret(runtime: Runtime, link_id: str) -> str:
    key = f"shopimize handed link {runtime.settings.secret_key}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, link_id.encode(), "sha256")).decode().rstrip("=")
