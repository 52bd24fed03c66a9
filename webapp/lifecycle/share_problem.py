"""A link to a read-only page of one problem, for a platform's support or a client: no seat, no figures, no names."""

from __future__ import annotations

from sqlmodel import col, select

from webapp.lifecycle.hand_out import hand_out
from webapp.lifecycle.note_link import note_link
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import EventKind
from webapp.models.link import Link, LinkKind
from webapp.models.trouble import Incident


def share_problem(runtime: Runtime, *, workspace_id: str, person_id: str, integration_id: str) -> Link | None:
    """A link to the open problem of an integration; None when it has none, or the workspace no such integration.

    Committed. Raises TooManyLinks.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        incident = session.exec(
            select(Incident).where(
                Incident.integration_id == integration_id,
                Incident.workspace_id == workspace_id,
                col(Incident.closed_at).is_(None),
            )
        ).one_or_none()
        if incident is None:
            return None
        link = hand_out(
            runtime, session, kind=LinkKind.PROBLEM, workspace_id=workspace_id, person_id=person_id, now=now,
            integration_id=integration_id, incident_id=incident.id,
        )  # fmt: skip
        note_link(session, link, EventKind.LINK_MADE, now)
        return link
