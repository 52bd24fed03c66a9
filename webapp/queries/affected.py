"""What each problem leaves out of profit, in the words of its own mail, for as many workspaces as somebody has."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.queries.day_rows import Owner
from webapp.queries.explain import explain, lacking_since
from webapp.queries.usual_spend import usual_spend


def affected(
    session: Session, platform: Callable[[str], Platform], integration_ids: Collection[str], now: datetime
) -> dict[str, str]:
    """ "Profit since 12 Nov leaves out Meta spend. On comparable days it ran $180 to $240 a day.", by integration.

    Only of those with an open problem; the same few queries however many.
    """
    trouble = {
        Owner(integration.workspace_id, integration.platform, integration.account_id): (integration, incident)
        for integration, incident in session.exec(
            select(Integration, Incident)
            .join(Incident, col(Incident.integration_id) == col(Integration.id))
            .where(col(Integration.id).in_(integration_ids), col(Incident.closed_at).is_(None))
        )
    }
    holes = {
        owner: local_day(lacking_since(incident, integration), ZoneInfo(integration.timezone))
        for owner, (integration, incident) in trouble.items()
    }
    usually = usual_spend(session, holes)
    return {
        integration.id: explain(
            incident, integration, platform(owner.platform), login=None, now=now, usually=usually.get(owner, "")
        ).effect
        for owner, (integration, incident) in trouble.items()
    }
