"""Somebody new, with a workspace of their own, and a mail to confirm that the address is theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from webapp.lifecycle.passwords import LONGEST, SHORTEST, hashed_password
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Member, Person, Role, Workspace


class BadEntry(Exception):
    """What was typed cannot be; `faults` has a sentence per field."""

    def __init__(self, **faults: str) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


def sign_up(runtime: Runtime, *, name: str, email: str, password: str, workspace: str) -> None:
    """Make the person and their workspace, or, for an address we know, send a way back in. Raises BadEntry.

    Both take the same work and answer nothing, so that nobody can find out who is a customer.
    """
    name, email, workspace = _checked(name, email, password, workspace)
    stored, now = hashed_password(password), runtime.now()
    with runtime.database.writing() as session:
        known = session.exec(select(Person).where(Person.email == email)).one_or_none()
        if known is not None:
            owe_mail(session, known, NoticeKind.RESET_PASSWORD, now)
            return
        person = Person(email=email, name=name, password_hash=stored, created_at=now)
        session.add(person)
        session.flush()
        open_workspace(session, person_id=person.id, name=workspace, now=now)
        owe_mail(session, person, NoticeKind.CONFIRM_EMAIL, now)


def open_workspace(session: Session, *, person_id: str, name: str, now: datetime) -> str:
    """A new workspace that the person owns; its id."""
    made = Workspace(name=name, created_at=now)
    session.add(made)
    session.flush()
    session.add(Member(workspace_id=made.id, person_id=person_id, role=Role.OWNER, created_at=now))
    return made.id


def owe_mail(session: Session, person: Person, kind: NoticeKind, now: datetime) -> None:
    """Owe a mail about the person's own account, unless the same one is already waiting."""
    waiting = session.exec(
        select(Notice.id).where(
            Notice.person_id == person.id,
            Notice.kind == kind,
            col(Notice.sent_at).is_(None),
            col(Notice.dropped_at).is_(None),
            col(Notice.refused_at).is_(None),
        )
    ).first()
    if waiting is None:
        session.add(Notice(kind=kind, person_id=person.id, created_at=now, due_at=now))


def check_password(password: str) -> str:
    """The password, when it will do. Raises BadEntry with a sentence for the person."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadEntry(password=f"Use at least {SHORTEST} characters.")
    return password


def clean_email(email: str) -> str:
    """The address in the one form we keep. Raises BadEntry."""
    email = email.strip().lower()
    local, at, domain = email.rpartition("@")
    plain = email.isascii() and email.isprintable() and not set(email) & set(' ,;:<>()[]"\\')
    if not (local and at and "." in domain and plain and len(email) <= 254):
        raise BadEntry(email="Enter an address like ana@example.com.")
    return email


def clean_name(name: str, field: str) -> str:
    """A name on one line, not empty. Raises BadEntry for `field`."""
    name = " ".join(name.split())
    if not name or len(name) > 100 or not name.isprintable():
        raise BadEntry(**{field: "Enter a name of up to 100 characters."})
    return name


def check_new(name: str, password: str) -> None:
    """What somebody new types beside their address. Raises BadEntry with a sentence for every field that is wrong."""
    _all_of(lambda: clean_name(name, "name"), lambda: check_password(password))


def _checked(name: str, email: str, password: str, workspace: str) -> tuple[str, str, str]:
    name, email, workspace, _ = _all_of(
        lambda: clean_name(name, "name"),
        lambda: clean_email(email),
        lambda: clean_name(workspace, "workspace"),
        lambda: check_password(password),
    )
    return name, email, workspace


def _all_of(*checks: Callable[[], str]) -> list[str]:
    faults: dict[str, str] = {}
    done: list[str] = []
    for check in checks:
        try:
            done.append(check())
        except BadEntry as bad:
            faults |= bad.faults
    if faults:
        raise BadEntry(**faults)
    return done
