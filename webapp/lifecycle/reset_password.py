"""A way back in for somebody who forgot the password; using it ends every session they had."""

from __future__ import annotations

import secrets

from sqlmodel import select

from webapp.lifecycle.links import Purpose, person_of_token
from webapp.lifecycle.passwords import hashed_password
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import check_password, owe_mail
from webapp.models.notice import NoticeKind
from webapp.models.people import Person


def ask_reset(runtime: Runtime, *, email: str) -> None:
    """Owe the mail when the address is somebody's; either way nothing comes back."""
    with runtime.database.writing() as session:
        person = session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
        if person is not None:
            owe_mail(session, person, NoticeKind.RESET_PASSWORD, runtime.now())


def is_reset_token(runtime: Runtime, token: str) -> bool:
    with runtime.database.reading() as session:
        return person_of_token(runtime, session, token, Purpose.RESET_PASSWORD) is not None


def reset_password(runtime: Runtime, *, token: str, password: str) -> bool:
    """Set the new password; False when the link is no longer good. Raises BadEntry.

    Whoever can read the mail owns the address, so it counts as confirmed.
    """
    check_password(password)
    stored = hashed_password(password)
    with runtime.database.writing() as session:
        person = person_of_token(runtime, session, token, Purpose.RESET_PASSWORD)
        if person is None:
            return False
        person.password_hash, person.session_epoch = stored, secrets.token_hex(8)
        person.confirmed_at = person.confirmed_at or runtime.now()
        return True
