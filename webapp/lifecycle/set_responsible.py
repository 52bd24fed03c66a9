"""Who is told first when a connection breaks; others see it on the page, and owners hear after a day of silence."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.members import member_of
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sign_up import BadEntry
from webapp.models.integration import Event, EventKind, Integration
from webapp.models.people import Person


def set_responsible(
    runtime: Runtime, *, integration_id: str, workspace_id: str, person_id: str, responsible: str | None
) -> bool:
    """Name an owner or admin, or with None nobody; False where there is no such integration here. Raises BadEntry."""
    now = runtime.now()
    with runtime.database.writing() as session:
        member = member_of(session, workspace_id, responsible) if responsible is not None else None
        if responsible is not None and (member is None or not member.role.may_change):
            raise BadEntry(responsible="Choose an owner or admin of this workspace.")
        integration = session.exec(
            select(Integration)
            .where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
            .with_for_update()
        ).one_or_none()
        if integration is None:
            return False
        if integration.responsible_id == responsible:
            return True
        integration.responsible_id = responsible
        name = session.get_one(Person, responsible).name if responsible is not None else ""
        session.add(
            Event(integration_id=integration.id, kind=EventKind.RESPONSIBLE, at=now, person_id=person_id,
                  details={"name": name})
        )  # fmt: skip
        bump(session, workspace_id)
        return True
