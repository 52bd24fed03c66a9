"""The signed links in mails to people: they age, serve one purpose, and die with the password they were made for."""

from __future__ import annotations

import hashlib
from enum import Enum

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlmodel import Session

from webapp.lifecycle.runtime import Runtime
from webapp.models.people import Person


class Purpose(Enum):
    """What a link is for; the value is how long it is good, in seconds."""

    CONFIRM_EMAIL = 3 * 86_400
    RESET_PASSWORD = 3_600


def make_link_token(runtime: Runtime, person: Person, purpose: Purpose) -> str:
    return _serializer(runtime, purpose).dumps([person.id, _mark(person, purpose)])


def person_of_token(runtime: Runtime, session: Session, token: str, purpose: Purpose) -> Person | None:
    """Whom a link is for; None when it is forged, too old, or has done its work."""
    try:
        person_id, mark = _serializer(runtime, purpose).loads(token[:1000], max_age=purpose.value)
    except (BadData, ValueError, TypeError):
        return None
    person = session.get(Person, str(person_id))
    return person if person is not None and mark == _mark(person, purpose) else None


def _mark(person: Person, purpose: Purpose) -> str:
    """Something that changes when the link has been used."""
    state = person.password_hash if purpose is Purpose.RESET_PASSWORD else f"{person.email} {person.confirmed_at}"
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _serializer(runtime: Runtime, purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(runtime.settings.secret_key, salt=f"shopimize {purpose.name}")
