"""Which days are meant, and that a change of currency is never a guess."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from webapp.queries.money_of import Exchange
from webapp.queries.period import Period, last_days, period_of

TODAY = date(2026, 11, 24)


def test_the_period_before_is_as_long_and_ends_the_day_before():
    week = last_days(7, TODAY)
    assert (week.first, week.last, week.before.last, week.before.length) == (
        date(2026, 11, 18), TODAY, date(2026, 11, 17), 7,
    )  # fmt: skip


def test_days_to_come_are_left_off_and_the_address_means_the_same_again():
    period, problem = period_of({"from": "2026-11-20", "to": "2026-12-31"}, TODAY)
    assert (period, problem) == (Period(first=date(2026, 11, 20), last=TODAY), None)
    assert period_of(period.asked, TODAY)[0] == period
    assert period_of(last_days(90, TODAY).asked, TODAY)[0] == last_days(90, TODAY)


def test_a_missing_rate_is_a_gap_and_never_one():
    money = Exchange("USD", {("EUR", TODAY): Decimal("1.0834")})
    assert money.worth(10_000_000, "EUR", TODAY) == 10_834_000
    assert money.worth(10_000_000, "EUR", date(2026, 11, 23)) is None
    assert money.worth(10_000_000, "USD", TODAY) == 10_000_000
