"""The person everybody may be in the demo, and nowhere else."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.passwords import hashed_password
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.people import Member, Person

EMAIL, PASSWORD = "demo@shopimize.test", "demo"


def ensure_demo_person(runtime: Runtime) -> tuple[str, str]:
    """The demo person's id and workspace, made when they are not there yet. Raises RuntimeError outside the demo."""
    if not runtime.settings.is_demo:
        raise RuntimeError("the demo sign-in exists in the demo only")
    with runtime.database.reading() as session:
        person = session.exec(select(Person).where(Person.email == EMAIL)).one_or_none()
        if person is not None:
            mine = select(Member.workspace_id).where(Member.person_id == person.id).order_by("id")
            return person.id, session.exec(mine).first() or ""
    stored, now = hashed_password(PASSWORD), runtime.now()
    with runtime.database.writing() as session:
        person = Person(email=EMAIL, name="Ana", password_hash=stored, confirmed_at=now, created_at=now)
        session.add(person)
        session.flush()
        return person.id, open_workspace(session, person_id=person.id, name="Aurora Outdoor", now=now)
