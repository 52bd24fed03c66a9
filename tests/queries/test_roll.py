"""A store's own list held against ours: which orders are missing, and why each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from tests.languages import bare, made_up
from webapp import words
from webapp.platforms.roll import Called, Listed, Origin, Roll
from webapp.queries.help_checks import roll
from webapp.queries.help_checks.roll_facts import Held, Ours, RollFacts, roll_facts
from webapp.views.samples import GOOD

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
WHOLE = Held(listed=0, here=0)
EMPTY = RollFacts(orders=WHOLE, variants=None, days=7, first_day=NOW.date())


def order(number: int, *, ago: int = 60, **more: object) -> Called:
    base = {"is_test": False, "is_cancelled": False}
    return Called(id=str(number), name=f"#{number}", placed_at=NOW - timedelta(minutes=ago), **(base | more))


def variant(number: int, *, ago: int = 600) -> Listed:
    return Listed(id=str(number), name=f"Cap {number}", made_at=NOW - timedelta(minutes=ago))


def held(
    *found: Called | Listed, ours: tuple[int, ...], counted: int | None = None, variants: int | None = None
) -> RollFacts:
    roll = Roll(
        called=tuple(one for one in found if isinstance(one, Called)), counted=counted, older=0,
        listed=tuple(one for one in found if isinstance(one, Listed)), variants=variants,
    )  # fmt: skip
    here = Ours(
        orders={str(one): f"#{one}" for one in ours}, variants={str(one): f"Cap {one}" for one in ours},
        read_through=NOW - timedelta(minutes=30), variants_read_at=NOW - timedelta(minutes=200), first_day=NOW.date(),
    )  # fmt: skip
    return roll_facts(roll, here, days=7)


def test_each_order_that_is_missing_has_its_reason():
    found = held(
        order(1),
        order(2, is_test=True),
        order(3, is_cancelled=True, origin=Origin.COUNTER),
        order(4, origin=Origin.COUNTER),
        order(5, ago=10),
        ours=(1, 3, 6),
        counted=4,
    )
    assert (found.orders.listed, found.orders.lost, found.orders.unread) == (4, ("#4",), ("#5",))
    assert (found.tests, found.cancelled, found.orders.gone, found.orders.hidden) == (("#2",), ("#3",), ("#6",), 0)
    assert (found.elsewhere, found.places) == ({Origin.COUNTER: ("#3",)}, {"#4": Origin.COUNTER})


def test_what_is_counted_and_not_shown_is_hidden_and_then_nothing_is_called_deleted():
    found = held(order(1), ours=(1, 2), counted=2)
    assert (found.orders.hidden, found.orders.gone) == (1, ())
    assert held(order(1), ours=(1,), counted=None).orders.hidden == 0


def test_each_variant_that_is_missing_or_too_much_has_its_reason():
    found = held(variant(1), variant(2), variant(3, ago=100), ours=(1, 9), variants=3).variants
    assert (found.lost, found.unread, found.gone, found.hidden) == (("Cap 2",), ("Cap 3",), ("Cap 9",), 0)
    same = held(variant(1), variant(2), ours=(2, 3), variants=2).variants
    assert (same.lost, same.gone) == (("Cap 1",), ("Cap 3",)), "as many as there, and not the same"


def test_what_is_too_much_to_list_is_held_by_number_and_never_called_missing_by_name():
    roll = Roll(called=None, counted=9_000, older=0, listed=None, variants=6_000)
    here = Ours(orders={"1": "#1"}, variants={}, read_through=NOW, variants_read_at=None, first_day=NOW.date())
    found = roll_facts(roll, here, days=90)
    assert (found.orders, found.variants) == (
        Held(listed=9_000, here=1, one_by_one=False), Held(listed=6_000, here=0, one_by_one=False)
    )  # fmt: skip
    assert msgspec.convert(msgspec.to_builtins(found), RollFacts) == found, "and can be kept"


@pytest.mark.parametrize(
    ("facts", "state", "said"),
    [
        ({"orders": Held(listed=412, here=412)}, "good",
         "Counted at Shopify just now: all 412 orders of the last 7 days are here, whatever their location."),
        ({"orders": replace(WHOLE, lost=("#1", "#2"))}, "attention",
         "Shopify lists 2 orders of the last 7 days that are not here: #1 and #2. Sync now reads them."),
        ({"orders": replace(WHOLE, hidden=5)}, "attention",
         "Shopify counts 5 orders of the last 7 days that it does not show us: the permission sees only part of the "
         "store."),
        ({"orders": replace(WHOLE, unread=("#9",))}, "unknown", 
         "1 order was placed since we last read, and comes with the next sync: #9."),
        ({"orders": replace(WHOLE, gone=("#9",))}, "unknown",
         "1 order here is no longer listed at Shopify, and leaves with the next sync: #9."),
        ({"tests": tuple(f"#{one}" for one in range(8))}, "good",
         "Left out on purpose: 8 test orders, #0, #1, #2, #3, #4 and 3 more."),
        ({"cancelled": ("#3",)}, "good",
         "1 cancelled order is here and counts only with what was charged and given back: #3."),
        ({"older": 1204, "first_day": date(2026, 8, 26)}, "good",
         "1,204 older orders are from before 26 Aug 2026, where your data begins here."),
        ({"orders": replace(WHOLE, lost=("#1", "#2")), "places": {"#2": Origin.COUNTER}}, "attention",
         "Shopify lists 2 orders of the last 7 days that are not here: #1 and #2 (sold at a point of sale). Sync now "
         "reads them."),
        ({"orders": Held(listed=9_000, here=8_999, one_by_one=False), "days": 90}, "attention",
         "Shopify counts 9,000 orders of the last 90 days, too many to hold one by one; 8,999 are here. Choose fewer "
         "days to see which."),
        ({"elsewhere": {Origin.COUNTER: ("#4", "#5")}}, "good",
         "2 orders were sold at a point of sale and are here, whichever location that is: #4 and #5. A list at Shopify "
         "that is narrowed to one location leaves out the others."),
        ({"elsewhere": {Origin.DRAFT: ("#4",)}}, "good",
         "1 order was made from a draft and is here: #4. A draft that is still open is no order."),
        ({"elsewhere": {Origin.APP: ("#4",)}}, "good", "1 order came through another app and is here: #4."),
        ({"cut_at": date(2026, 9, 14)}, "good",
         "Counted from 14 Sep 2026 on: the permission shows us no orders from before."),
        ({"variants": Held(listed=50, here=48, lost=("Cap S", "Cap L"))}, "attention",
         "Shopify lists 2 product variants that are not here: Cap S and Cap L. They were there when products were last "
         "read; Sync now reads them again."),
        ({"variants": Held(listed=50, here=49, unread=("Cap S",))}, "unknown",
         "1 product variant was added since products were last read, which is every six hours or by Sync now: Cap S."),
        ({"variants": Held(listed=49, here=50, gone=("Cap S",))}, "unknown",
         "1 product variant here is no longer listed at Shopify: Cap S. What it cost is kept for the days it sold on."),
        ({"variants": Held(listed=40, here=40, hidden=10)}, "attention",
         "Shopify counts 10 product variants that it does not show us: the permission sees only part of the store."),
        ({"variants": Held(listed=6_000, here=5_990, one_by_one=False)}, "attention",
         "Shopify counts 6,000 product variants; 5,990 are here. They are read every six hours, or by Sync now."),
        ({"variants": Held(listed=50, here=50)}, "good",
         "Shopify lists 50 product variants, and all of them are here, one by one."),
    ],
)  # fmt: skip
def test_it_is_said_in_words_with_the_way_on(facts, state, said):
    found = {one.sentence: one for one in roll.counted(GOOD, replace(EMPTY, **facts))}
    assert said in found, list(found)
    assert found[said].state == state
    assert bool(found[said].href) == (state != "good")
    with words.speaking(made_up()):
        names = replace(GOOD, company="1", platform_name="2", account_name="3")
        told = [*roll.counted(names, replace(EMPTY, **facts)), roll.not_counted(names)]
        assert [one.sentence for one in told if bare(one.sentence.replace("#", ""))] == []
