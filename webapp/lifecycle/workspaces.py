"""Workspaces and who is in them."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import BadEntry, clean_email, clean_name, open_workspace
from webapp.models.people import Member, Person, Role


def add_workspace(runtime: Runtime, *, person_id: str, name: str) -> str:
    """One more workspace for the person, who owns it; its id. Raises BadEntry."""
    name = clean_name(name, "workspace")
    with runtime.database.writing() as session:
        return open_workspace(session, person_id=person_id, name=name, now=runtime.now())


def add_member(runtime: Runtime, *, workspace_id: str, email: str, role: str) -> None:
    """Let somebody who has signed up in, or change what they may do. Raises BadEntry."""
    email = clean_email(email)
    if role not in set(Role):
        raise BadEntry(role="Choose owner, admin or viewer.")
    with runtime.database.writing() as session:
        person = session.exec(select(Person).where(Person.email == email)).one_or_none()
        if person is None:
            raise BadEntry(email="Nobody has signed up with this address yet. Ask them to sign up first.")
        member = _member(session, workspace_id, person.id)
        if member is None:
            session.add(
                Member(workspace_id=workspace_id, person_id=person.id, role=Role(role), created_at=runtime.now())
            )
            return
        if member.role is Role.OWNER and role != Role.OWNER:
            _keep_an_owner(session, workspace_id)
        member.role = Role(role)


def remove_member(runtime: Runtime, *, workspace_id: str, person_id: str) -> bool:
    """Let somebody out; False when they are not in. Raises BadEntry for the last owner."""
    with runtime.database.writing() as session:
        member = _member(session, workspace_id, person_id)
        if member is None:
            return False
        if member.role is Role.OWNER:
            _keep_an_owner(session, workspace_id)
        session.delete(member)
        return True


def _member(session: Session, workspace_id: str, person_id: str) -> Member | None:
    return session.exec(
        select(Member).where(Member.workspace_id == workspace_id, Member.person_id == person_id)
    ).one_or_none()


def _keep_an_owner(session: Session, workspace_id: str) -> None:
    owners = session.exec(
        select(func.count())
        .select_from(Member)
        .where(col(Member.workspace_id) == workspace_id, col(Member.role) == Role.OWNER)
    ).one()
    if owners <= 1:
        raise BadEntry(email="A workspace needs an owner. Make somebody else one first.")
