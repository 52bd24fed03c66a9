"""Passwords at rest: argon2id, never more than two at a time, and the same work whether or not the person exists."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 500
_hasher = PasswordHasher()
# Each takes 64 MB for its work; a burst of sign-ins must not take the machine down.
_few = threading.BoundedSemaphore(2)
# Of a password nobody has: verified when there is no such person, so that both answers take as long.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c2hvcGltaXplLW5vYm9keQ$Zp3m1oTWHmvVVbF0c0Wm1J0R6m1vR1n7gq1n6g7C5sE"


def hashed_password(password: str) -> str:
    with _few:
        return _hasher.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; False, after the same work, where nothing is."""
    with _few:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)
