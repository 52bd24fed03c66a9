"""What ties a round trip to its start: the state, the PKCE verifier, and the hashes we keep of them."""

from __future__ import annotations

import hashlib
import secrets

MAX_STATE = 512


def new_state() -> str:
    """256 random bits (RFC 9700 §2.1 asks for at least 128)."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """A PKCE verifier of 64 characters (RFC 7636 §4.1: 43 to 128)."""
    return secrets.token_urlsafe(48)


def hashed(value: str) -> str:
    """What is stored and compared instead of the value itself."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
