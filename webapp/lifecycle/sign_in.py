"""Sign in, with a throttle that counts in the database, so that it holds over processes and restarts."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, func, select

from webapp.lifecycle.passwords import hashed_password, is_outdated, is_password
from webapp.lifecycle.runtime import Runtime
from webapp.models.people import Person, SignInAttempt

WINDOW = timedelta(minutes=15)
MOST_PER_EMAIL, MOST_PER_ADDRESS = 10, 50


class TooManyTries(Exception):
    """Wait: the password was not even looked at."""


def sign_in(runtime: Runtime, *, email: str, password: str, address: str) -> Person | None:
    """The person, or None when email and password do not belong together. Raises TooManyTries.

    An unknown email costs the same time as a known one.
    """
    email = email.strip().lower()[:254]
    _throttle(runtime, f"email {email}", MOST_PER_EMAIL)
    _throttle(runtime, f"address {address}", MOST_PER_ADDRESS)
    with runtime.database.reading() as session:
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


def _throttle(runtime: Runtime, subject: str, most: int) -> None:
    since = runtime.now() - WINDOW
    with runtime.database.reading() as session:
        tries = session.exec(
            select(func.count()).select_from(SignInAttempt).where(
                SignInAttempt.subject == subject, col(SignInAttempt.at) > since
            )
        ).one()  # fmt: skip
    if tries >= most:
        raise TooManyTries


def _count(runtime: Runtime, email: str, address: str) -> None:
    now = runtime.now()
    with runtime.database.writing() as session:
        session.add(SignInAttempt(subject=f"email {email}", at=now))
        session.add(SignInAttempt(subject=f"address {address}", at=now))
