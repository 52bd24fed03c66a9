"""A proven permission takes over: the old one ends, broken integrations it reaches come back, all in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.lifecycle.comparison_due import first_comparison
from webapp.lifecycle.recover import begin_recovery
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.subscribe import owe_subscription
from webapp.models.access import CHOICE_LIFE, Authorization, Ending, Grant, Login, place
from webapp.models.columns import opaque_id
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.renewing import idle_renewal_at
from webapp.models.trouble import Closing, Incident
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, Identity, TokenSet
from webapp.platforms.diagnosis import Remedy


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Newcomer:
    """A login fresh from its consent page, with what the platform says it is and reaches."""

    platform: Platform
    identity: Identity
    tokens: TokenSet
    scopes: frozenset[str]
    accounts: tuple[Account, ...]
    tenant: str | None
    consent_ends_at: datetime | None = None

    @property
    def login_label(self) -> str:
        return self.identity.email or self.identity.name


def keep_pending(
    runtime: Runtime, session: Session, flow: Authorization, newcomer: Newcomer, ending: Ending, now: datetime
) -> None:
    """Keep what came back, sealed and not in use, until the merchant has chosen."""
    login = _login(session, flow.workspace_id, newcomer, now)
    grant = _grant(runtime, flow, login, newcomer, now)
    session.add(grant)
    kept = session.get_one(Authorization, flow.id)
    kept.ending, kept.ended_at, kept.expires_at = ending, now, now + CHOICE_LIFE
    kept.grant_id, kept.verifier_sealed = grant.id, None
    kept.found = {
        "login": newcomer.login_label,
        "accounts": [_as_json(account) for account in newcomer.accounts],
    }
    bump(session, flow.workspace_id)


def go_live(runtime: Runtime, session: Session, flow: Authorization, newcomer: Newcomer, now: datetime) -> Login:
    """Make the newcomer's grant the live one of its login and repair what else it is proven to reach."""
    login = _login(session, flow.workspace_id, newcomer, now)
    grant = _grant(runtime, flow, login, newcomer, now)
    session.add(grant)
    make_live(session, login, grant, now)
    repair_others(runtime, session, flow=flow, login=login, accounts=newcomer.accounts, scopes=newcomer.scopes, now=now)
    return login


def make_live(session: Session, login: Login, grant: Grant, now: datetime) -> None:
    for old in session.exec(
        select(Grant).where(Grant.login_id == login.id, col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None))
    ):
        old.ended_at = now
    session.flush()
    grant.live_at = now
    session.flush()


def repair_others(
    runtime: Runtime,
    session: Session,
    *,
    flow: Authorization,
    login: Login,
    accounts: tuple[Account, ...],
    scopes: frozenset[str],
    now: datetime,
) -> None:
    """Every other broken integration of the workspace that this login is proven to reach comes back with it."""
    reachable = {account.id: account for account in accounts}
    reach_days = runtime.platform(flow.platform).reach_days(scopes)
    broken = session.exec(
        select(Integration)
        .join(Incident, col(Incident.integration_id) == col(Integration.id))
        .where(
            Integration.workspace_id == flow.workspace_id,
            Integration.platform == flow.platform,
            col(Integration.disconnected_at).is_(None),
            col(Incident.closed_at).is_(None),
            Incident.remedy == Remedy.RECONNECT,
            col(Integration.account_id).in_(list(reachable)),
            col(Integration.id) != (flow.integration_id or ""),
        )
        .order_by(col(Integration.id))
    ).all()
    for integration in broken:
        _attach(integration, reachable[integration.account_id], login, reach_days, now)
        _recover(runtime, session, integration, flow, Closing.REPAIRED, now)
        session.add(_event(integration, EventKind.REPAIRED, now, flow, login))
        owe_subscription(session, integration, runtime.platform(flow.platform), now)


def connect_account(
    runtime: Runtime,
    session: Session,
    *,
    flow: Authorization,
    platform: Platform,
    account: Account,
    login: Login,
    scopes: frozenset[str],
    now: datetime,
) -> Integration:
    """Tie this account to the workspace, for the first time or again. History and numbers stay where they are."""
    reach_days = platform.reach_days(scopes)
    # Its row before its workspace's, as every sync takes them: else the two may wait for each other.
    integration = session.exec(
        select(Integration)
        .where(
            Integration.workspace_id == flow.workspace_id,
            Integration.platform == platform.slug,
            Integration.account_id == account.id,
        )
        .with_for_update()
    ).one_or_none()
    if integration is None:
        integration = _newborn(flow.workspace_id, platform, account, reach_days, now)
        session.add(integration)
        session.flush()
        session.add(first_comparison(integration, now))
        kind = EventKind.CONNECTED
    else:
        kind = EventKind.RECONNECTED
        _recover(runtime, session, integration, flow, Closing.RECONNECTED, now)
    _attach(integration, account, login, reach_days, now)
    session.add(_event(integration, kind, now, flow, login))
    owe_subscription(session, integration, platform, now)
    bump(session, flow.workspace_id)
    return integration


def _newborn(
    workspace_id: str, platform: Platform, account: Account, reach_days: int | None, now: datetime
) -> Integration:
    depth = max(stream.depth_days for stream in platform.streams)
    depth = depth if reach_days is None else min(depth, reach_days)
    today = now.astimezone(ZoneInfo(account.timezone)).date()
    return Integration(
        workspace_id=workspace_id,
        platform=platform.slug,
        account_id=account.id,
        account_name=account.name,
        currency=account.currency,
        timezone=account.timezone,
        created_at=now,
        granted_at=now,
        first_day=today - timedelta(days=depth - 1),
    )


def _attach(integration: Integration, account: Account, login: Login, reach_days: int | None, now: datetime) -> None:
    integration.login_id, integration.reach_days = login.id, reach_days
    integration.account_name, integration.route = account.name, account.route
    integration.currency, integration.timezone = account.currency, account.timezone
    integration.granted_at = integration.proved_at = now
    integration.disconnected_at = integration.replaced_by = None
    integration.failing_since, integration.failed_tries, integration.failing_cause = None, 0, None
    integration.next_sync_at = None if integration.paused_at else now


def _recover(
    runtime: Runtime, session: Session, integration: Integration, flow: Authorization, closing: Closing, now: datetime
) -> None:
    begin_recovery(
        runtime, session, integration, closing=closing, person_id=flow.person_id,
        through_link=flow.link_id is not None, now=now,
    )  # fmt: skip


def _event(integration: Integration, kind: EventKind, now: datetime, flow: Authorization, login: Login) -> Event:
    return Event(
        integration_id=integration.id, kind=kind, at=now, person_id=flow.person_id,
        details={"login": login.email or login.name, "through_link": flow.link_id is not None},
    )  # fmt: skip


def _login(session: Session, workspace_id: str, newcomer: Newcomer, now: datetime) -> Login:
    login = session.exec(
        select(Login).where(
            Login.workspace_id == workspace_id,
            Login.platform == newcomer.platform.slug,
            Login.subject == newcomer.identity.subject,
        )
    ).one_or_none()
    if login is None:
        login = Login(
            workspace_id=workspace_id,
            platform=newcomer.platform.slug,
            subject=newcomer.identity.subject,
            name=newcomer.identity.name,
            created_at=now,
        )
        session.add(login)
    login.name, login.email, login.tenant = newcomer.identity.name, newcomer.identity.email, newcomer.tenant
    session.flush()
    return login


def _grant(runtime: Runtime, flow: Authorization, login: Login, newcomer: Newcomer, now: datetime) -> Grant:
    assert login.id is not None
    tokens, grant_id, seal = newcomer.tokens, opaque_id(), runtime.vault.seal
    refresh = tokens.refresh_token
    grant = Grant(
        id=grant_id,
        login_id=login.id,
        access_sealed=seal(tokens.access_token, place=place(grant_id, "access")),
        refresh_sealed=seal(refresh, place=place(grant_id, "refresh")) if refresh else None,
        scopes=sorted(newcomer.scopes),
        access_expires_at=tokens.access_expires_at,
        refresh_expires_at=tokens.refresh_expires_at,
        issued_at=now,
        person_id=flow.person_id,
        through_link=flow.link_id is not None,
        consent_ends_at=newcomer.consent_ends_at,
    )
    grant.renew_at = idle_renewal_at(grant, newcomer.platform, since=now)
    return grant


def _as_json(account: Account) -> dict[str, str | None]:
    return {
        "id": account.id, "name": account.name, "currency": account.currency, "timezone": account.timezone,
        "route": account.route, "note": account.note,
    }  # fmt: skip
