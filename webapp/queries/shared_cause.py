"""Why several connections probably dropped together: what ties them, what speaks against it, and how far that carries.

Pure: facts in, a guess out. Read top to bottom, the first tie that holds counts; its words are in `outbreak.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.platforms.diagnosis import Cause

# A permission may die at once and its last access token live on for a while: this far apart is still together.
LAG = timedelta(minutes=5)
# What somebody does to a login, at one platform or at all of them.
CHANGES = frozenset({Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY, Cause.ACCESS_REVOKED})
# Addresses that say nothing about where somebody works.
PUBLIC = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com",
    "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com", "mail.ru", "qq.com", "163.com",
})  # fmt: skip


class Tie(StrEnum):
    """What all of them have in common."""

    LOGIN = "login"
    DOMAIN = "domain"
    PLATFORM = "platform"
    CAUSE = "cause"
    MINUTES = "minutes"


class Grade(StrEnum):
    """How far it carries. SAID: the platform itself says so, of each of them."""

    SAID = "said"
    LIKELY = "likely"
    PERHAPS = "perhaps"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """One that dropped. `causes` is all that its platform's answer may mean; it broke between `worked_at` and
    `found_at`."""

    company: str
    login: str | None
    causes: frozenset[Cause]
    is_sure: bool
    worked_at: datetime
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One of the same workspace that was proven to work after they had dropped."""

    company: str
    login: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """`about` is the login, domain or company that they share; `cause` what did it, where that is known.

    `company` is where all of them are, if they are at one. `against` is one that stands although it shares it too.
    `ties` is everything they have in common.
    """

    grade: Grade
    ties: tuple[Tie, ...] = ()
    tie: Tie | None = None
    about: str = ""
    cause: Cause | None = None
    company: str | None = None
    against: Standing | None = None


def shared_cause(fallen: Collection[Fallen], standing: Collection[Standing]) -> Guess:
    """The best guess about why these dropped together, never surer than what they share."""
    if not are_together(fallen):
        return Guess(grade=Grade.OPEN)
    ties, cause = ties_of(fallen), _one_cause(fallen)
    login, company = _common([one.login for one in fallen]), _common([one.company for one in fallen])
    if login and _fits_a_change(fallen):
        return _of_login(fallen, standing, ties, login, company)
    domain = _common([domain_of(one.login) for one in fallen])
    if domain and _fits_a_change(fallen):
        against = next((one for one in standing if domain_of(one.login) == domain), None)
        grade = Grade.PERHAPS if against else Grade.LIKELY
        return Guess(grade=grade, ties=ties, tie=Tie.DOMAIN, about=domain, against=against)
    if cause is not None and _is_surely(fallen, cause):
        # The same word from several platforms may still be several people's doing.
        return Guess(grade=Grade.PERHAPS, ties=ties, tie=Tie.CAUSE, cause=cause, company=company)
    if company:
        against = next((one for one in standing if one.company == company), None)
        grade = Grade.OPEN if against else Grade.PERHAPS
        return Guess(grade=grade, ties=ties, tie=Tie.PLATFORM, about=company, company=company, against=against)
    return Guess(grade=Grade.OPEN, ties=ties, tie=Tie.MINUTES)


def are_together(fallen: Collection[Fallen]) -> bool:
    """Whether there was a moment, give or take, at which all of them may have broken."""
    return max(one.worked_at for one in fallen) - min(one.found_at for one in fallen) <= LAG


def ties_of(fallen: Collection[Fallen]) -> tuple[Tie, ...]:
    """Everything that all of them have in common."""
    logins = _common([one.login for one in fallen])
    domain = _common([domain_of(one.login) for one in fallen])
    holds = (
        (Tie.LOGIN, logins is not None),
        (Tie.DOMAIN, domain is not None and logins is None),
        (Tie.PLATFORM, _common([one.company for one in fallen]) is not None),
        (Tie.CAUSE, _one_cause(fallen) is not None),
        (Tie.MINUTES, are_together(fallen)),
    )
    return tuple(tie for tie, is_so in holds if is_so)


def domain_of(login: str | None) -> str | None:
    """Where whoever has this address works; None for a name, and for addresses that anybody can have."""
    _, at, domain = (login or "").casefold().rpartition("@")
    return domain if at and domain and domain not in PUBLIC else None


def _of_login(
    fallen: Collection[Fallen], standing: Collection[Standing], ties: tuple[Tie, ...], login: str, company: str | None
) -> Guess:
    cause = _said_by_some(fallen)
    against = next((one for one in standing if _same(one.login, login)), None)
    sure = {one for each in fallen if each.is_sure for one in each.causes}
    if len(sure) > 1:
        # Two platforms that know it are of two minds: it was not one thing.
        grade = Grade.PERHAPS
    elif against is None:
        is_said = company is not None and cause is not None and _is_surely(fallen, cause)
        grade = Grade.SAID if is_said else Grade.LIKELY
    else:
        # Where the same address still works elsewhere, it is at most something at this one platform.
        grade = Grade.LIKELY if company is not None and against.company != company else Grade.PERHAPS
    return Guess(
        grade=grade, ties=ties, tie=Tie.LOGIN, about=login, cause=cause, company=company, against=against
    )  # fmt: skip


def _fits_a_change(fallen: Collection[Fallen]) -> bool:
    """Whether what each platform says may come of a change to the login or its company's rules."""
    return all(one.causes & CHANGES for one in fallen)


def _said_by_some(fallen: Collection[Fallen]) -> Cause | None:
    """What those that are sure are sure of, if they agree and the others allow it."""
    sure = {one for each in fallen if each.is_sure for one in each.causes}
    found = next(iter(sure)) if len(sure) == 1 else None
    if found is Cause.ACCESS_REVOKED and not _is_surely(fallen, found):
        # From one platform that is how, not why: a new password for everybody looks the same from there.
        return None
    return found if found is not None and all(found in one.causes for one in fallen) else None


def _one_cause(fallen: Collection[Fallen]) -> Cause | None:
    """The one thing that all the answers may mean; None where it may be several, or nothing."""
    common = frozenset.intersection(*(one.causes for one in fallen)) - {Cause.UNKNOWN}
    return next(iter(common)) if len(common) == 1 else None


def _is_surely(fallen: Collection[Fallen], cause: Cause) -> bool:
    return all(one.is_sure and one.causes == {cause} for one in fallen)


def _common(values: Collection[str | None]) -> str | None:
    """What all of them are, written as the first is; None where one is missing or another."""
    first = next(iter(values))
    return first if first and all(_same(first, one) for one in values) else None


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() == other.casefold()
