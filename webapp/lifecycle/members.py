"""What people may do in a workspace: changed, handed over, taken away. Each is told by the workspace's own history."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from webapp.lifecycle.end_access import end_access
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sign_up import BadEntry
from webapp.models.people import Member, Person, Role, TeamEvent, TeamEventKind


def change_role(runtime: Runtime, *, workspace_id: str, person_id: str, by: str, role: str) -> bool:
    """What somebody may do from now on; False when they are not in. Raises BadEntry for no role, or the last owner."""
    now = runtime.now()
    with runtime.database.writing() as session:
        member = member_of(session, workspace_id, person_id)
        if member is None:
            return False
        wanted = role_named(role)
        if member.role is wanted:
            return True
        if member.role is Role.OWNER:
            _keep_an_owner(session, workspace_id)
        _set_role(session, member, wanted, now, by=by)
        note_team(session, TeamEventKind.ROLE, member, by=by, now=now)
        bump(session, workspace_id)
        return True


def hand_over(runtime: Runtime, *, workspace_id: str, person_id: str, by: str) -> bool:
    """Make somebody owner in one's own place, and be an admin from now on; False when they are not in."""
    now = runtime.now()
    with runtime.database.writing() as session:
        theirs, mine = member_of(session, workspace_id, person_id), member_of(session, workspace_id, by)
        if theirs is None or mine is None or mine.role is not Role.OWNER or theirs is mine:
            return False
        theirs.role, mine.role = Role.OWNER, Role.ADMIN
        note_team(session, TeamEventKind.HANDED_OVER, theirs, by=by, now=now)
        bump(session, workspace_id)
        return True


def remove_member(runtime: Runtime, *, workspace_id: str, person_id: str, by: str) -> bool:
    """Let somebody out and end what they had begun here; False when they are not in. The last owner: BadEntry.

    Their open pages of this workspace are signed out with their next request (views/door.py).
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        member = member_of(session, workspace_id, person_id)
        if member is None:
            return False
        if member.role is Role.OWNER:
            _keep_an_owner(session, workspace_id)
        kind = TeamEventKind.LEFT if by == person_id else TeamEventKind.REMOVED
        note_team(session, kind, member, by=by, now=now)
        end_access(session, workspace_id=workspace_id, person_id=person_id, by=by, now=now)
        session.delete(member)
        bump(session, workspace_id)
        return True


def member_of(session: Session, workspace_id: str, person_id: str) -> Member | None:
    # Two owners who let each other out at once must not both succeed.
    return session.exec(
        select(Member).where(Member.workspace_id == workspace_id, Member.person_id == person_id).with_for_update()
    ).one_or_none()


def note_team(session: Session, kind: TeamEventKind, member: Member, *, by: str, now: datetime) -> None:
    """A line of the workspace's history about a member; commits with the caller."""
    name = session.get_one(Person, member.person_id).name
    session.add(
        TeamEvent(workspace_id=member.workspace_id, kind=kind, at=now, person_id=by, about=name, role=member.role)
    )


def role_named(role: str) -> Role:
    """Raises BadEntry with a sentence for the form."""
    if role not in set(Role):
        raise BadEntry(role="Choose owner, admin or viewer.")
    return Role(role)


def _set_role(session: Session, member: Member, role: Role, now: datetime, *, by: str) -> None:
    member.role = role
    if not role.may_change:
        end_access(session, workspace_id=member.workspace_id, person_id=member.person_id, by=by, now=now)


def _keep_an_owner(session: Session, workspace_id: str) -> None:
    """Of all owners, locked: PostgreSQL would let two leave at once who each count the other."""
    owners = session.exec(
        select(Member.id)
        .where(Member.workspace_id == workspace_id, Member.role == Role.OWNER)
        .order_by(col(Member.id))
        .with_for_update()
    ).all()
    if len(owners) <= 1:
        raise BadEntry(email="A workspace needs an owner. Make somebody else one first.")
