"""When the breaker trips: never in a small installation, never for a few among many, always for a platform's fault."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.models.breaker import PERCENT, WITHIN, WORKSPACES, Burst, is_over, trips, window_start

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
many = st.integers(0, 200_000)


def burst(workspaces: int, dead: int, active: int) -> Burst:
    return Burst(workspaces=workspaces, dead=dead, active=active)


@pytest.mark.parametrize(
    ("workspaces", "dead", "active", "expected"),
    [
        (19, 190, 190, False), (20, 20, 200, True), (20, 20, 201, False), (20, 40, 400, True), (500, 500, 5001, False),
        (500, 500, 5000, True), (1, 400, 400, False), (20, 20, 20, True), (0, 0, 0, False),
    ],
)  # fmt: skip
def test_both_limits_together(workspaces, dead, active, expected):
    assert trips(burst(workspaces, dead, active)) is expected


@given(st.integers(0, WORKSPACES - 1), many, many)
def test_fewer_workspaces_never_trip_it(workspaces, dead, active):
    assert not trips(burst(workspaces, dead, active))


@given(many, many, many)
def test_a_small_share_never_trips_it(workspaces, dead, active):
    assert not (trips(burst(workspaces, dead, active)) and dead * 100 < active * PERCENT)


@given(many, many, many)
def test_one_more_death_never_untrips_it(workspaces, dead, active):
    if trips(burst(workspaces, dead, active)):
        assert trips(burst(workspaces + 1, dead + 1, max(active, dead + 1)))


def test_what_the_operator_released_counts_no_more():
    assert window_start(NOW, released_at=None) == NOW - WITHIN
    assert window_start(NOW, released_at=NOW - timedelta(minutes=3)) == NOW - timedelta(minutes=3)
    assert window_start(NOW, released_at=NOW - timedelta(days=3)) == NOW - WITHIN


@pytest.mark.parametrize(("still_dead", "back", "expected"), [(25, 0, False), (13, 12, False), (12, 13, True),
                                                              (12, 12, True), (0, 0, True)])  # fmt: skip
def test_it_is_over_when_as_many_are_back_as_not(still_dead, back, expected):
    assert is_over(still_dead=still_dead, back=back) is expected
