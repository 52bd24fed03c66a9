"""What else hangs on a login that somebody has just signed in with: broken connections in their other workspaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from webapp.models.access import Authorization, Ending, Grant, Login
from webapp.models.integration import Integration
from webapp.models.people import Member, Role, Workspace
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Remedy

OFFERED_FOR = timedelta(hours=12)


class Hanging(NamedTuple):
    """A connection that the same login held, where the person may change things."""

    integration_id: str
    workspace_id: str
    workspace_name: str
    account_id: str
    account_name: str
    login_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """`can_share` is False where each workspace needs a sign-in of its own, because renewing would end the others'."""

    login_id: int
    label: str
    platform: Platform
    can_share: bool
    hanging: tuple[Hanging, ...]

    @property
    def workspaces(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.workspace_name for one in self.hanging))


def elsewhere(
    session: Session,
    platform_of: Callable[[str], Platform],
    *,
    integration_id: str,
    workspace_id: str,
    person_id: str,
    now: datetime,
) -> Elsewhere | None:
    """None unless this person signed in for this integration a while ago, by themselves, and more hangs on that login.

    A permission that came by a link was given for one account, and is offered to nobody else.
    """
    login = session.exec(_just_signed_in(integration_id, workspace_id, person_id, now)).first()
    if login is None or login.id is None:
        return None
    rows = session.exec(
        select(Integration, Workspace.name)
        .join(Login, col(Login.id) == col(Integration.login_id))
        .join(Workspace, col(Workspace.id) == col(Integration.workspace_id))
        .join(Member, col(Member.workspace_id) == col(Integration.workspace_id))
        .join(Incident, col(Incident.integration_id) == col(Integration.id))
        .where(
            Login.platform == login.platform,
            Login.subject == login.subject,
            col(Login.workspace_id) != workspace_id,
            Member.person_id == person_id,
            col(Member.role).in_([Role.OWNER, Role.ADMIN]),
            col(Integration.disconnected_at).is_(None),
            col(Incident.closed_at).is_(None),
            Incident.remedy == Remedy.RECONNECT,
        )
        .order_by(col(Workspace.name), col(Integration.account_name), col(Integration.id))
    ).all()
    if not rows:
        return None
    platform = platform_of(login.platform)
    return Elsewhere(
        login_id=login.id,
        label=login.email or login.name,
        platform=platform,
        can_share=platform.may_be_shared,
        hanging=tuple(
            Hanging(one.id, one.workspace_id, name, one.account_id, one.account_name, one.login_id or 0)
            for one, name in rows
        ),
    )


def _just_signed_in(integration_id: str, workspace_id: str, person_id: str, now: datetime) -> SelectOfScalar[Login]:
    """The login whose live permission came of this person's own round trip: both have the same instant."""
    return (
        select(Login)
        .join(Integration, col(Integration.login_id) == col(Login.id))
        .join(Grant, col(Grant.login_id) == col(Login.id))
        .join(Authorization, col(Authorization.integration_id) == col(Integration.id))
        .where(
            Integration.id == integration_id,
            Integration.workspace_id == workspace_id,
            col(Grant.ended_at).is_(None),
            col(Grant.refused_at).is_(None),
            Authorization.person_id == person_id,
            col(Authorization.link_id).is_(None),
            Authorization.ending == Ending.CONNECTED,
            col(Authorization.ended_at) == col(Grant.live_at),
            col(Authorization.ended_at) > now - OFFERED_FOR,
        )
    )
