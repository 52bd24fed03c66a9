"""What the badge says: derived from facts and the clock, read top to bottom, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from webapp.platforms.diagnosis import Remedy

LAST_WEEK = timedelta(days=7)
QUIET_NOTE = timedelta(days=14)


class Badge(NamedTuple):
    """How a health is shown. `offer` is the one button; `needs_merchant` counts in the nav."""

    label: str
    tone: str
    icon: str
    offer: str | None
    needs_merchant: bool
    rank: int


class Health(StrEnum):
    DISCONNECTED = "disconnected"
    PAUSED = "paused"
    NEEDS_RECONNECT = "needs_reconnect"
    ACTION_NEEDED = "action_needed"
    ON_US = "on_us"
    IMPORTING = "importing"
    CATCHING_UP = "catching_up"
    DELAYED = "delayed"
    EXPIRING = "expiring"
    CONNECTED = "connected"

    @property
    def badge(self) -> Badge:
        return BADGES[self]

    @property
    def needs_merchant(self) -> bool:
        return BADGES[self].needs_merchant


# Label (with the company's name where the merchant acts at the platform), tone, icon, offer, counts, order on the page.
BADGES = {
    Health.NEEDS_RECONNECT: Badge("Reconnect needed", "red", "unplug", "reconnect", True, 0),
    Health.ACTION_NEEDED: Badge("Action needed at {company}", "red", "triangle-alert", "open_platform", True, 1),
    Health.ON_US: Badge("We're on it", "amber", "wrench", None, False, 2),
    Health.DELAYED: Badge("Delayed", "amber", "clock-alert", "sync_now", False, 3),
    Health.EXPIRING: Badge("Ends soon", "amber", "hourglass", "reconnect", False, 4),
    Health.IMPORTING: Badge("Importing", "blue", "download", "progress", False, 5),
    Health.CATCHING_UP: Badge("Catching up", "blue", "refresh-cw", "progress", False, 5),
    Health.CONNECTED: Badge("Connected", "green", "circle-check", "sync_now", False, 6),
    Health.PAUSED: Badge("Paused", "grey", "circle-pause", "resume", False, 7),
    Health.DISCONNECTED: Badge("Disconnected", "grey", "circle-off", "connect", False, 8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a health depends on. `ends_at` only where the grant cannot renew itself.

    `suspended`: the platform turned it away, and so many others at once that nobody takes it for the merchant's doing.
    """

    disconnected: bool
    paused: bool
    remedy: Remedy | None
    imported: bool
    owes_days: bool
    attempted: bool
    last_success_at: datetime | None
    granted_at: datetime
    process_started_at: datetime
    sync_interval: timedelta
    ends_at: datetime | None
    suspended: bool = False


def health_of(facts: Facts, now: datetime) -> Health:
    """The first match wins; the order is the promise (DESIGN, Health table)."""
    if facts.disconnected:
        return Health.DISCONNECTED
    if facts.paused:
        return Health.PAUSED
    if facts.remedy is Remedy.RECONNECT:
        return Health.NEEDS_RECONNECT
    if facts.remedy is Remedy.FIX_AT_PLATFORM:
        return Health.ACTION_NEEDED
    if facts.remedy is Remedy.OPERATOR or facts.suspended:
        return Health.ON_US
    if not facts.imported:
        return Health.IMPORTING
    # "After a gap": while the platform still fails the gap is not over, and nothing is catching up.
    if facts.owes_days and facts.remedy is None:
        return Health.CATCHING_UP
    if facts.remedy is Remedy.WAIT or _is_late(facts, now):
        return Health.DELAYED
    if facts.ends_at is not None and facts.ends_at - now <= LAST_WEEK:
        return Health.EXPIRING
    return Health.CONNECTED


def turns_at(facts: Facts, now: datetime) -> datetime | None:
    """The next instant at which the clock alone may change the health; None when only an event can."""
    instants = [_late_at(facts)]
    if facts.ends_at is not None:
        instants += [facts.ends_at - QUIET_NOTE, facts.ends_at - LAST_WEEK, facts.ends_at]
    return min((at for at in instants if at > now), default=None)


def _late_at(facts: Facts) -> datetime:
    # Counted from the latest of these, so that a machine that slept does not wake up to a page of amber.
    latest = max(facts.last_success_at or facts.granted_at, facts.granted_at, facts.process_started_at)
    return latest + 2 * facts.sync_interval


def _is_late(facts: Facts, now: datetime) -> bool:
    return facts.attempted and now >= _late_at(facts)
