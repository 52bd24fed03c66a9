"""When a permission is renewed: ahead of its age, before disuse ends it, and less and less often while it fails."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from webapp.models.access import Grant
from webapp.platforms.base import Platform
from webapp.platforms.consent import Renewal

SPREAD = timedelta(minutes=2)
IDLE_RENEWAL = timedelta(days=7)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=5)
LONGEST_ASKED = timedelta(hours=1)


def can_renew(grant: Grant, platform: Platform) -> bool:
    """Whether there is anything to renew it with."""
    if platform.renewal is Renewal.REFRESH_TOKEN:
        return grant.refresh_sealed is not None or platform.trades_old_tokens
    return platform.renewal is Renewal.REEXCHANGE


def is_due(grant: Grant, platform: Platform, now: datetime) -> bool:
    """Whether its access token is so near its end, or of so old a kind, that it is renewed before it is used."""
    if platform.trades_old_tokens and grant.refresh_sealed is None:
        return True
    expires = grant.access_expires_at
    if expires is None or not can_renew(grant, platform):
        return False
    lifetime = expires - (grant.renewed_at or grant.issued_at)
    ahead = min(platform.renew_ahead + SPREAD * _share(grant.id), lifetime / 2)
    return now >= expires - ahead


def idle_renewal_at(grant: Grant, platform: Platform, *, since: datetime) -> datetime | None:
    """When the clock renews a permission that nobody has used `since`; None where disuse ends nothing."""
    if platform.dies_unused_after is None or not can_renew(grant, platform):
        return None
    return since + min(IDLE_RENEWAL, platform.dies_unused_after / 4) * (0.9 + 0.2 * _share(grant.id))


def next_try_at(now: datetime, *, tries: int, asked: float | None) -> datetime:
    """When a renewal that failed `tries` times is tried again; `asked` is how many seconds the platform wants."""
    if asked is not None:
        return now + min(timedelta(seconds=asked), LONGEST_ASKED / 1.1) * random.uniform(1.0, 1.1)
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 12)
    return now + min(doubled, LONGEST_WAIT) * random.uniform(0.8, 1.2)


def held_back_for(grant: Grant, now: datetime) -> timedelta | None:
    """How long nobody asks again, because the last renewal failed a moment ago; None when anybody may."""
    if grant.failed_tries == 0 or grant.renew_at is None:
        return None
    return grant.renew_at - now if grant.renew_at > now else None


def _share(grant_id: str) -> float:
    """0 to 1, the same for a grant for ever: what was connected together is not renewed in one burst."""
    return int(grant_id[:4], 16) / 0xFFFF
