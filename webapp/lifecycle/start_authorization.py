"""Connect and Reconnect begin here: one flow row, and the address of the platform's consent page."""

from __future__ import annotations

from sqlmodel import Session, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.access import AUTHORIZATION_LIFE, Authorization, Login, verifier_place
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
) -> str:
    """Begin a first connection; the consent page's address comes back. `link_id`: by who was handed that link.

    Raises UnknownPlatform, or BadTenant with a sentence for the merchant.
    """
    platform = runtime.platform(slug)
    with runtime.database.writing() as session:
        return _begin(
            runtime, session, platform,
            tenant=_clean(platform, tenant), person_id=person_id, workspace_id=workspace_id, browser=browser,
            integration=None, login=None, link_id=link_id,
        )  # fmt: skip


def reconnect(
    runtime: Runtime,
    *,
    integration_id: str,
    person_id: str,
    workspace_id: str,
    browser: str,
    link_id: str | None = None,
) -> str | None:
    """Begin to reconnect an integration of this workspace; None when the workspace has no such integration."""
    with runtime.database.writing() as session:
        integration = session.exec(
            select(Integration).where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
        ).one_or_none()
        if integration is None:
            return None
        login = session.get(Login, integration.login_id) if integration.login_id else None
        platform = runtime.platform(integration.platform)
        tenant = login.tenant if login else None
        return _begin(
            runtime, session, platform,
            tenant=tenant, person_id=person_id, workspace_id=workspace_id, browser=browser,
            integration=integration, login=login, link_id=link_id,
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
    link_id: str | None,
) -> str:
    now, state, verifier, flow_id = runtime.now(), new_state(), new_verifier(), opaque_id()
    session.add(
        Authorization(
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
        )
    )
    url = oauth.authorization_url(
        platform,
        runtime.credentials(platform.slug),
        tenant=tenant,
        redirect_uri=runtime.callback_url(platform.slug),
        state=state,
        verifier=verifier,
        login_hint=login.email if login else None,
        again=integration is not None,
    )
    # A stand-in answers for the platform where one is configured.
    return runtime.wire(platform.slug).locate(url)


def _clean(platform: Platform, tenant: str | None) -> str | None:
    field = platform.tenant
    if field is None:
        return None
    said = tenant or (field.choices[0][0] if field.choices else "")
    if not said:
        raise BadTenant(field.hint)
    return field.clean(said)
