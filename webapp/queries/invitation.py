"""An invitation as its page shows it to whoever was sent it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, select

from webapp.models.link import Link
from webapp.models.people import Person, Role, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationFacts:
    by: str
    workspace_id: str
    workspace_name: str
    role: Role
    email: str
    has_account: bool


def invitation_of(session: Session, link: Link) -> InvitationFacts:
    """The caller has opened the link with its token."""
    email = link.email or ""
    return InvitationFacts(
        by=session.get_one(Person, link.person_id).name,
        workspace_id=link.workspace_id,
        workspace_name=session.get_one(Workspace, link.workspace_id).name,
        role=link.role or Role.VIEWER,
        email=email,
        has_account=session.exec(select(Person.id).where(Person.email == email)).first() is not None,
    )
