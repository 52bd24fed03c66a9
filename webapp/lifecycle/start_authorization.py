"""Connect and Reconnect begin here: one flow row, and the address of the platform's consent page."""

from __future__ import annotations

from sqlmodel import Session, col, select

from webapp.lifecycle.guide import join_guide
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import AUTHORIZATION_LIFE, Authorization, Ending, Login, verifier_place
from webapp.models.columns import opaque_id
from webapp.models.integration import Integration
from webapp.oauth import session as oauth
from webapp.oauth.state import hashed, new_state, new_verifier
from webapp.platforms.base import Platform
from webapp.platforms.consent import BadTenant


def connect(
    runtime: Runtime,
    *,
    slug: str,
    tenant: str | None,
    person_id: str,
    workspace_id: str,
    browser: str,
    link_id: str | None = None,
    replaces_id: str | None = None,
) -> str:
    """Begin a first connection; the consent page's address comes back. `link_id`: by who was handed that link.

    `replaces_id`: in search of a successor for this integration's account, which is at the same place.
    Raises UnknownPlatform, or BadTenant with a sentence for the merchant.
    """
    platform = runtime.platform(slug)
    with runtime.database.writing() as session:
        old = _login_of(session, replaces_id) if replaces_id is not None else None
        return _begin(
            runtime, session, platform,
            tenant=_clean(platform, tenant or (old.tenant if old else None)), person_id=person_id,
            workspace_id=workspace_id, browser=browser, integration=None, login=None, link_id=link_id,
            replaces_id=replaces_id,
        )  # fmt: skip


def reconnect(
    runtime: Runtime,
    *,
    integration_id: str,
    person_id: str,
    workspace_id: str,
    browser: str,
    guided: bool = False,
    link_id: str | None = None,
) -> str | None:
    """Begin to reconnect an integration of this workspace; None when the workspace has no such integration.

    `guided`: as a step of the walk through everything that needs Reconnect, to which the way back leads.
    """
    with runtime.database.writing() as session:
        integration = session.exec(
            select(Integration).where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        ).one_or_none()
        if integration is None:
            return None
        login = _login_of(session, integration.id)
        platform = runtime.platform(integration.platform)
        tenant = login.tenant if login else None
        guide_id = None
        if guided:
            guide_id = join_guide(session, workspace_id=workspace_id, person_id=person_id, now=runtime.now())
        return _begin(
            runtime, session, platform,
            tenant=tenant, person_id=person_id, workspace_id=workspace_id, browser=browser,
            integration=integration, login=login, guide_id=guide_id, link_id=link_id,
        )  # fmt: skip


def _begin(
    runtime: Runtime,
    session: Session,
    platform: Platform,
    *,
    tenant: str | None,
    person_id: str,
    workspace_id: str,
    browser: str,
    integration: Integration | None,
    login: Login | None,
    guide_id: str | None = None,
    link_id: str | None,
    replaces_id: str | None = None,
) -> str:
    now, state, verifier, flow_id = runtime.now(), new_state(), new_verifier(), opaque_id()
    flow = Authorization(
        id=flow_id,
        state_hash=hashed(state),
        person_id=person_id,
        browser_hash=hashed(browser),
        workspace_id=workspace_id,
        platform=platform.slug,
        tenant=tenant,
        integration_id=integration.id if integration else None,
        link_id=link_id,
        expected_account=integration.account_id if integration else None,
        verifier_sealed=runtime.vault.seal(verifier, place=verifier_place(flow_id)),
        created_at=now,
        expires_at=now + AUTHORIZATION_LIFE,
        guide_id=guide_id,
        replaces_id=replaces_id,
    )
    session.add(flow)
    bump(session, workspace_id)
    url = oauth.authorization_url(
        platform,
        runtime.credentials(platform.slug),
        tenant=tenant,
        redirect_uri=runtime.callback_url(platform.slug),
        state=state,
        verifier=verifier,
        login_hint=login.email if login else None,
        again=integration is not None,
        choose=replaces_id is not None or _came_as_somebody_else(session, flow),
    )
    # A stand-in answers for the platform where one is configured.
    return runtime.wire(platform.slug).locate(url)


def _login_of(session: Session, integration_id: str) -> Login | None:
    integration = session.get_one(Integration, integration_id)
    return session.get(Login, integration.login_id) if integration.login_id else None


def _came_as_somebody_else(session: Session, flow: Authorization) -> bool:
    """Whether this person's last way back from there was with a login that does not reach what it should: the platform
    must not take that one again without asking."""
    last = session.exec(
        select(Authorization.ending)
        .where(
            Authorization.workspace_id == flow.workspace_id,
            Authorization.platform == flow.platform,
            col(Authorization.integration_id).is_not_distinct_from(flow.integration_id),
            Authorization.person_id == flow.person_id,
            col(Authorization.ending).is_not(None),
        )
        .order_by(col(Authorization.ended_at).desc())
        .limit(1)
    ).first()
    return last in (Ending.WRONG_ACCOUNT, Ending.LOST_ACCOUNT, Ending.NO_ACCOUNTS)


def _clean(platform: Platform, tenant: str | None) -> str | None:
    field = platform.tenant
    if field is None:
        return None
    said = tenant or (field.choices[0][0] if field.choices else "")
    if not said:
        raise BadTenant(field.hint)
    return field.clean(said)
