"""A round trip as its page shows it: what to choose, or why nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import Session, col, select

from webapp.models.access import Authorization, Ending, Grant, Login
from webapp.models.integration import Integration
from webapp.platforms.answer import dig_text
from webapp.platforms.base import Platform
from webapp.queries.facts import AuthorizationFacts, FoundAccount
from webapp.queries.json_values import accounts_in, texts_in

# Not a page's business.
VERIFIER = cast("QueryableAttribute[str | None]", col(Authorization.verifier_sealed))


def authorization_of(
    session: Session,
    platform_of: Callable[[str], Platform],
    *,
    authorization_id: str,
    person_id: str,
    workspace_id: str,
) -> AuthorizationFacts | None:
    """This person's own round trip in this workspace, once it has ended; None when there is no such."""
    flow = session.exec(
        select(Authorization)
        .where(
            Authorization.id == authorization_id,
            Authorization.person_id == person_id,
            Authorization.workspace_id == workspace_id,
            col(Authorization.ending).is_not(None),
        )
        .options(defer(VERIFIER, raiseload=True))
    ).one_or_none()
    if flow is None or flow.ending is None:
        return None
    platform = platform_of(flow.platform)
    integration = session.get(Integration, flow.integration_id) if flow.integration_id else None
    login = session.get(Login, integration.login_id) if integration and integration.login_id else None
    return AuthorizationFacts(
        id=flow.id,
        platform=platform.slug,
        platform_name=platform.name,
        company=platform.company,
        mark=platform.mark,
        ending=flow.ending.value,
        integration_id=flow.integration_id,
        expected_account=flow.expected_account,
        expected_name=integration.account_name if integration else None,
        actual_login=dig_text(flow.found, "login") or None,
        expected_login=(login.email or login.name) if login else None,
        accounts=_accounts(session, flow),
        missing_scopes=texts_in(flow.found, "missing"),
        expires_at=flow.expires_at,
        told=texts_in(flow.found, "told"),
        reason=dig_text(flow.found, "reason") or None,
        guide_id=flow.guide_id,
        replaces_id=flow.replaces_id,
        began_at=flow.created_at,
        asks_who=bool(platform.chooser),
        signed_in_at=platform.signed_in_at,
        others=_others(session, flow, login),
        manage_url=platform.manage_url(flow.expected_account) if flow.expected_account else None,
        is_ads=platform.kind == "ads",
    )


def _others(session: Session, flow: Authorization, login: Login | None) -> tuple[str, ...]:
    """Whose permission at this platform works in this workspace, beside who was expected and who came.

    They may reach the account, or know who gives access to it.
    """
    found = session.exec(
        select(Login)
        .join(Grant, col(Grant.login_id) == col(Login.id))
        .where(
            Login.workspace_id == flow.workspace_id,
            Login.platform == flow.platform,
            col(Grant.live_at).is_not(None),
            col(Grant.ended_at).is_(None),
            col(Grant.refused_at).is_(None),
        )
    )
    beside = {dig_text(flow.found, "login"), login.email or login.name if login else ""}
    names = {one.email or one.name for one in found if login is None or one.id != login.id}
    return tuple(sorted(names - beside - {""}))


def bare(platform: Platform, ending: Ending) -> AuthorizationFacts:
    """A return that matches nothing we know."""
    return AuthorizationFacts(
        id="",
        platform=platform.slug,
        platform_name=platform.name,
        company=platform.company,
        mark=platform.mark,
        ending=ending.value,
        integration_id=None,
        expected_account=None,
        expected_name=None,
        actual_login=None,
        expected_login=None,
        accounts=(),
    )


def _accounts(session: Session, flow: Authorization) -> tuple[FoundAccount, ...]:
    connected = set(
        session.exec(
            select(Integration.account_id).where(
                Integration.workspace_id == flow.workspace_id,
                Integration.platform == flow.platform,
                col(Integration.disconnected_at).is_(None),
            )
        )
    )
    return tuple(
        FoundAccount(
            id=one.id, name=one.name, currency=one.currency, timezone=one.timezone, note=one.note,
            already=one.id in connected,
        )
        for one in accounts_in(flow.found)
    )  # fmt: skip
