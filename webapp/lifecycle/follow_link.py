"""Somebody is handed a link, and signs in at a platform for a workspace they have no seat in.

It is the round trip of Connect and Reconnect, begun in the name of who handed the link out. The link is used up when a
round trip ends well (may_finish.py), and by nothing else: who declined by mistake may try again.
"""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.hand_out import hand_out, open_link
from webapp.lifecycle.note_link import note_link
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.start_authorization import connect, reconnect
from webapp.models.integration import EventKind, Integration
from webapp.models.link import Link, LinkKind
from webapp.models.notice import Notice, NoticeKind
from webapp.queries.guests import link_of_guest

SIGN_IN = (LinkKind.FIX, LinkKind.CONNECT)


def ask_to_fix(
    runtime: Runtime, *, workspace_id: str, person_id: str, integration_id: str, email: str | None
) -> Link | None:
    """A link for one integration and its account, mailed where an address is given; committed.

    None when the workspace has no such integration. Raises TooManyLinks.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = session.exec(
            select(Integration).where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        ).one_or_none()
        if integration is None:
            return None
        link = hand_out(
            runtime, session, kind=LinkKind.FIX, workspace_id=workspace_id, person_id=person_id, now=now, email=email,
            platform=integration.platform, integration_id=integration.id,
        )  # fmt: skip
        note_link(session, link, EventKind.LINK_MADE, now)
        session.add_all(_mail(link))
        return link


def ask_to_connect(runtime: Runtime, *, workspace_id: str, person_id: str, slug: str, email: str | None) -> Link:
    """A link for one platform that is new here, mailed where an address is given; committed.

    Raises UnknownPlatform and TooManyLinks.
    """
    now, platform = runtime.now(), runtime.platform(slug)
    with runtime.database.writing() as session:
        link = hand_out(
            runtime, session, kind=LinkKind.CONNECT, workspace_id=workspace_id, person_id=person_id, now=now,
            email=email, platform=platform.slug,
        )  # fmt: skip
        note_link(session, link, EventKind.LINK_MADE, now)
        session.add_all(_mail(link))
        return link


def start_by_link(runtime: Runtime, token: str, *, tenant: str | None, browser: str) -> str | None:
    """The consent page's address; None when the link is over. Raises BadTenant."""
    with runtime.database.reading() as session:
        link = open_link(runtime, session, token, *SIGN_IN)
    return _start(runtime, link, tenant=tenant, browser=browser) if link is not None else None


def start_again(runtime: Runtime, *, authorization_id: str, browser: str) -> str | None:
    """Once more with the link a round trip of this very browser was begun with; None when it is over."""
    with runtime.database.reading() as session:
        found = link_of_guest(session, authorization_id=authorization_id, browser=browser)
    if found is None or not found.link.is_open(runtime.now()):
        return None
    return _start(runtime, found.link, tenant=found.tenant, browser=browser)


def _start(runtime: Runtime, link: Link, *, tenant: str | None, browser: str) -> str | None:
    if link.integration_id is not None:
        return reconnect(
            runtime, integration_id=link.integration_id, person_id=link.person_id, workspace_id=link.workspace_id,
            browser=browser, link_id=link.id,
        )  # fmt: skip
    return connect(
        runtime, slug=link.platform or "", tenant=tenant, person_id=link.person_id, workspace_id=link.workspace_id,
        browser=browser, link_id=link.id,
    )  # fmt: skip


def _mail(link: Link) -> list[Notice]:
    if link.email is None:
        return []
    now = link.created_at
    return [
        Notice(
            kind=NoticeKind.SIGN_IN_LINK, address=link.email, workspace_id=link.workspace_id, link_id=link.id,
            created_at=now, due_at=now,
        )
    ]  # fmt: skip
