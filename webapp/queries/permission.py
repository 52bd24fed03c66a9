"""Who approved a permission, what it lets us do, and when it ends, in a merchant's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Bundle
from sqlmodel import col

from webapp.models.access import Grant, Login
from webapp.models.ahead import end_that_counts
from webapp.models.people import Person
from webapp.platforms.base import Platform
from webapp.platforms.ends import End
from webapp.queries import wording
from webapp.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFacts:
    """A date on which it ends, or with `moves` would end if it were not renewed before; `says` that in words."""

    at: datetime
    moves: bool
    says: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionFacts:
    """`approved_by` is None where that is no longer known, and with `through_link` who sent a link to whoever did;
    `ends` is empty where the platform gives no date."""

    approved_by: str | None
    approved_at: datetime
    name: str
    email: str | None
    scopes: tuple[str, ...]
    ends: tuple[EndFacts, ...]
    through_link: bool = False


class PermissionRow(NamedTuple):
    """What is stored of it; never a token. All None where there is no live one."""

    approved_by: str | None
    live_at: datetime | None
    scopes: list[str] | None
    access_ends: datetime | None
    refresh_ends: datetime | None
    consent_ends: datetime | None
    name: str | None
    email: str | None
    through_link: bool | None

    @property
    def login(self) -> str | None:
        """What a merchant knows the login by."""
        return self.email or self.name


_Instant = datetime | None
PERMISSION = Bundle[
    tuple[str | None, _Instant, list[str] | None, _Instant, _Instant, _Instant, str | None, str | None, bool | None]
](
    "permission",
    col(Person.name), col(Grant.live_at), col(Grant.scopes),
    col(Grant.access_expires_at), col(Grant.refresh_expires_at), col(Grant.consent_ends_at),
    col(Login.name), col(Login.email), col(Grant.through_link),
)  # fmt: skip


def permission_of(row: PermissionRow, platform: Platform, timezone: str) -> PermissionFacts | None:
    """The permission an integration is read with; None where it has none."""
    if row.live_at is None:
        return None
    return PermissionFacts(
        approved_by=row.approved_by,
        approved_at=row.live_at,
        name=row.name or "",
        email=row.email,
        scopes=scope_words(platform, row.scopes or []),
        ends=end_words(row, platform, timezone),
        through_link=bool(row.through_link),
    )


def ends_at(row: PermissionRow, platform: Platform, now: datetime) -> datetime | None:
    """When it ends unless somebody reconnects; None where no such day is known."""
    return end_that_counts(_ends(row, platform), now)


def scope_words(platform: Platform, scopes: list[str]) -> tuple[str, ...]:
    """Each granted scope in words, in the platform's order; those it has no words for come last, as they are."""
    given, words = set(scopes), dict(platform.scope_words)
    known = [say(text) for scope, text in words.items() if scope in given]
    return (*dict.fromkeys(known), *sorted(given - words.keys()))


def end_words(row: PermissionRow, platform: Platform, timezone: str) -> tuple[EndFacts, ...]:
    """Every date the platform gives, nearest first."""
    found = sorted(_ends(row, platform), key=lambda end: end.at)
    return tuple(_said(end, platform, ZoneInfo(timezone)) for end in found)


def _ends(row: PermissionRow, platform: Platform) -> tuple[End, ...]:
    if row.live_at is None:
        return ()
    return platform.ends(access=row.access_ends, refresh=row.refresh_ends, consent=row.consent_ends)


def _said(end: End, platform: Platform, zone: ZoneInfo) -> EndFacts:
    day = wording.dated(end.at.astimezone(zone).date())
    says = say("Renews itself before {day}", day=day) if end.moves else say("Ends {day}", day=day)
    return EndFacts(at=end.at, moves=end.moves, says=says, why=say(end.why, company=platform.company))
