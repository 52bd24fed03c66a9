"""Tokens at rest: sealed with AES-GCM under a named key, bound to the row and field they belong to."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class CannotOpen(Exception):
    """The sealed value is not of this row and field, was changed, or its key is not on the ring."""


class Vault:
    """A ring of keys, newest first: seals with the first, opens with whichever the sealed value names."""

    def __init__(self, keys: Sequence[str]) -> None:
        pairs = [key.partition(":") for key in keys]
        self._ring = {name: AESGCM(base64.b64decode(material)) for name, _, material in pairs}
        self.names = tuple(name for name, _, _ in pairs)

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return self.names[0]

    def seal(self, secret: str, *, place: str) -> str:
        """`key-id.base64`, openable only with the same `place` ("grant:7:access")."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ring[self.newest].encrypt(nonce, secret.encode(), place.encode())
        return f"{self.newest}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, place: str) -> str:
        """The secret; raises CannotOpen when it was moved, changed, or sealed with a key we no longer hold."""
        name, _, text = sealed.partition(".")
        try:
            raw = base64.urlsafe_b64decode(text)
            return self._ring[name].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()
        except (KeyError, ValueError, InvalidTag) as error:
            raise CannotOpen(place) from error
