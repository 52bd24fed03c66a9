"""One problem as somebody outside may read it: what it is and how it stands; no login, no address, no person's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from webapp.models.integration import Integration
from webapp.models.link import Link
from webapp.models.people import Workspace
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.queries.explain import explain
from webapp.queries.facts import Explanation
from webapp.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedProblem:
    """`fixed_at` is None while it lasts."""

    workspace_name: str
    platform_name: str
    company: str
    mark: str | None
    account_name: str
    account_id: str
    timezone: str
    told: Explanation
    fixed_at: datetime | None


def shared_problem(
    session: Session, platform_of: Callable[[str], Platform], link: Link, *, now: datetime
) -> SharedProblem:
    """The caller has opened the link with its token."""
    incident = session.get_one(Incident, link.incident_id)
    integration = session.get_one(Integration, incident.integration_id)
    platform = platform_of(integration.platform)
    told = explain(incident, integration, platform, login=say("the login that was used before"), now=now)
    # A platform's own sentence, and what we know beside it, may name whoever did it.
    kept = tuple((name, value) for name, value in told.technical if value != incident.message)
    return SharedProblem(
        workspace_name=session.get_one(Workspace, link.workspace_id).name,
        platform_name=platform.name,
        company=platform.company,
        mark=platform.mark,
        account_name=integration.account_name,
        account_id=integration.account_id,
        timezone=integration.timezone,
        told=replace(told, technical=kept, evidence=()),
        fixed_at=incident.closed_at,
    )
