"""The merchant has said which of the accounts a login reaches should be connected."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import select

from webapp.lifecycle.go_live import connect_account, make_live
from webapp.lifecycle.in_turn import in_turn
from webapp.lifecycle.may_finish import may_finish, use_up_link
from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Authorization, Ending, Grant, Login
from webapp.queries.json_values import accounts_in

CHOOSABLE = (Ending.CHOOSE, Ending.WRONG_ACCOUNT, Ending.LOST_ACCOUNT)


class CannotChoose(Exception):
    """The choice is over, was never offered, or names an account the login does not reach; the text says which."""


def choose_accounts(
    runtime: Runtime, *, authorization_id: str, person_id: str, workspace_id: str, account_ids: Collection[str]
) -> list[str] | None:
    """Connect the chosen accounts; the integrations' ids, or None when this person has no such authorization."""
    now = runtime.now()
    with runtime.database.writing() as session:
        flow = session.exec(
            select(Authorization).where(
                Authorization.id == authorization_id,
                Authorization.person_id == person_id,
                Authorization.workspace_id == workspace_id,
            )
        ).one_or_none()
        if flow is None:
            return None
        in_turn(session, workspace_id=workspace_id, platform=flow.platform)
        session.refresh(flow)
        grant = session.get(Grant, flow.grant_id) if flow.grant_id else None
        over = flow.ending not in CHOOSABLE or grant is None or grant.ended_at or flow.expires_at <= now
        if over or grant is None or not may_finish(session, flow, now):
            raise CannotChoose("This choice is over. Start again to connect.")
        offered = {account.id: account for account in accounts_in(flow.found)}
        chosen = [offered[account_id] for account_id in account_ids if account_id in offered]
        if not chosen or len(chosen) != len(set(account_ids)):
            raise CannotChoose("Choose at least one of the accounts listed.")
        login = session.get_one(Login, grant.login_id)
        if not grant.is_live:
            make_live(session, login, grant, now)
        platform = runtime.platform(flow.platform)
        made = [
            connect_account(
                runtime,
                session,
                flow=flow,
                platform=platform,
                account=one,
                login=login,
                scopes=frozenset(grant.scopes),
                now=now,
            )
            for one in chosen
        ]
        flow.ending, flow.ended_at = Ending.CONNECTED, now
        flow.integration_id = flow.integration_id or made[0].id
        use_up_link(session, flow, [integration.id for integration in made], now)
        bump(session, workspace_id)
        return [integration.id for integration in made]
