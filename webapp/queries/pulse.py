"""How many integrations need somebody, and whether that may have changed: what every page's nav shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How many integrations need somebody; `digest` for asking whether that may have changed."""

    needs: int
    digest: str = ""


# The number changes with the workspace's revision alone, and never with the clock.
NEVER = "9" * 11


def pulse_of(session: Session, workspace_id: str) -> Pulse:
    """What the nav counts on pages without the board, and the digest it was counted at."""
    # The revision first: what changes while we count shows with the next poll.
    revision = session.exec(select(Workspace.revision).where(Workspace.id == workspace_id)).one()
    return Pulse(needs=needs_of(session, workspace_id), digest=f"{workspace_id}.{revision}.{NEVER}")


def needs_of(session: Session, workspace_id: str) -> int:
    """How many integrations need the merchant: what the nav counts on pages without the board."""
    return session.exec(
        select(func.count())
        .select_from(Incident)
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(
            Integration.workspace_id == workspace_id,
            col(Integration.paused_at).is_(None),
            col(Integration.disconnected_at).is_(None),
            col(Incident.closed_at).is_(None),
            col(Incident.remedy).in_([Remedy.RECONNECT, Remedy.FIX_AT_PLATFORM]),
        )
    ).one()
