"""What was entered beside unit costs: in effect from its day on, spread over months exactly, and unknown where it was
not entered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.lifecycle.set_cost_rule import share_from
from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.day_sum import StoreDay
from webapp.queries.cost_rules import StoreCosts, default_on, month_share
from webapp.queries.definitions import DEFINITIONS, not_entered
from webapp.queries.money_of import Exchange
from webapp.queries.profit import Sums, tally

DAY = date(2026, 11, 12)
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)
OWNER = {"workspace_id": "w", "platform": "shopify", "account_id": "1"}
UNIT = 1_000_000


def rule(kind: CostKind, since: date = date.min, name: str = "", **parts: int) -> CostRule:
    return CostRule(**OWNER, kind=kind, name=name, from_day=since, currency="USD", noted_at=NOON, **parts)


def costs(*rules: CostRule, first: date = DAY - timedelta(days=20), last: date = date.max) -> StoreCosts:
    by: dict[tuple[CostKind, str], list[CostRule]] = {}
    for one in sorted(rules, key=lambda one: one.from_day):
        by.setdefault((one.kind, one.name), []).append(one)
    return StoreCosts(
        platform="shopify", account_id="1", currency="USD", first_day=first, last_day=last, rules=by,
    )  # fmt: skip


def sold(day: date = DAY, **changed: int) -> StoreDay:
    base = {"orders": 2, "units": 3, "sales_micros": 100 * UNIT, "discount_micros": 0, "shipping_micros": 0,
            "tax_micros": 0, "refund_micros": 0, "goods_micros": 0, "uncosted_micros": 0}  # fmt: skip
    return StoreDay(**OWNER, day=day, currency="USD", **(base | changed))


@given(micros=st.integers(0, 10**13), day=st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_days_of_a_month_come_to_the_month(micros, day):
    first = day.replace(day=1)
    days = [one for number in range(31) if (one := first + timedelta(days=number)).month == day.month]
    parts = [month_share(micros, one) for one in days]
    assert sum(parts) == micros
    assert max(parts) - min(parts) <= 1


def test_the_last_one_that_began_is_in_effect_and_ends_with_the_next():
    fees = costs(
        rule(CostKind.FEES, share_ppm=29_000, order_micros=300_000), rule(CostKind.FEES, DAY, share_ppm=10_000)
    )
    before = fees.charged(DAY - timedelta(days=1), sold())
    assert before == {CostKind.FEES: 2_900_000 + 600_000}
    assert fees.charged(DAY, sold()) == {CostKind.FEES: 1_000_000}
    assert fees.charged(DAY, None) == {CostKind.FEES: 0}, "nothing sold, nothing charged"


def test_fixed_costs_of_several_names_add_up_also_where_nothing_was_sold_and_only_while_the_store_is_ours():
    fixed = costs(
        rule(CostKind.FIXED, name="rent", month_micros=3000 * UNIT),
        rule(CostKind.FIXED, DAY, name="wages", month_micros=300 * UNIT),
        first=DAY - timedelta(days=2), last=DAY,
    )  # fmt: skip
    days = [DAY + timedelta(days=number) for number in range(-4, 3)]
    found = tally([], [], Exchange("USD"), [fixed], days).by_day
    assert {day: one.fixed // UNIT for day, one in found.items()} == {
        DAY - timedelta(days=2): 100, DAY - timedelta(days=1): 100, DAY: 110,
    }  # fmt: skip
    assert sum(one.profit for one in found.values()) == -310 * UNIT


def test_a_guess_covers_only_what_has_no_cost_of_its_own():
    default = costs(rule(CostKind.GOODS, DAY, share_ppm=400_000))
    late, early = sold(goods_micros=20 * UNIT, uncosted_micros=50 * UNIT), sold(DAY - timedelta(days=1),
                                                                              uncosted_micros=7 * UNIT)  # fmt: skip
    found = tally([late, early], [], Exchange("USD"), [default], [late.day, early.day]).by_day
    assert (found[DAY].goods, found[DAY].assumed, found[DAY].assumed_for) == (20 * UNIT, 20 * UNIT, 50 * UNIT)
    assert (found[DAY].uncosted, found[early.day].uncosted) == (0, 7 * UNIT)
    assert found[DAY].profit == 60 * UNIT
    shares = default.defaults
    assert [default_on(shares, "shopify", "1", day) for day in (early.day, DAY)] == [None, 400_000]
    assert default_on(shares, "shopify", "2", DAY) is None


def test_what_was_not_entered_is_named_and_so_are_days_for_which_it_was_not():
    fees = costs(rule(CostKind.FEES, DAY, share_ppm=29_000))
    stores = [sold(), sold(DAY - timedelta(days=1))]
    found = tally(stores, [], Exchange("USD"), [fees], [one.day for one in stores])
    whole = found.total(found.by_day)
    assert whole.entered == {CostKind.FEES}
    assert CostKind.FEES in whole.lacking
    assert CostKind.FEES not in found.by_day[DAY].lacking
    assert not_entered(whole) == ["Shipping costs", "Fixed costs"]
    assert not_entered(Sums()) == ["Payment fees", "Shipping costs", "Fixed costs"]


def test_a_store_in_another_currency_is_converted_and_without_a_rate_not_counted():
    rent = costs(rule(CostKind.FIXED, name="rent", month_micros=3000 * UNIT))
    assert tally([], [], Exchange("EUR"), [rent], [DAY]).by_day == {}


@pytest.mark.parametrize("key", DEFINITIONS)
def test_every_definition_has_an_example_with_the_merchants_own_numbers(key):
    one, sums = DEFINITIONS[key], Sums(sales=7 * UNIT, orders=2, fees=UNIT, entered=set(CostKind))
    said = one.example(sums, lambda micros: f"<{micros}>")
    assert "<" in said
    assert "{" not in said
    assert "{" not in one.example(Sums(), lambda micros: f"<{micros}>")


def test_percentages_are_taken_exactly_or_not_at_all():
    assert [share_from(text) for text in ("2.9", "40", "0", "100", "0.0001")] == [29_000, 400_000, 0, 1_000_000, 1]
    assert [share_from(text) for text in ("", "x", "-1", "100.1", "2,9", "NaN", "0.00001")] == [None] * 7
