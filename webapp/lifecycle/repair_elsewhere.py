"""One sign-in repairs everything under that login: the connections it held in the person's other workspaces too.

ask the platform once what the login reaches → for each that it does, in a transaction of its own: may the person still
change that workspace, is it still broken → its login there gets the permission too, and the recovery begins
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from webapp.lifecycle.allowance import counted
from webapp.lifecycle.go_live import make_live, repair_others
from webapp.lifecycle.in_turn import in_turn
from webapp.lifecycle.members import member_of
from webapp.lifecycle.open_grant import Opened, live_grant, open_live
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Authorization, Grant, Login, place
from webapp.models.columns import opaque_id
from webapp.models.renewing import idle_renewal_at
from webapp.platforms.consent import Account
from webapp.queries.elsewhere import Elsewhere, Hanging, elsewhere

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Repaired:
    """How many came back, in how many workspaces, and what the login does not reach."""

    count: int
    workspaces: int
    left: tuple[str, ...]


def repair_elsewhere(runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str) -> Repaired | None:
    """None when there is nothing to repair with this sign-in. Raises Trouble when the platform does not answer."""
    now = runtime.now()
    with runtime.database.reading() as session:
        found = elsewhere(
            session, runtime.platform,
            integration_id=integration_id, workspace_id=workspace_id, person_id=person_id, now=now,
        )  # fmt: skip
    if found is None or not found.can_share:
        return None
    reached = _reached(runtime, found)
    held = open_live(runtime, found.login_id)
    done = [
        one for one in found.hanging
        if one.account_id in reached and _repair(runtime, one, reached[one.account_id], held, person_id, now)
    ]  # fmt: skip
    log.info("repaired elsewhere", extra={"platform": found.platform.slug, "repaired": len(done)})
    left = tuple(one.account_name for one in found.hanging if one.account_id not in reached)
    return Repaired(len(done), len({one.workspace_id for one in done}), left)


def _reached(runtime: Runtime, found: Elsewhere) -> dict[str, Account]:
    with runtime.database.reading() as session:
        tenant = session.get_one(Login, found.login_id).tenant
    api = runtime.api(
        found.platform, token=usable_token(runtime, found.login_id), tenant=tenant,
        renew=renewer(runtime, found.login_id),
    )  # fmt: skip
    with counted(runtime, found.platform, api):
        return {account.id: account for account in found.platform.accounts(api)}


def _repair(runtime: Runtime, one: Hanging, account: Account, held: Opened, person_id: str, now: datetime) -> bool:
    with runtime.database.writing() as session:
        in_turn(session, workspace_id=one.workspace_id, platform=held.platform.slug)
        member = member_of(session, one.workspace_id, person_id)
        login, incident = session.get_one(Login, one.login_id), open_incident(session, one.integration_id)
        if member is None or not member.role.may_change or incident is None:
            return False
        _share(runtime, session, login, held, person_id, now)
        # It stands for the round trip, which was made for another workspace; never stored.
        flow = Authorization(
            state_hash="", person_id=person_id, browser_hash="", workspace_id=one.workspace_id, platform=login.platform,
            created_at=now, expires_at=now,
        )  # fmt: skip
        repair_others(
            runtime, session, flow=flow, login=login, accounts=(account,), scopes=frozenset(held.grant.scopes), now=now
        )
        return incident.closed_at is not None


def _share(runtime: Runtime, session: Session, login: Login, held: Opened, person_id: str, now: datetime) -> None:
    """The permission for this workspace's own row of the login, sealed for it alone; unless it has it already."""
    assert login.id is not None
    known = live_grant(session, login.id)
    if known is not None and known.refused_at is None and known.issued_at >= held.grant.issued_at:
        return
    grant_id, seal, theirs = opaque_id(), runtime.vault.seal, held.grant
    grant = Grant(
        id=grant_id,
        login_id=login.id,
        access_sealed=seal(held.access, place=place(grant_id, "access")),
        refresh_sealed=seal(held.refresh, place=place(grant_id, "refresh")) if held.refresh else None,
        scopes=list(theirs.scopes),
        access_expires_at=theirs.access_expires_at,
        refresh_expires_at=theirs.refresh_expires_at,
        issued_at=theirs.issued_at,
        person_id=person_id,
        through_link=theirs.through_link,
        consent_ends_at=theirs.consent_ends_at,
    )
    grant.renew_at = idle_renewal_at(grant, held.platform, since=now)
    session.add(grant)
    make_live(session, login, grant, now)
