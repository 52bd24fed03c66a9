"""What help finds: fine, to be looked at, or not known yet, each as one sentence with the way on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.languages import bare, made_up
from webapp import words
from webapp.lifecycle.sum_days import mark_stale
from webapp.models.data import LineRow, OrderRow
from webapp.models.day_state import DayState
from webapp.models.day_sum import CostSource, UnitCost
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.queries.board_facts import OutbreakFacts
from webapp.queries.calendar_facts import StripFacts
from webapp.queries.day_rows import Owner
from webapp.queries.facts import Progress
from webapp.queries.help_checks import completeness, connections, costs, products, recomputed, spend, totals
from webapp.queries.help_checks.check import Check, State, worst_first
from webapp.queries.help_checks.costs import SoldFacts, sold_products
from webapp.queries.help_checks.products import ProductFacts
from webapp.queries.help_checks.recomputed import RecomputedFacts
from webapp.queries.help_checks.spend import SpentFacts
from webapp.queries.help_checks.totals import ComparedFacts
from webapp.views.samples import GOOD, GOOGLE, META, broken

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
YESTERDAY = datetime(2026, 11, 12, 5, 0, tzinfo=UTC)
SHOP, META_ADS, GOOGLE_ADS = (replace(one, complete_through=YESTERDAY, strip=None) for one in (GOOD, META, GOOGLE))
STORE = (SHOP.platform, SHOP.account_id)


def lacking(one, days: int, health=Health.NEEDS_RECONNECT):
    squares = (
        (DayState.COMPLETE, 0, 0),
        *((DayState.MISSING, 0, day) for day in range(1, days)),
        (DayState.PARTIAL, 1, 0),
    )
    return replace(
        broken(one), health=health, complete_through=NOW - timedelta(days=days + 1),
        strip=StripFacts(squares=squares, summary=""),
    )  # fmt: skip


def told(checks: list[Check]) -> list[tuple[str, str]]:
    return [(one.state.value, one.sentence) for one in checks]


def complete(*rows, kind=None) -> list[tuple[str, str]]:
    return told(completeness.complete(rows, NOW, kind=kind))


def test_how_far_the_data_reaches():
    assert complete(SHOP, META_ADS) == [
        ("good", "Your orders from Aurora Outdoor: complete up to yesterday."),
        ("good", "Your Meta spend: complete up to yesterday."),
    ]
    assert complete(SHOP, META_ADS, lacking(GOOGLE_ADS, 2), kind="ads") == [
        ("good", "Your Meta spend: complete up to yesterday."),
        ("attention", "Your Google spend: 2 days are missing."),
    ]
    assert complete(lacking(META_ADS, 1)) == [("attention", "Your Meta spend: 1 day is missing.")]
    behind = lacking(META_ADS, 3, Health.CATCHING_UP)
    assert complete(behind) == [("unknown", "Your Meta spend: catching up, 3 days to go.")]


def test_data_that_is_here_today_but_will_not_be_tomorrow():
    assert complete(replace(broken(META_ADS), complete_through=YESTERDAY)) == [
        ("attention", "Your Meta spend: complete up to yesterday, and it stopped there.")
    ]
    late = replace(META_ADS, health=Health.DELAYED)
    assert complete(late) == [("unknown", "Your Meta spend: complete up to yesterday; the rest is late.")]


def test_when_everything_was_last_asked():
    old, new = (replace(one, checked_at=NOW - timedelta(minutes=ago)) for one, ago in ((SHOP, 40), (META_ADS, 2)))
    assert told(completeness.asked([old, new], NOW)) == [
        ("good", "Every connection was asked for news; the longest ago: 40 min ago.")
    ]
    assert completeness.asked([old, replace(new, checked_at=None)], NOW)[0].state is State.UNKNOWN
    assert completeness.asked([replace(new, health=Health.PAUSED)], NOW) == []


def test_two_accounts_of_one_platform_are_told_apart():
    other = replace(META_ADS, id="m2", account_name="Aurora Outdoor EU")
    assert [sentence for _, sentence in complete(META_ADS, other)] == [
        "Your Meta spend of Aurora Outdoor US: complete up to yesterday.",
        "Your Meta spend of Aurora Outdoor EU: complete up to yesterday.",
    ]


def test_an_import_is_not_a_gap():
    progress = Progress(stage="orders", done_days=34, owed_days=90, rows=1, unit="order", seconds_left=None)
    fresh = replace(META_ADS, health=Health.IMPORTING, complete_through=None, progress=progress)
    assert complete(fresh) == [("unknown", "Your Meta spend: the first import is under way, 34 of 90 days.")]
    stuck = replace(broken(fresh), progress=None)
    assert complete(stuck) == [("attention", "Your Meta spend: the first import has stopped.")]


def test_what_is_paused_disconnected_or_lost_for_good_is_said():
    assert complete(replace(META_ADS, health=Health.PAUSED))[0][0] == "attention"
    assert complete(replace(META_ADS, health=Health.DISCONNECTED))[0][0] == "attention"
    lost = replace(SHOP, lost_note="Shopify only gives us the last 60 days.")
    assert [state for state, _ in complete(lost)] == ["good", "attention"]


@pytest.mark.parametrize("kind", [None, "store", "ads"])
def test_nothing_there_is_worth_a_look_too(kind):
    rows = {"store": (META_ADS,), "ads": (SHOP,), None: ()}[kind]
    (found,) = completeness.complete(rows, NOW, kind=kind)
    assert (found.state, found.href) == (State.ATTENTION, "/integrations")


def test_problems_are_named_and_their_absence_is():
    assert told(connections.problems([SHOP, META_ADS])) == [("good", "All 2 connections work.")]
    (found,) = connections.problems([SHOP, broken(META_ADS)])
    assert found.sentence.startswith(
        "Meta Ads (Aurora Outdoor US): Meta stopped accepting our permission. Profit since"
    )
    assert (found.state, found.href) == (State.ATTENTION, "/integrations/meta")
    waits = replace(broken(META_ADS), health=Health.DELAYED)
    assert connections.problems([waits])[0].state is State.UNKNOWN, "nothing that a merchant could do"
    paused = replace(broken(META_ADS), health=Health.PAUSED)
    assert connections.problems([paused])[0].sentence == "Everything is paused or disconnected. Nothing new comes in."
    assert connections.problems([replace(SHOP, checked_at=None)])[0].state is State.UNKNOWN
    assert connections.problems([])[0].state is State.ATTENTION


def test_what_a_reconnect_would_mend_and_why_it_ended():
    rows = [SHOP, broken(META_ADS), replace(broken(GOOGLE_ADS), health=Health.ACTION_NEEDED)]
    assert told(connections.to_reconnect(rows)) == [("attention", "Meta Ads (Aurora Outdoor US) needs a Reconnect.")]
    (why,) = connections.causes(rows)
    assert why.sentence.endswith("Likely: the password was changed.")
    for looks in (connections.to_reconnect, connections.causes):
        assert looks([SHOP])[0].state is State.GOOD
        assert looks([])[0].state is State.ATTENTION


def test_what_dropped_together():
    members = (broken(META_ADS), broken(GOOGLE_ADS))
    outbreak = OutbreakFacts(
        id="o", title="2 connections dropped together", likely="Likely one change.", members=members
    )
    assert told(connections.together(members, outbreak)) == [
        ("attention", "2 connections dropped together. Likely one change.")
    ]
    assert connections.together([*members], None)[0].sentence.endswith("they did not drop together.")
    assert connections.together([SHOP], None)[0].state is State.GOOD
    assert connections.together([], None)[0].state is State.ATTENTION


def test_which_permission_ends_and_how_soon_that_is():
    soon = replace(META_ADS, ends_at=NOW + timedelta(days=10))
    later = replace(GOOGLE_ADS, ends_at=NOW + timedelta(days=300))
    found = connections.lasting([later, soon, SHOP], NOW)
    assert [one.state for one in found] == [State.GOOD, State.ATTENTION, State.GOOD]
    assert "Meta Ads (Aurora Outdoor US) ends 22 Nov 2026" in found[1].sentence
    assert connections.lasting([SHOP], NOW)[-1].sentence == "No permission of this workspace ends by itself."


def test_what_was_sold_without_a_cost():
    def of(sold: int, *names: str, **more):
        facts = SoldFacts(sold=sold, without_cost=names, micros=2_018_000_000, **more)
        (found,) = costs.costed([SHOP, META_ADS], {STORE: facts})
        return found

    some = of(41, "Tent", "Rope", "Mug")
    assert some.sentence == (
        "3 of 41 products sold in the last 30 days have no cost: Tent, Rope and Mug. "
        "They sold for $2,018, and what that cost you is not in your profit."
    )
    assert (some.state, some.href, some.link) == (State.ATTENTION, "/overview/costs", "Enter what they cost")
    assert of(25, "Cap").sentence.startswith("1 of 25 products sold in the last 30 days has no cost: Cap.")
    many = of(41, "Tent", "Rope", "Mug", "Hat")
    assert "have no cost, Tent, Rope and Mug among them." in many.sentence
    guessed = of(41, "Tent", guessed=True)
    assert guessed.state is State.GOOD
    assert guessed.sentence.endswith("They sold for $2,018; your default percentage says what that cost.")
    assert told([of(41)]) == [("good", "All 41 products sold in the last 30 days have a cost.")]
    assert costs.costed([SHOP], {})[0].state is State.UNKNOWN
    assert costs.costed([META_ADS], {})[0].state is State.ATTENTION


def test_whether_the_sums_are_what_the_rows_come_to():
    facts = RecomputedFacts(orders=2341, ad_days=60, differing=())
    assert told(recomputed.same([SHOP], facts)) == [
        ("good", "Your profit of the last 30 days, reckoned again just now from 2,341 orders and 60 days of ad spend, "
         "comes to what we show.")
    ]  # fmt: skip
    (off,) = recomputed.same([SHOP], replace(facts, differing=(date(2026, 11, 9),)))
    assert (off.state, off.href) == (State.ATTENTION, "/")
    assert "1 day comes to something else than we show: 9 Nov." in off.sentence
    assert recomputed.same([SHOP], RecomputedFacts(orders=0, ad_days=0, differing=()))[0].state is State.UNKNOWN
    assert recomputed.same([], facts) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"differing": ((date(2026, 11, 9), "Meta's total is $412 higher."),)},
         "Your Meta spend, Mon 9 Nov: Meta's total is $412 higher."),
        ({"zones": ("UTC", "Europe/Berlin")},
         "Your Meta spend counts its days in UTC, your shop in Europe/Berlin: single days differ, weeks hardly do."),
        ({"currencies": ("EUR", "USD")}, "Your Meta spend is billed in EUR and shown in USD by the rate of each day."),
        ({"corrected": (date(2026, 11, 9), date(2026, 11, 10))},
         "Meta corrected 2 days after we had read them, and we took the new figures: 9 Nov to 10 Nov."),
        ({"deleted": ("Autumn",)},
         "Meta no longer reports Autumn, so our figures leave it out; its own total may still hold it."),
        ({"deleted": ("A", "B", "C", "D")},
         "Meta no longer reports 4 campaigns (A, B, C and 1 more), so our figures leave them out; its own total may "
         "still hold them."),
        ({"moves_since": date(2026, 10, 15)},
         "Meta may still change what it says of 15 Oct and later: it attributes orders to the day of the click, and "
         "takes back clicks that were none."),
    ],
)  # fmt: skip
def test_what_sets_an_ad_accounts_figures_apart(facts, said):
    found = spend.explained([SHOP, META_ADS], {"meta": SpentFacts(**facts)})
    assert [one.sentence for one in found] == [said]
    assert (found[0].state is State.ATTENTION) == ("differing" in facts)
    assert spend.explained([SHOP, META_ADS], {"meta": SpentFacts()}) == []


def test_whether_it_comes_to_the_platforms_own_total():
    compared = ComparedFacts(compared_at=NOW, first_day=date(2026, 11, 5), last_day=date(2026, 11, 11), differing=())
    off = replace(compared, differing=(date(2026, 11, 9), date(2026, 11, 10)))
    found = totals.agreeing([SHOP, META_ADS, GOOGLE_ADS], {"meta": compared, "google": off}, kind="ads")
    assert told(found) == [
        ("good", "Your Meta spend: 5 Nov to 11 Nov match Meta's own total, compared Thu 12 Nov, 09:10."),
        ("attention", "Your Google spend: 2 days differ from Google's own total: 9 Nov to 10 Nov."),
    ]
    assert found[1].href == "/integrations/google/history#coverage"
    assert totals.agreeing([META_ADS], {}, kind="ads")[0].state is State.UNKNOWN
    assert totals.agreeing([META_ADS], {}, kind="store") == []


def test_whether_products_were_read():
    facts = {STORE: ProductFacts(number=128, seen_at=NOW - timedelta(hours=2))}
    assert told(products.read([SHOP, META_ADS], facts, NOW)) == [
        ("good", "128 products of Aurora Outdoor are here, last read 2 h ago.")
    ]
    assert products.read([SHOP], {}, NOW)[0].state is State.UNKNOWN


def test_what_needs_a_look_comes_first():
    states = [State.GOOD, State.UNKNOWN, State.ATTENTION, State.GOOD]
    found = worst_first(Check(state=state, sentence=str(number)) for number, state in enumerate(states))
    assert [one.sentence for one in found] == ["2", "1", "0", "3"]


EVERYTHING = SpentFacts(
    differing=((date(2026, 11, 9), ""),), zones=("1", "2"), currencies=("1", "2"), corrected=(date(2026, 11, 9),),
    deleted=("1",), moves_since=date(2026, 11, 9),
)  # fmt: skip


def test_every_sentence_comes_from_the_catalogue():
    names = replace(SHOP, account_name="1"), replace(META_ADS, account_name="2", company="3", platform_name="4")
    with words.speaking(made_up()):
        found = [
            *completeness.complete(names, NOW), *completeness.complete((), NOW), *completeness.asked(names, NOW),
            *connections.problems(names),
            *connections.to_reconnect(names), *connections.together(names, None), *connections.lasting(names, NOW),
            *costs.costed(names, {}), *recomputed.same(names, RecomputedFacts(orders=1, ad_days=1, differing=())),
            *recomputed.same(names, RecomputedFacts(orders=1, ad_days=1, differing=(date(2026, 11, 9),))),
            *spend.explained(names, {"meta": EVERYTHING}), *totals.agreeing(names, {}, kind="ads"),
            *products.read(names, {}, NOW),
        ]  # fmt: skip
        assert [one.sentence for one in found if bare(one.sentence) or bare(one.link) or bare(one.state.label)] == []


def test_costs_are_looked_up_for_what_was_really_sold(runtime, people):
    now, day = runtime.now(), runtime.now().date()

    def order(number: str, on: date, *, workspace="aurora", cancelled=None):
        return OrderRow(
            workspace_id=people[workspace], platform="shopify", account_id="61001", order_id=number, name=number,
            day=on, created_at=now, changed_at=now, cancelled_at=cancelled, currency="USD", total_micros=0,
            subtotal_micros=0, discount_micros=0, shipping_micros=0, tax_micros=0, refunded_micros=0,
        )  # fmt: skip

    def line(of: str, product: str | None, variant: str | None, *, quantity=1, workspace="aurora"):
        return LineRow(
            workspace_id=people[workspace], platform="shopify", account_id="61001", order_id=of,
            line_id=variant or "tip", product_id=product, variant_id=variant, title=f"Product {product}",
            quantity=quantity, total_micros=0,
        )  # fmt: skip

    def cost(of: str, micros: int | None):
        return UnitCost(
            workspace_id=people["aurora"], platform="shopify", account_id="61001", variant_id=of,
            source=CostSource.STORE, from_day=date.min, cost_micros=micros, currency="USD", noted_at=now,
        )  # fmt: skip

    with runtime.database.writing() as session:
        session.add_all([
            order("new", day), order("old", day - timedelta(days=40)), order("gone", day, cancelled=now),
            order("theirs", day, workspace="borealis"),
            line("new", "A", "a1"), line("new", "A", "a2", quantity=5), line("new", "B", "b1"), line("new", "C", "c1"),
            line("new", None, None), line("old", "D", "d1"), line("gone", "E", "e1"),
            line("theirs", "F", "f1", workspace="borealis"),
            cost("a1", 1), cost("a2", None), cost("b1", 0),
            Integration(workspace_id=people["aurora"], platform="shopify", account_id="61001", account_name="Aurora",
                        currency="USD", timezone="UTC", created_at=now, granted_at=now, first_day=day),
        ])  # fmt: skip
        session.flush()
        mark_stale(session, Owner(people["aurora"], "shopify", "61001"), [day])
    with runtime.database.reading() as session:
        found = sold_products(session, people["aurora"], first=day - timedelta(days=30), last=day)
    expected = SoldFacts(sold=4, without_cost=("Product A", "Product C"))
    assert found == {("shopify", "61001"): expected}, "a cost of zero is a cost; none, and no such variant, are not"
