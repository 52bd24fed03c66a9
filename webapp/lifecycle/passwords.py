"""Passwords at rest: argon2id, never more than two at a time, and the same work whether or not the person exists."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 500
_hasher = PasswordHasher()
# Each takes 64 MB for its work; a burst of sign-ins must not take the machine down.
_few = threading.BoundedSemaphore(2)


def hashed_password(password: str) -> str:
    with _few:
        return _hasher.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; False, after the same work, where nothing is."""
    with _few:
        try:
            return _hasher.verify(stored or _nobodys(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    """Verified when there is no such person, so that both answers take as long."""
    return _hasher.hash(secrets.token_hex(16))
