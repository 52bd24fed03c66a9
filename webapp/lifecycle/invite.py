"""Ask somebody into a workspace by mail; who reads that mail takes it up, with an account they have or a new one."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from webapp.lifecycle.hand_out import TooManyLinks, hand_out, open_link, take_back
from webapp.lifecycle.members import member_of, note_team, role_named
from webapp.lifecycle.passwords import hashed_password
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sign_up import BadEntry, check_new, clean_email, clean_name
from webapp.models.link import Link, LinkKind
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Member, Person, TeamEvent, TeamEventKind
from webapp.queries.handed import is_open_at


def invite(runtime: Runtime, *, workspace_id: str, person_id: str, email: str, role: str) -> None:
    """Owe the address a mail with an invitation, in place of one it still has; committed. Raises BadEntry.

    Whether the address has an account makes no difference, so that nobody learns it here.
    """
    email, wanted, now = clean_email(email), role_named(role), runtime.now()
    with runtime.database.writing() as session:
        if session.get_one(Person, person_id).confirmed_at is None:
            raise BadEntry(email="Confirm your own address first; the link is in your inbox.")
        if _is_in(session, workspace_id, email):
            raise BadEntry(email="They are in this workspace already; change their role above.")
        for before in session.exec(
            select(Link).where(
                Link.workspace_id == workspace_id, Link.kind == LinkKind.INVITATION, Link.email == email,
                *is_open_at(now),
            )
        ):  # fmt: skip
            take_back(session, before, now)
        try:
            link = hand_out(
                runtime, session, kind=LinkKind.INVITATION, workspace_id=workspace_id, person_id=person_id, now=now,
                email=email, role=wanted,
            )  # fmt: skip
        except TooManyLinks:
            raise BadEntry(email="Too many invitations are open. Take some back first.") from None
        session.add(
            Notice(
                kind=NoticeKind.INVITATION, address=email, workspace_id=workspace_id, link_id=link.id,
                created_at=now, due_at=now,
            )
        )  # fmt: skip
        session.add(
            TeamEvent(workspace_id=workspace_id, kind=TeamEventKind.INVITED, at=now, person_id=person_id, about=email,
                      role=wanted)
        )  # fmt: skip


def take_up(runtime: Runtime, *, token: str, person_id: str) -> str | None:
    """Who signed in with the address it was sent to is in from now on; the workspace, or None when the link is over."""
    now = runtime.now()
    with runtime.database.writing() as session:
        link = open_link(runtime, session, token, LinkKind.INVITATION, lock=True)
        person = session.get_one(Person, person_id)
        if link is None or link.email != person.email:
            return None
        _let_in(session, link, person, now)
        return link.workspace_id


def take_up_as_new(runtime: Runtime, *, token: str, name: str, password: str) -> Person | None:
    """Make the account the address does not have yet, and let it in; None when the link is over or there is one.

    Raises BadEntry with a sentence per field.
    """
    check_new(name, password)
    stored, now = hashed_password(password), runtime.now()
    with runtime.database.writing() as session:
        link = open_link(runtime, session, token, LinkKind.INVITATION, lock=True)
        if link is None or link.email is None or has_account(session, link.email):
            return None
        person = Person(email=link.email, name=clean_name(name, "name"), password_hash=stored, created_at=now)
        session.add(person)
        session.flush()
        _let_in(session, link, person, now)
        return person


def has_account(session: Session, email: str) -> bool:
    return session.exec(select(Person.id).where(Person.email == email)).first() is not None


def _let_in(session: Session, link: Link, person: Person, now: datetime) -> None:
    assert link.role is not None
    link.used_at = now
    # Only somebody who reads that inbox has the link.
    person.confirmed_at = person.confirmed_at or now
    if member_of(session, link.workspace_id, person.id) is not None:
        return
    member = Member(workspace_id=link.workspace_id, person_id=person.id, role=link.role, created_at=now)
    session.add(member)
    note_team(session, TeamEventKind.JOINED, member, by=person.id, now=now)
    bump(session, link.workspace_id)


def _is_in(session: Session, workspace_id: str, email: str) -> bool:
    found = session.exec(
        select(Member.id)
        .join(Person, col(Person.id) == col(Member.person_id))
        .where(Member.workspace_id == workspace_id, Person.email == email)
    )
    return found.first() is not None
