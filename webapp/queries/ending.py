"""Permissions that end soon by themselves, over all workspaces in which a person could put it off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from webapp.models.access import Grant, Login
from webapp.models.ahead import end_that_counts, is_near
from webapp.models.health import QUIET_NOTE
from webapp.models.integration import Integration
from webapp.models.notice import NoticeKind
from webapp.models.people import Member, Person, Role, Workspace
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Remedy
from webapp.queries.mail_off import does_without


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One connection whose permission ends, and one person who may reconnect it. `login` is what they know it by."""

    person_id: str
    workspace_id: str
    integration_id: str
    platform_name: str
    account_name: str
    workspace_name: str
    timezone: str
    login: str
    ends_at: datetime


def endings(
    session: Session, platforms: Iterable[Platform], now: datetime, *, person_id: str | None = None
) -> list[Ending]:
    """What ends within a fortnight and is not broken, paused or left already, of everybody or one; soonest first.

    Without what a person does without hearing of.
    """
    known = {platform.slug: platform for platform in platforms}
    rows = session.execute(
        select(
            Member, Integration, Login, col(Grant.access_expires_at), col(Grant.refresh_expires_at),
            col(Grant.consent_ends_at), col(Workspace.name),
        )
        .select_from(Grant)
        .join(Login, col(Login.id) == col(Grant.login_id))
        .join(Integration, col(Integration.login_id) == col(Login.id))
        .join(Workspace, col(Workspace.id) == col(Integration.workspace_id))
        .join(Member, col(Member.workspace_id) == col(Integration.workspace_id))
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(
            _may_end(known, now),
            col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None), col(Grant.refused_at).is_(None),
            col(Integration.paused_at).is_(None), col(Integration.disconnected_at).is_(None),
            col(Member.role).in_([Role.OWNER, Role.ADMIN]), col(Person.confirmed_at).is_not(None),
            ~select(col(Incident.id))
            .where(
                col(Incident.integration_id) == col(Integration.id), col(Incident.closed_at).is_(None),
                col(Incident.remedy) == Remedy.RECONNECT,
            )
            .exists(),
            ~does_without(col(Member.person_id), col(Member.workspace_id), NoticeKind.ENDS_SOON),
            *([col(Member.person_id) == person_id] if person_id is not None else []),
        )
    )  # fmt: skip
    found = []
    for member, integration, login, access, refresh, consent, workspace_name in rows:
        platform = known[login.platform]
        at = end_that_counts(platform.ends(access=access, refresh=refresh, consent=consent), now)
        if at is not None and is_near(at, now):
            found.append(
                Ending(
                    person_id=member.person_id, workspace_id=integration.workspace_id, integration_id=integration.id,
                    platform_name=platform.name, account_name=integration.account_name, workspace_name=workspace_name,
                    timezone=integration.timezone, login=login.email or login.name, ends_at=at,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.ends_at, one.platform_name, one.account_name))


def _may_end(known: dict[str, Platform], now: datetime) -> ColumnElement[bool]:
    """Whether any of its dates is near enough to look closer; most expiries are those of tokens that renew."""
    near = (now, now + QUIET_NOTE)
    of_access = [slug for slug, one in known.items() if one.ends(access=now, refresh=None)]
    return and_(
        col(Login.platform).in_(list(known)),
        or_(
            col(Grant.consent_ends_at).between(*near),
            col(Grant.refresh_expires_at).between(*near),
            and_(col(Login.platform).in_(of_access), col(Grant.access_expires_at).between(*near)),
        ),
    )
