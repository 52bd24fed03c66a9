"""A mail, composed and ready to go: subject, text and HTML that say the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`stop` is the address that ends mails of this kind; None where nobody may do without."""

    subject: str
    text: str
    html: str
    stop: str | None = None


def one_line(subject: str, place: str) -> str:
    """A subject: what is so first, then where. Names come from outside and may hold anything."""
    return " ".join(f"{subject} · {place}".split())[:180]
