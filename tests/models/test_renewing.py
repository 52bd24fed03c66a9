"""When a permission is renewed: ahead of its end, each at a moment of its own, less and less often while it fails."""

from __future__ import annotations

import random
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from webapp.models.access import Grant
from webapp.models.renewing import (
    FIRST_WAIT,
    LONGEST_ASKED,
    LONGEST_WAIT,
    held_back_for,
    idle_renewal_at,
    is_due,
    next_try_at,
)
from webapp.platforms import registry

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
GOOGLE, SHOPIFY, META = (registry()[slug] for slug in ("google_ads", "shopify", "meta_ads"))


def grant(number: int, *, life: timedelta = HOUR, refresh: str | None = "sealed") -> Grant:
    """One of many that were issued at the same moment; ids are as far apart as chance puts them."""
    return Grant(
        id=f"{random.Random(number).getrandbits(64):016x}", login_id=number, access_sealed="sealed",
        refresh_sealed=refresh, issued_at=NOW, access_expires_at=NOW + life,
    )  # fmt: skip


MANY = [grant(number) for number in range(400)]


def renewed_at(one: Grant, platform) -> datetime:
    """The first second at which it is renewed before it is used."""
    assert one.access_expires_at
    seconds = range(int((one.access_expires_at - NOW).total_seconds()) + 2)
    return NOW + SECOND * bisect_left(seconds, True, key=lambda second: is_due(one, platform, NOW + SECOND * second))


def crowd(moments: list[datetime], *, within: timedelta) -> int:
    """How many of them fall into the busiest stretch of so long."""
    return max(sum(first <= one < first + within for one in moments) for first in moments)


def test_what_was_connected_together_is_renewed_ahead_and_not_in_one_burst():
    moments = [renewed_at(one, GOOGLE) for one in MANY]
    ends = NOW + HOUR
    assert max(moments) <= ends - timedelta(minutes=5), "the last one still has time for a platform that is away"
    assert min(moments) >= ends - timedelta(minutes=7)
    assert crowd(moments, within=timedelta(seconds=12)) < 80, "spread evenly it would be 40 of 400"


def test_each_has_its_moment_for_ever():
    assert len({renewed_at(grant(7), GOOGLE) for _ in range(5)}) == 1
    assert len({idle_renewal_at(grant(7), GOOGLE, since=NOW) for _ in range(5)}) == 1


@pytest.mark.parametrize("minutes", [1, 4, 10])
def test_however_short_its_life_it_is_renewed_before_the_end_and_not_at_once(minutes):
    one = grant(3, life=timedelta(minutes=minutes))
    assert NOW + timedelta(minutes=minutes) / 2 <= renewed_at(one, GOOGLE) < NOW + timedelta(minutes=minutes)


def test_a_long_one_is_renewed_as_long_ahead_as_its_platform_says():
    long = grant(3, life=60 * DAY)
    assert not is_due(long, META, NOW + 29 * DAY)
    assert is_due(long, META, NOW + 30 * DAY)


def test_what_cannot_be_renewed_or_has_no_end_is_not_due():
    assert not is_due(grant(1, refresh=None), GOOGLE, NOW + 2 * HOUR)
    endless = grant(1)
    endless.access_expires_at = None
    assert not is_due(endless, GOOGLE, NOW + 400 * DAY)
    assert is_due(grant(1, refresh=None), SHOPIFY, NOW), "one of the old kind is traded at once"


@pytest.mark.parametrize("slug", sorted(registry()))
def test_an_idle_one_is_renewed_weekly_each_at_a_moment_of_its_own(slug):
    platform = registry()[slug]
    found = [idle_renewal_at(one, platform, since=NOW) for one in MANY]
    moments = [one - NOW for one in found if one is not None]
    if platform.dies_unused_after is None:
        assert moments == []
        return
    assert len(moments) == len(MANY)
    assert min(moments) >= 6.3 * DAY
    assert max(moments) <= 7.7 * DAY < platform.dies_unused_after
    assert crowd(found, within=2 * HOUR) < 60, "spread evenly it would be 24 of 400"


def test_a_failed_renewal_waits_longer_each_time_up_to_a_limit():
    waits = [(next_try_at(NOW, tries=tries, asked=None) - NOW) for tries in range(1, 40) for _ in range(50)]
    by_tries = [waits[at : at + 50] for at in range(0, len(waits), 50)]
    for tries, found in enumerate(by_tries, start=1):
        middle = min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT)
        assert 0.8 * middle <= min(found) < 0.95 * middle, "spread to both sides, so that not all come back at once"
        assert 1.05 * middle < max(found) <= 1.2 * middle
    assert all(max(earlier) < max(later) for earlier, later in pairwise(by_tries[:5]))


@pytest.mark.parametrize(("asked", "shortest", "longest"), [(0, 0, 0), (30, 30, 33), (600, 600, 660)])
def test_a_wait_that_was_asked_for_is_kept_and_spread(asked, shortest, longest):
    waits = [(next_try_at(NOW, tries=9, asked=asked) - NOW).total_seconds() for _ in range(200)]
    assert shortest <= min(waits)
    assert max(waits) <= longest
    assert asked == 0 or max(waits) - min(waits) > asked * 0.05


def test_no_platform_puts_us_off_for_longer_than_an_hour():
    waits = [next_try_at(NOW, tries=1, asked=10**9) - NOW for _ in range(200)]
    assert LONGEST_ASKED * 0.9 <= min(waits) < max(waits) <= LONGEST_ASKED


def test_after_a_failure_nobody_asks_before_its_time():
    one = grant(1)
    one.renew_at = NOW + timedelta(seconds=random.randint(1, 300))
    assert held_back_for(one, NOW) is None, "that is when the clock renews it: nothing has failed"
    one.failed_tries = 1
    assert held_back_for(one, NOW) == one.renew_at - NOW
    assert held_back_for(one, one.renew_at) is None
