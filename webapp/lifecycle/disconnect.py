"""The merchant ends a connection: everything imported stays, nothing new comes in.

The permission is revoked at the platform only when its last integration leaves, in whatever workspace: Google and Meta
then end all that this person has ever approved for our app.
"""

from __future__ import annotations

import logging

from sqlmodel import Session, col, select

from webapp.lifecycle.open_grant import live_grant, open_tokens
from webapp.lifecycle.pause import close_quietly, of_workspace, stop
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Grant, Login
from webapp.models.integration import Event, EventKind, Integration
from webapp.platforms.diagnosis import Trouble
from webapp.vault import CannotOpen

log = logging.getLogger(__name__)


def disconnect(
    runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str, successor_id: str | None = None
) -> bool:
    """End the tie. False when there is no such integration. A platform that does not answer does not keep it alive.

    `successor_id` is the integration of the account that takes its place, if one does (replace_account.py).
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = of_workspace(session, integration_id, workspace_id)
        if integration is None:
            return False
        if integration.disconnected_at is not None and successor_id is None:
            return True
        stop(session, integration)
        integration.disconnected_at, integration.paused_at = integration.disconnected_at or now, None
        integration.replaced_by = successor_id
        close_quietly(session, integration, person_id, runtime)
        kind = EventKind.DISCONNECTED if successor_id is None else EventKind.REPLACED
        session.add(Event(integration_id=integration.id, kind=kind, at=now, person_id=person_id))
        bump(session, workspace_id)
        session.flush()
        ended = _end_grant(session, integration, runtime)
    if ended is not None:
        _revoke(runtime, *ended)
    return True


def _end_grant(session: Session, integration: Integration, runtime: Runtime) -> tuple[Login, Grant] | None:
    if integration.login_id is None:
        return None
    others = session.exec(
        select(Integration.id).where(
            Integration.login_id == integration.login_id, col(Integration.disconnected_at).is_(None)
        )
    ).first()
    grant = live_grant(session, integration.login_id)
    if others is not None or grant is None:
        return None
    grant.ended_at = runtime.now()
    login = session.get_one(Login, integration.login_id)
    return None if _is_used_elsewhere(session, login) else (login, grant)


def _is_used_elsewhere(session: Session, login: Login) -> bool:
    """Whether another workspace reads with the permission of the very same person."""
    found = session.exec(
        select(Integration.id)
        .join(Login, col(Login.id) == col(Integration.login_id))
        .where(
            Login.platform == login.platform,
            Login.subject == login.subject,
            col(Login.id) != login.id,
            col(Integration.disconnected_at).is_(None),
        )
    ).first()
    return found is not None


def _revoke(runtime: Runtime, login: Login, grant: Grant) -> None:
    platform = runtime.platform(login.platform)
    try:
        access, refresh = open_tokens(runtime.vault, grant)
        platform.revoke(runtime.api(platform, token=access, tenant=login.tenant), refresh_token=refresh)
    except (Trouble, CannotOpen) as trouble:
        log.info("revoke at %s: %s", platform.slug, trouble)
