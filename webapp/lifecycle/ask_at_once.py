"""Ask a platform now whether a permission still works, with one short question, because it has told us something."""

from __future__ import annotations

from enum import StrEnum

from sqlmodel import Session, select

from webapp.lifecycle.allowance import counted
from webapp.lifecycle.claim import Claim, LostClaim, claim_due, give_back, hold
from webapp.lifecycle.note_account import note_account
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.refresh import refuse, renewer, usable_token
from webapp.lifecycle.renewal import ends_grant
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.trouble import record_trouble
from webapp.models.access import Login
from webapp.models.integration import Integration
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, TokenSet
from webapp.platforms.diagnosis import Cause, Remedy, Trouble, verdict
from webapp.queries.signals import explaining, permitted_at


class Said(StrEnum):
    """What came of the question. ENDED: somebody has to act, and that is recorded. KNOWN: it was not asked, because we
    do not use the permission, or know already that it is dead. LATER: it could not be asked just now."""

    WORKS = "works"
    ENDED = "ended"
    KNOWN = "known"
    LATER = "later"


def ask_at_once(runtime: Runtime, integration_id: str, *, scopes: bool = False) -> Said:
    """Ask; with `scopes` also which permissions we have left. What works is read anew at once by the clock.

    Passing trouble is no answer, and not counted: the clock will meet it itself.
    """
    if not _make_due(runtime, integration_id):
        return Said.KNOWN if scopes else _ask_paused(runtime, integration_id)
    claims = claim_due(runtime, limit=1, only=integration_id)
    if not claims:
        return Said.LATER
    try:
        return _ask(runtime, claims[0], scopes=scopes)
    except LostClaim:
        return Said.LATER


def question(runtime: Runtime, integration: Integration, login: Login, *, scopes: bool = False) -> Account:
    """The question itself; the account as the platform describes it now. Raises Trouble."""
    assert login.id is not None
    platform = runtime.platform(integration.platform)
    api = runtime.api(
        platform, token=usable_token(runtime, login.id), tenant=login.tenant, renew=renewer(runtime, login.id),
        patience=1, quick=True,
    )  # fmt: skip
    with counted(runtime, platform, api):
        account = platform.probe(api, integration.account)
        if scopes:
            none_known = TokenSet(
                access_token=api.token, refresh_token=None, access_expires_at=None, refresh_expires_at=None, scopes=None
            )
            _note_scopes(runtime, integration, platform, login.id, platform.granted_scopes(api, none_known))
    return account


def is_over(runtime: Runtime, integration: Integration) -> bool:
    """Whether the permission is known to be dead; one that nobody uses (paused, disconnected) is asked about here."""
    with runtime.database.reading() as session:
        login = session.get(Login, integration.login_id) if integration.login_id is not None else None
        grant = live_grant(session, login.id) if login is not None and login.id is not None else None
    if login is None or grant is None or grant.refused_at is not None:
        return True
    try:
        question(runtime, integration, login)
    except Trouble as trouble:
        if not ends_grant(trouble.diagnosis):
            return False
        with runtime.database.writing() as session:
            assert login.id is not None
            refuse(session, login.id, trouble.diagnosis, runtime.now())
        return True
    return False


def _make_due(runtime: Runtime, integration_id: str) -> bool:
    with runtime.database.writing() as session:
        integration = session.get_one(Integration, integration_id)
        if not integration.is_active or integration.login_id is None:
            return False
        incident = open_incident(session, integration_id)
        if incident is not None and incident.remedy is Remedy.RECONNECT:
            return False
        integration.next_sync_at = runtime.now()
        return True


def _ask_paused(runtime: Runtime, integration_id: str) -> Said:
    """What is paused nags nobody, but whoever looks must see until when the platform lets us keep its data."""
    with runtime.database.reading() as session:
        integration = session.get_one(Integration, integration_id)
    if integration.paused_at is None or integration.disconnected_at is not None:
        return Said.KNOWN
    if not is_over(runtime, integration):
        return Said.WORKS
    with runtime.database.writing() as session:
        integration = session.get_one(Integration, integration_id)
        if not integration.is_dead:
            heard, permitted = explaining(session, integration), permitted_at(session, integration)
            ended_at = heard.happened_between(permitted) if heard is not None else runtime.now()
            integration.died_at = max(ended_at, integration.last_success_at or permitted)
            bump(session, integration.workspace_id)
    return Said.ENDED


def _ask(runtime: Runtime, claim: Claim, *, scopes: bool) -> Said:
    with runtime.database.reading() as session:
        integration, login = _with_login(session, claim.integration_id)
    try:
        account = question(runtime, integration, login, scopes=scopes)
    except Trouble as trouble:
        if trouble.diagnosis.is_definite:
            record_trouble(runtime, claim, trouble, run_id=None)
            return Said.ENDED
        give_back(runtime, claim)
        return Said.LATER
    with runtime.database.writing() as session:
        note_account(session, hold(runtime, session, claim), account, runtime.now())
    give_back(runtime, claim)
    return Said.WORKS


def _with_login(session: Session, integration_id: str) -> tuple[Integration, Login]:
    integration = session.get_one(Integration, integration_id)
    return integration, session.exec(select(Login).where(Login.id == integration.login_id)).one()


def _note_scopes(
    runtime: Runtime, integration: Integration, platform: Platform, login_id: int, found: frozenset[str]
) -> None:
    """Write down what we may still do. Raises Trouble when what we cannot do without is gone."""
    with runtime.database.writing() as session:
        grant = live_grant(session, login_id)
        if grant is not None:
            grant.scopes = sorted(found)
        session.get_one(Integration, integration.id).reach_days = platform.reach_days(found)
    missing = sorted(set(platform.scopes) - found)
    if missing:
        names = ", ".join(missing)
        raise Trouble(
            verdict(Cause.SCOPE_MISSING, code="scopes", message=f"Granted: {', '.join(sorted(found))}",
                    evidence=(f"Missing: {names}",)),
            Answer(Stage.API, 200),
        )  # fmt: skip
