"""When figures are equal, when a difference is worth a warning, why it may be there, and when one looks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from webapp.models.comparison import Figures, is_equal, next_night, night_of, windows_over
from webapp.models.day_note import Evidence, Reason, is_material, reason_of
from webapp.platforms.streams import Total

UNIT = 1_000_000
NEW_YORK = ZoneInfo("America/New_York")
HERE = Evidence(timezone="America/New_York", currency="USD")


def money(amount: float, currency: str | None = "USD") -> Total:
    return Total(amount_micros=round(amount * UNIT), currency=currency)


@pytest.mark.parametrize(
    ("rows", "amount", "theirs", "equal"),
    [
        (4, 100.00, money(100.00), True),
        (4, 100.00, money(100.04), True),
        (4, 100.00, money(100.05), False),
        (0, 0, money(0, None), True),
        (4, 100.00, money(100.00, "EUR"), False),
        (65, 100.00, Total(rows=65), True),
        (65, 100.00, Total(rows=66), False),
        (65, 100.00, Total(), True),
    ],
)
def test_equal_but_for_the_cents_that_rounding_makes(rows, amount, theirs, equal):
    assert is_equal(Figures(rows, round(amount * UNIT)), theirs, currency="USD") is equal


@pytest.mark.parametrize(
    ("rows", "amount", "theirs", "material"),
    [
        (4, 1000.00, money(1009.99), False),
        (4, 1000.00, money(1010.11), True),
        (4, 1000.00, money(989.00), True),
        (4, 10.00, money(14.99), False),
        (4, 10.00, money(15.01), True),
        (4, 15.01, money(0), True),
        (65, 100.00, Total(rows=66), True),
        (66, 100.00, Total(rows=65), False),
    ],
)
def test_material_is_one_percent_and_five_units_or_any_missing_row(rows, amount, theirs, material):
    assert is_material(Figures(rows, round(amount * UNIT)), theirs) is material


@pytest.mark.parametrize(
    ("ours", "theirs", "evens_out", "evidence", "expected"),
    [
        (Figures(4, 1), money(5, "EUR"), False, HERE, (Reason.CURRENCY, "EUR")),
        (Figures(4, 1), money(5, None), False, replace(HERE, currency="EUR"), (Reason.CURRENCY, "EUR")),
        (Figures(4, 1), money(5), False, replace(HERE, timezone="Asia/Tokyo"), (Reason.TIME_ZONE, "Asia/Tokyo")),
        (Figures(4, 1), money(5), True, HERE, (Reason.TIME_ZONE, None)),
        (
            Figures(4, 1), money(5), False, replace(HERE, missing_scopes=("ads_read",)),
            (Reason.SCOPE_MISSING, "ads_read"),
        ),
        (Figures(9, 1), Total(rows=8), False, HERE, (Reason.DELETED, None)),
        (Figures(8, 1), Total(rows=9), False, HERE, (Reason.UNKNOWN, None)),
        (
            Figures(4, 1), money(5), False, replace(HERE, vanished=("Brand",)),
            (Reason.DELETED, "Brand"),
        ),
        (
            Figures(4, 9 * UNIT), money(5), False, replace(HERE, vanished=("Brand",)),
            (Reason.UNKNOWN, None),
        ),
        (
            Figures(4, 1), money(5), False, replace(HERE, vanished=tuple("abcd")),
            (Reason.UNKNOWN, None),
        ),
    ],
)  # fmt: skip
def test_the_likeliest_reason(ours, theirs, evens_out, evidence, expected):
    found = reason_of(ours, theirs, currency="USD", timezone="America/New_York", evens_out=evens_out, evidence=evidence)
    assert found == expected


def test_a_night_comes_once_a_day_and_not_for_all_at_once():
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    nights = [next_night(f"integration-{number}", NEW_YORK, now) for number in range(200)]
    local = [night.astimezone(NEW_YORK) for night in nights]
    # The clocks go back that night: an hour more, never none.
    assert {night.date() for night in local} == {date(2026, 11, 1)}
    assert all(1 <= night.hour <= 6 for night in local)
    assert len({night.replace(second=0, microsecond=0) for night in nights}) > 100
    for number, night in enumerate(nights):
        following = next_night(f"integration-{number}", NEW_YORK, night)
        assert timedelta(hours=22) < following - night < timedelta(hours=26)


def test_an_evening_and_its_small_hours_are_one_night():
    def night(day: int, hour: int) -> int:
        return night_of(datetime(2026, 11, day, hour, 50, tzinfo=NEW_YORK), NEW_YORK).day

    assert [night(10, 12), night(10, 23), night(11, 2), night(11, 11)] == [10] * 4
    assert [night(10, 11), night(11, 12)] == [9, 11]


def test_windows_hold_every_day_and_are_never_too_long():
    first = date(2026, 11, 1)
    days = {first + timedelta(days=offset) for offset in (0, 1, 6, 7, 20)}
    windows = windows_over(days, longest=7, zone=NEW_YORK)
    assert [(one.first.day, one.last.day) for one in windows] == [(1, 7), (8, 8), (21, 21)]
    assert all(one.start < one.end for one in windows)
