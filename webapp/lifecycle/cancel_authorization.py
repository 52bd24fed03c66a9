"""Somebody left for a platform and does not want to finish: whatever comes back of it changes nothing."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import col, select

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Authorization, Ending


def cancel_authorization(
    runtime: Runtime, *, authorization_id: str, person_id: str, workspace_id: str
) -> Authorization | None:
    """End this person's round trip, and what else of theirs is under way for the same connection; the row as it is now.

    None when they have no such. One that has ended or come back already stays as it is.
    """
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
        # One that was begun again in another tab is the same to whoever reads "waiting for you".
        same = (
            col(Authorization.integration_id) == flow.integration_id
            if flow.integration_id is not None
            else col(Authorization.integration_id).is_(None)
        )
        session.execute(
            update(Authorization)
            .where(
                col(Authorization.person_id) == person_id,
                col(Authorization.workspace_id) == workspace_id,
                col(Authorization.platform) == flow.platform,
                same,
                col(Authorization.consumed_at).is_(None),
                col(Authorization.ending).is_(None),
            )
            .values(consumed_at=now, ending=Ending.CANCELLED, ended_at=now, verifier_sealed=None)
        )
        bump(session, workspace_id)
        session.refresh(flow)
        return flow
