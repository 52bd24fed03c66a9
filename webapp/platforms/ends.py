"""The dates on which a permission ends, as a platform gives them: fixed ones, and those that every renewal moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.words import marked


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`moves`: renewing it, which we do ahead of time, puts the end off. `why` names it, with {company} in it."""

    at: datetime
    moves: bool
    why: str


FIXED = marked("{company} ends it on that day, however often we renew it. Only Reconnect begins a new term.")
IDLE = marked("It would end only if nobody used it until then. Every renewal moves that day, and we see to it.")
