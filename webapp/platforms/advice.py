"""What a merchant is told to do about one cause at one platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do about one cause at this platform, with its real menu names; `url` opens the right page.

    `happened` and `likely` only where this platform differs from what is said of all (queries/causes.py).
    """

    steps: tuple[str, ...]
    url: str | None = None
    happened: str | None = None
    likely: str | None = None
