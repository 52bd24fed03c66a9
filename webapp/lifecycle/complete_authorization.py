"""Back from the platform: check, consume, exchange, ask who and what, and only then let anything change.

Whatever goes wrong on the way, the integration stays as it was and the Authorization says how it ended.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from webapp.lifecycle.allowance import counted
from webapp.lifecycle.go_live import Newcomer, connect_account, go_live, keep_pending
from webapp.lifecycle.in_turn import in_turn
from webapp.lifecycle.may_finish import may_finish, use_up_link
from webapp.lifecycle.our_faults import APP_REFUSED, note_fault
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Authorization, Ending, Login, verifier_place
from webapp.models.integration import Integration
from webapp.oauth import session as oauth
from webapp.oauth.state import MAX_STATE, hashed
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import ForgedCallback, OtherTenant
from webapp.platforms.diagnosis import Cause, Fault, Trouble
from webapp.vault import CannotOpen

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Return:
    """How the round trip ended; `authorization_id` is None where it was never ours to end.

    `guide_id` is the walk through several that it was a step of, `replaces_id` the integration that it sought a
    successor for.
    """

    ending: Ending
    authorization_id: str | None = None
    integration_id: str | None = None
    guide_id: str | None = None
    replaces_id: str | None = None


class _Ended(Exception):
    def __init__(self, ending: Ending, reason: str = "", **found: object) -> None:
        super().__init__(ending)
        self.ending = ending
        self.found = {**found, **({"reason": reason} if reason else {})}


def complete(runtime: Runtime, *, slug: str, params: Mapping[str, str], person_id: str, browser: str) -> Return:
    """Finish the round trip whose `state` came back with `params`.

    The row is checked against person, browser and platform and consumed in one statement, so a stranger's request
    cannot burn it, and a second delivery of the same callback finds it used.
    """
    state = params.get("state", "")
    flow = _consume(runtime, slug=slug, state=state, person_id=person_id, browser=browser)
    if flow is None:
        return _why_not(runtime, slug=slug, state=state, person_id=person_id)
    try:
        newcomer = _ask(runtime, flow, params)
        return _admit(runtime, flow, newcomer)
    except _Ended as ended:
        with runtime.database.writing() as session:
            _end(session, flow.id, ended.ending, runtime.now(), ended.found)
        return Return(ended.ending, flow.id, flow.integration_id)


def _consume(runtime: Runtime, *, slug: str, state: str, person_id: str, browser: str) -> Authorization | None:
    if not state or len(state) > MAX_STATE:
        return None
    now = runtime.now()
    with runtime.database.writing() as session:
        claimed = session.execute(
            update(Authorization)
            .where(
                col(Authorization.state_hash) == hashed(state),
                col(Authorization.person_id) == person_id,
                col(Authorization.browser_hash) == hashed(browser),
                col(Authorization.platform) == slug,
                col(Authorization.consumed_at).is_(None),
                col(Authorization.expires_at) > now,
            )
            .values(consumed_at=now)
            .returning(col(Authorization.id))
        ).scalar_one_or_none()
        return session.get(Authorization, claimed) if claimed else None


def _why_not(runtime: Runtime, *, slug: str, state: str, person_id: str) -> Return:
    """Tell a late or doubled return of the person's own from one that was never theirs, without changing anything."""
    with runtime.database.reading() as session:
        flow = session.exec(
            select(Authorization).where(
                Authorization.state_hash == hashed(state[:MAX_STATE]),
                Authorization.person_id == person_id,
                Authorization.platform == slug,
            )
        ).one_or_none()
    if flow is None:
        return Return(Ending.FORGED)
    if flow.ending is not None:
        return Return(flow.ending, flow.id, flow.integration_id, flow.guide_id, flow.replaces_id)
    return Return(Ending.EXPIRED if flow.consumed_at is None else Ending.FAILED, None, flow.integration_id)


def _ask(runtime: Runtime, flow: Authorization, params: Mapping[str, str]) -> Newcomer:
    """Everything the platform must say before anything of ours changes."""
    platform, now = runtime.platform(flow.platform), runtime.now()
    credentials = runtime.credentials(platform.slug)
    try:
        platform.verify_callback(params, secret=credentials.client_secret, tenant=flow.tenant, now=now)
    except ForgedCallback:
        raise _Ended(Ending.FORGED) from None
    except OtherTenant as other:
        raise _Ended(Ending.WRONG_ACCOUNT, login=str(other)) from None
    code = _code(platform, params)
    try:
        verifier = runtime.vault.open(flow.verifier_sealed or "", place=verifier_place(flow.id))
        tokens = oauth.exchange(
            platform, runtime.wire(platform.slug), credentials,
            tenant=flow.tenant, redirect_uri=runtime.callback_url(platform.slug), code=code, verifier=verifier,
            now=now,
        )  # fmt: skip
        api = runtime.api(platform, token=tokens.access_token, tenant=flow.tenant, newborn=True)
        with counted(runtime, platform, api):
            identity = platform.identity(api)
            scopes = platform.granted_scopes(api, tokens)
            missing = sorted(set(platform.scopes) - scopes)
            if missing:
                raise _Ended(Ending.FEWER_SCOPES, missing=missing, login=identity.email or identity.name)
            accounts = platform.accounts(api)
    except CannotOpen:
        raise _Ended(Ending.FAILED, "The key was changed meanwhile. Start again.") from None
    except Trouble as trouble:
        if trouble.diagnosis.code in APP_REFUSED:
            with runtime.database.writing() as session:
                note_fault(runtime, session, platform.slug, trouble)
        ending = Ending.FEWER_SCOPES if trouble.diagnosis.cause is Cause.SCOPE_MISSING else Ending.FAILED
        # What only the merchant can put right is said aloud: asking again the same way would end the same way.
        told = list(trouble.diagnosis.evidence) if trouble.diagnosis.fault is Fault.MERCHANT else []
        raise _Ended(ending, trouble.diagnosis.message, code=trouble.diagnosis.code, told=told) from None
    return Newcomer(
        identity=identity, tokens=tokens, scopes=scopes, accounts=accounts, tenant=flow.tenant, platform=platform,
        consent_ends_at=_consent_end(platform, api),
    )  # fmt: skip


def _consent_end(platform: Platform, api: Api) -> datetime | None:
    """The date the platform gives; one it will not tell us now is no reason to refuse a good permission."""
    try:
        return platform.consent_ends_at(api)
    except Trouble as trouble:
        log.warning("%s does not say when its consent ends: %s", platform.slug, trouble.diagnosis.code)
        return None


def _code(platform: Platform, params: Mapping[str, str]) -> str:
    code = params.get(platform.code_param, "")
    if code:
        return code
    query = "?" + "&".join(f"{name}={value}" for name, value in params.items() if name.startswith("error"))
    diagnosis = platform.diagnose(Answer(Stage.AUTHORIZE_CALLBACK, 302, {}, query.encode()))
    denied = diagnosis is None or diagnosis.cause in (Cause.SCOPE_MISSING, Cause.ACCESS_REVOKED)
    reason = params.get("error_description", "") or params.get("error", "")
    raise _Ended(Ending.DENIED if denied else Ending.FAILED, reason[:300])


def _admit(runtime: Runtime, flow: Authorization, newcomer: Newcomer) -> Return:
    now = runtime.now()
    with runtime.database.writing() as session:
        in_turn(session, workspace_id=flow.workspace_id, platform=flow.platform)
        if not may_finish(session, flow, now):
            raise _Ended(Ending.EXPIRED)
        if flow.integration_id is not None:
            return _admit_again(runtime, session, flow, newcomer, now)
        if not newcomer.accounts:
            raise _Ended(Ending.NO_ACCOUNTS, login=newcomer.login_label)
        if len(newcomer.accounts) > 1:
            keep_pending(runtime, session, flow, newcomer, Ending.CHOOSE, now)
            return Return(Ending.CHOOSE, flow.id)
        login = go_live(runtime, session, flow, newcomer, now)
        integration = connect_account(
            runtime, session, flow=flow, platform=newcomer.platform, account=newcomer.accounts[0], login=login,
            scopes=newcomer.scopes, now=now,
        )  # fmt: skip
        _end(session, flow.id, Ending.CONNECTED, now, {})
        use_up_link(session, flow, [integration.id], now)
        session.get_one(Authorization, flow.id).integration_id = integration.id
        return Return(Ending.CONNECTED, flow.id, integration.id, replaces_id=flow.replaces_id)


def _admit_again(runtime: Runtime, session: Session, flow: Authorization, newcomer: Newcomer, now: datetime) -> Return:
    integration = session.get_one(Integration, flow.integration_id)
    account = next((one for one in newcomer.accounts if one.id == integration.account_id), None)
    if account is None:
        before = session.get(Login, integration.login_id) if integration.login_id else None
        same = before is not None and before.subject == newcomer.identity.subject
        ending = Ending.LOST_ACCOUNT if same else Ending.WRONG_ACCOUNT
        keep_pending(runtime, session, flow, newcomer, ending, now)
        return Return(ending, flow.id, integration.id)
    login = go_live(runtime, session, flow, newcomer, now)
    connect_account(
        runtime, session, flow=flow, platform=newcomer.platform, account=account, login=login, scopes=newcomer.scopes,
        now=now,
    )  # fmt: skip
    _end(session, flow.id, Ending.CONNECTED, now, {})
    use_up_link(session, flow, [integration.id], now)
    return Return(Ending.CONNECTED, flow.id, integration.id, flow.guide_id)


def _end(session: Session, flow_id: str, ending: Ending, now: datetime, found: Mapping[str, object]) -> None:
    flow = session.get_one(Authorization, flow_id)
    flow.ending, flow.ended_at, flow.verifier_sealed = ending, now, None
    flow.found = {**flow.found, **found}
    # Who waits on another page sees that it is over.
    bump(session, flow.workspace_id)
