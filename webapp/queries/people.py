"""Who somebody is and where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.models.access import Authorization
from webapp.models.integration import Integration
from webapp.models.people import Member, Person, Role, Workspace
from webapp.queries.facts import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    person_id: str
    name: str
    email: str
    role: Role
    mail_refused: bool
    confirmed: bool


def viewer_of(session: Session, person: Person, workspace_id: str | None) -> Viewer | None:
    """The person in the workspace asked for, or in their first one; None when they belong to none."""
    rows = session.exec(
        select(Workspace, Member)
        .join(Member, col(Member.workspace_id) == col(Workspace.id))
        .where(Member.person_id == person.id)
        .order_by(col(Workspace.created_at), col(Workspace.id))
    ).all()
    if not rows:
        return None
    workspace, member = next((row for row in rows if row[0].id == workspace_id), rows[0])
    return Viewer(
        person_id=person.id,
        name=person.name,
        email=person.email,
        workspace_id=workspace.id,
        workspace_name=workspace.name,
        role=member.role,
        workspaces=tuple((one.id, one.name) for one, _ in rows),
        confirmed=person.confirmed_at is not None,
    )


def workspace_of(
    session: Session,
    *,
    person_id: str,
    integration_id: str | None = None,
    authorization_id: str | None = None,
    **_rest: str,
) -> str | None:
    """The workspace an integration, or the person's own round trip, belongs to; None unless the person is in it."""
    if integration_id is not None:
        home = select(Integration.workspace_id).where(Integration.id == integration_id)
    else:
        home = select(Authorization.workspace_id).where(
            Authorization.id == authorization_id, Authorization.person_id == person_id
        )
    return session.exec(
        select(Member.workspace_id).where(
            Member.person_id == person_id, col(Member.workspace_id).in_(home.scalar_subquery())
        )
    ).one_or_none()


def members_of(session: Session, workspace_id: str) -> list[MemberFacts]:
    """Everybody in the workspace, owners first."""
    rows = session.exec(
        select(Person, Member)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(Member.workspace_id == workspace_id)
        .order_by(col(Person.name))
    ).all()
    found = [
        MemberFacts(
            person_id=person.id, name=person.name, email=person.email, role=member.role,
            mail_refused=person.mail_refused_at is not None, confirmed=person.confirmed_at is not None,
        )
        for person, member in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: list(Role).index(one.role))
