"""Sign in, with a throttle that counts what failed, by the email that was tried and by where it came from."""

from __future__ import annotations

from sqlmodel import select

from webapp.lifecycle.passwords import hashed_password, is_outdated, is_password
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.throttle import note_try, throttle
from webapp.models.people import Person

MOST_PER_EMAIL, MOST_PER_ADDRESS = 10, 50


def sign_in(runtime: Runtime, *, email: str, password: str, address: str) -> Person | None:
    """The person, or None when email and password do not belong together. Raises TooManyTries; the password
    was then not even looked at.

    An unknown email costs the same time as a known one.
    """
    email = email.strip().lower()[:254]
    with runtime.database.reading() as session:
        throttle(session, f"email {email}", most=MOST_PER_EMAIL, now=runtime.now())
        throttle(session, f"address {address}", most=MOST_PER_ADDRESS, now=runtime.now())
        person = session.exec(select(Person).where(Person.email == email)).one_or_none()
    fits = is_password(person.password_hash if person else None, password[:500])
    if person is None or not fits:
        _count(runtime, email, address)
        return None
    if is_outdated(person.password_hash):
        fresh = hashed_password(password)
        with runtime.database.writing() as session:
            session.get_one(Person, person.id).password_hash = fresh
    return person


def _count(runtime: Runtime, email: str, address: str) -> None:
    now = runtime.now()
    with runtime.database.writing() as session:
        note_try(session, f"email {email}", now)
        note_try(session, f"address {address}", now)
