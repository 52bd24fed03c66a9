"""What a page reads of a day is what the day's rows come to, after whatever happened to them and in whatever order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import col, select

from webapp.database import Database
from webapp.lifecycle.bury import bury_unlisted, bury_unseen
from webapp.lifecycle.migrate import migrate, roll_back
from webapp.lifecycle.note_costs import note_store_costs
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.store_page import store_page
from webapp.lifecycle.sum_days import mark_stale, owner_of, sum_some, sum_stale_days
from webapp.models.columns import opaque_id
from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow
from webapp.models.day_sum import AdDay, Because, CostSource, ProductDay, StaleDay, StoreDay, UnitCost
from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.platforms import registry
from webapp.platforms.records import Line, Order, Refund, Spend, Variant
from webapp.queries.cost_rules import store_costs
from webapp.queries.day_figures import ad_figures, product_totals, store_figures
from webapp.queries.day_rows import days_sold
from webapp.queries.money_of import Exchange
from webapp.queries.profit import tally
from webapp.settings import Settings

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = NOON.date()
FIRST, LAST = TODAY - timedelta(days=30), TODAY + timedelta(days=30)
EVERY_DAY = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
MONEY = Exchange("USD", {("EUR", day): Decimal(2) for day in EVERY_DAY})
AMOUNT = st.integers(0, 10**12)
DAYS = st.integers(0, 5).map(lambda number: TODAY + timedelta(days=number))
IDS = st.sampled_from("123")
VARIANTS = st.sampled_from(["a", "b", "c", None])
MARKETS = st.sampled_from(["", "CAD", "EUR"])
ORDERS, SPEND_STREAM = registry()["shopify"].stream("orders"), registry()["meta_ads"].stream("daily_spend")


@st.composite
def orders(draw: st.DrawFn, ids=IDS, variants=VARIANTS, least: int = 0, apart: int = 1) -> Order:
    number = draw(ids)
    # The same order comes back on the day it had or, after the store moved its clock, on one beside it.
    day = TODAY + timedelta(days=int(number) % 3 + draw(st.integers(0, apart)))
    lines = draw(st.lists(st.tuples(variants, st.integers(1, 5), AMOUNT), min_size=least, max_size=3))
    back = draw(st.lists(AMOUNT, max_size=2))
    return Order(
        id=number, name=f"#{number}", created_at=NOON, changed_at=NOON,
        cancelled_at=draw(st.sampled_from([None, None, NOON])),
        day=day, currency="USD", total_micros=draw(AMOUNT), subtotal_micros=0, discount_micros=draw(AMOUNT),
        shipping_micros=draw(AMOUNT), tax_micros=draw(AMOUNT), refunded_micros=sum(back), market=draw(MARKETS),
        lines=tuple(Line(id=f"{number}{at}", product_id=None, variant_id=variant, title=f"{variant}", sku=None,
                         quantity=many, total_micros=total) for at, (variant, many, total) in enumerate(lines)),
        refunds=tuple(Refund(id=f"{number}-{at}", order_id=number, created_at=NOON, day=day + timedelta(days=2 + at),
                             amount_micros=amount, currency="USD") for at, amount in enumerate(back)),
    )  # fmt: skip


SPENT = st.builds(
    Spend, campaign_id=IDS, campaign_name=st.just("Autumn"), day=DAYS, spend_micros=AMOUNT, currency=st.just("EUR"),
    impressions=AMOUNT, clicks=AMOUNT, conversions_micros=AMOUNT, value_micros=AMOUNT,
)  # fmt: skip
COSTS = st.builds(
    Variant, id=st.sampled_from("abc"), product_id=st.just("p"), title=st.just("x"), sku=st.none(),
    price_micros=st.none(), unit_cost_micros=st.one_of(st.none(), AMOUNT), currency=st.sampled_from(["USD", "CAD"]),
)  # fmt: skip
RULES = st.tuples(
    st.sampled_from(CostKind), st.sampled_from(["", "rent"]), st.one_of(st.just(date.min), DAYS),
    st.integers(0, 1_000_000), AMOUNT, AMOUNT,
)  # fmt: skip
BY_HAND = st.tuples(st.sampled_from("abc"), MARKETS, st.one_of(st.just(date.min), DAYS), AMOUNT)
SAID = st.one_of(
    st.tuples(st.just("by hand"), BY_HAND),
    st.tuples(st.just("by hand"), BY_HAND),
    st.tuples(st.just("rule"), RULES),
    st.tuples(st.just("costs"), st.lists(COSTS, min_size=1, max_size=2)),
)
# Few things of which much is said, and that were sold while it was being said.
SOLD = st.tuples(*(orders(st.just(number), st.sampled_from(["a", "b"]), 2, 12) for number in "12345678"))
HAPPENING = st.one_of(
    st.tuples(st.just("page"), st.lists(orders(), min_size=1, max_size=3)),
    st.tuples(st.just("spend"), st.lists(SPENT, min_size=1, max_size=4)),
    st.tuples(st.just("costs"), st.lists(COSTS, min_size=1, max_size=2)),
    st.tuples(st.just("unlisted"), st.tuples(DAYS, st.sets(IDS, max_size=1))),
    st.tuples(st.just("unseen"), DAYS),
)
STEPS = st.lists(st.tuples(HAPPENING, st.sampled_from([True, True, False])), min_size=3, max_size=8)


class Place:
    """One workspace with a store and an ad account, and rows that nobody fetched."""

    def __init__(self, database: Database) -> None:
        self.database, self.now, self.workspace_id = database, NOON, opaque_id()
        with database.writing() as session:
            session.add(Workspace(id=self.workspace_id, name="Aurora", created_at=NOON))
            session.flush()
            self.store, self.ads = (self._integration(session, slug) for slug in ("shopify", "meta_ads"))

    def _integration(self, session, slug: str) -> str:
        one = Integration(
            workspace_id=self.workspace_id, platform=slug, account_id="1", account_name="Aurora", currency="USD",
            timezone="UTC", created_at=NOON, granted_at=NOON, first_day=FIRST,
        )  # fmt: skip
        session.add(one)
        session.flush()
        return one.id

    def takes(self, kind: str, what) -> None:
        """One thing that happens, in one transaction as the sync has it. Every one is a day later than the last."""
        self.now += timedelta(days=1)
        with self.database.writing() as session:
            store, ads = (session.get_one(Integration, one) for one in (self.store, self.ads))
            if kind == "page":
                mark_stale(session, owner_of(store), store_page(session, store, what, read_at=self.now))
            elif kind == "spend":
                mark_stale(session, owner_of(ads), store_page(session, ads, what, read_at=self.now))
            elif kind == "costs":
                store_page(session, store, what, read_at=self.now)
                note_store_costs(session, store, self.now)
            elif kind == "by hand":
                variant, market, since, micros = what
                session.merge(
                    UnitCost(
                        workspace_id=self.workspace_id, platform=store.platform, account_id=store.account_id,
                        variant_id=variant, source=CostSource.HAND, market=market, from_day=since, cost_micros=micros,
                        currency="USD", noted_at=self.now,
                    )
                )  # fmt: skip
                session.flush()
                sold = days_sold(session, owner_of(store), [variant], since=since)
                mark_stale(session, owner_of(store), sold, Because.COSTS)
            elif kind == "rule":
                of, name, since, share, order, month = what
                session.merge(
                    CostRule(
                        workspace_id=self.workspace_id, platform=store.platform, account_id=store.account_id, kind=of,
                        name=name if of is CostKind.FIXED else "", from_day=since, currency="USD", noted_at=self.now,
                        share_ppm=share if "share" in of.parts else 0,
                        order_micros=order if "order" in of.parts else 0,
                        month_micros=month if "month" in of.parts else 0,
                    )
                )  # fmt: skip
            elif kind == "unlisted":
                bury_unlisted(session, store, ORDERS, what[0], frozenset(what[1]), self.now)
            elif kind == "unseen":
                bury_unseen(
                    session,
                    ads,
                    SPEND_STREAM,
                    first=what,
                    last=what,
                    read_since=self.now,
                    hidden=frozenset(),
                    now=self.now,
                )
            else:
                for one in (store, ads):
                    while sum_some(session, owner_of(one), self.now):
                        pass

    def shown(self):
        with self.database.reading() as session:
            stores = store_figures(session, self.workspace_id, FIRST, LAST)
            ads = ad_figures(session, self.workspace_id, FIRST, LAST)
            costs = store_costs(session, [session.get_one(Integration, self.store)], self.workspace_id)
            defaults = [share for one in costs for share in one.defaults]
            products = product_totals(session, self.workspace_id, FIRST, LAST, defaults)
        sums = tally(stores, ads, MONEY, costs, EVERY_DAY).by_day
        return (
            {one.day: (one.currency, one.orders, one.units, one.sales_micros, one.discount_micros, one.shipping_micros,
                       one.tax_micros, one.refund_micros, one.goods_micros, one.uncosted_micros) for one in stores},
            {one.day: (one.currency, one.spend_micros, one.impressions, one.clicks, one.conversions_micros,
                       one.value_micros) for one in ads},
            {one.variant_id: (one.units, one.sales_micros, one.goods_micros, one.uncosted_micros, one.uncosted_units,
                              one.assumed_micros, one.assumed_units) for one in products},
            {day: (one.assumed, one.assumed_for, one.uncosted, one.fees, one.postage, one.fixed, one.profit)
             for day, one in sums.items()},
        )  # fmt: skip

    def recomputed(self):
        """The same the slow way, a row at a time, by the words of docs/profit.md."""
        stores, ads, products = (
            defaultdict(lambda: [0] * 9),
            defaultdict(lambda: [0] * 5),
            defaultdict(lambda: [0] * 7),
        )
        unknown = defaultdict(int)
        with self.database.reading() as session:

            def mine(table):
                return session.exec(select(table).where(table.workspace_id == self.workspace_id)).all()

            placed = {one.order_id: one for one in mine(OrderRow)}
            costs = sorted(mine(UnitCost), key=lambda one: one.from_day)
            for one in placed.values():
                stands = one.cancelled_at is None
                row = (1, 0, one.total_micros, one.discount_micros, one.shipping_micros, one.tax_micros)
                for at, amount in enumerate(row):
                    stores[one.day][at] += amount if stands else 0
                stores[one.day][2] += one.refunded_micros
            for one in mine(RefundRow):
                stores[one.day][6] += one.amount_micros
            units = {
                (order.day, one.variant_id, order.market): unit_cost(costs, one.variant_id, order.market, order.day)
                for one in mine(LineRow)
                for order in (placed[one.order_id],)
                if order.cancelled_at is None
            }
            for one in mine(LineRow):
                order = placed[one.order_id]
                if order.cancelled_at is not None:
                    continue
                unit = units[order.day, one.variant_id, order.market]
                if not all(amount is not None for (day, variant, _), amount in units.items()
                           if (day, variant) == (order.day, one.variant_id)):  # fmt: skip
                    # Not known in one of the day's markets is not known.
                    unit = None
                stores[order.day][1] += one.quantity
                stores[order.day][7 if unit is not None else 8] += (
                    one.total_micros if unit is None else unit * one.quantity
                )
                product = products[one.variant_id or ""]
                for at, amount in enumerate((one.quantity, one.total_micros, (unit or 0) * one.quantity,
                                             one.total_micros if unit is None else 0,
                                             one.quantity if unit is None else 0)):  # fmt: skip
                    product[at] += amount
                if unit is None:
                    unknown[one.variant_id or "", order.day, "sold"] += one.total_micros
                    unknown[one.variant_id or "", order.day, "units"] += one.quantity
            rules = sorted(mine(CostRule), key=lambda one: one.from_day)
            for one in mine(SpendRow):
                row = (one.spend_micros, one.impressions, one.clicks, one.conversions_micros, one.value_micros)
                ads[one.day] = [a + b for a, b in zip(ads[one.day], row, strict=True)]
        for (variant, day, what), amount in unknown.items():
            for share in in_effect(rules, CostKind.GOODS, day):
                at, found = (5, nearest(amount, share.share_ppm)) if what == "sold" else (6, amount)
                products[variant][at] += found
        return (
            {day: ("USD", *row) for day, row in stores.items()},
            {day: ("EUR", *row) for day, row in ads.items()},
            {variant: tuple(row) for variant, row in products.items()},
            {day: self.left_over(day, stores[day], ads[day], rules)
             for day in (EVERY_DAY if rules else sorted(stores.keys() | ads.keys()))},
        )  # fmt: skip

    def left_over(self, day: date, sold: list[int], spent: list[int], rules: list[CostRule]):
        """Profit the slow way, and what of it comes from what was entered."""
        orders, _, sales, _, _, tax, refunds, goods, uncosted = sold
        assumed = sum(nearest(uncosted, rule.share_ppm) for rule in in_effect(rules, CostKind.GOODS, day))
        has_default = bool(in_effect(rules, CostKind.GOODS, day))
        fees, postage, fixed = (
            sum(
                nearest(sales, rule.share_ppm) + orders * rule.order_micros + of_month(rule.month_micros, day)
                for rule in in_effect(rules, kind, day)
            )
            for kind in (CostKind.FEES, CostKind.POSTAGE, CostKind.FIXED)
        )
        profit = sales - tax - refunds - goods - assumed - 2 * spent[0] - fees - postage - fixed
        return (assumed, uncosted if has_default else 0, 0 if has_default else uncosted, fees, postage, fixed, profit)


def unit_cost(costs: list[UnitCost], variant: str | None, market: str, day: date) -> int | None:
    """What a person says goes before the store, and what is said of this market before what is said of all; of those
    the last that began by then. `costs` oldest first."""
    known = [cost for cost in costs if cost.variant_id == variant and cost.from_day <= day]
    for source in (CostSource.HAND, CostSource.STORE):
        for where in dict.fromkeys((market, "")):
            found = [cost for cost in known if (cost.source, cost.market) == (source, where)]
            if found:
                return found[-1].cost_micros if found[-1].currency == "USD" else None
    return None


def in_effect(rules: list[CostRule], kind: CostKind, day: date) -> list[CostRule]:
    """The last one of each name that began by then; `rules` oldest first."""
    return list({rule.name: rule for rule in rules if rule.kind is kind and rule.from_day <= day}.values())


def nearest(micros: int, ppm: int) -> int:
    return floor(Fraction(micros * ppm, 1_000_000) + Fraction(1, 2))


def of_month(micros: int, day: date) -> int:
    """So much of the month is over that evening, less what was over that morning."""
    length = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day.replace(day=1)).days
    return floor(Fraction(micros * day.day, length)) - floor(Fraction(micros * (day.day - 1), length))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    migrate(made)
    yield made
    made.engine.dispose()


# Not shrunk: every step of every try would be another dozen commits.
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(steps=STEPS)
def test_after_anything_that_happens_the_sums_are_what_the_rows_come_to(database, steps):
    place = Place(database)
    for (kind, what), summed in steps:
        place.takes(kind, what)
        assert place.shown() == place.recomputed(), kind
        if summed:
            place.takes("summed", None)
            assert place.shown() == place.recomputed(), f"summed after {kind}"
    place.takes("summed", None)
    with database.reading() as session:
        left = session.exec(select(StaleDay).where(StaleDay.workspace_id == place.workspace_id)).all()
    assert left == []
    assert place.shown() == place.recomputed()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)  # fmt: skip
@given(sold=SOLD, said=st.lists(SAID, min_size=6, max_size=12))
def test_whatever_is_said_of_costs_profit_is_what_the_rows_and_the_words_come_to(database, sold, said):
    place = Place(database)
    place.takes("page", list(sold))
    for kind, what in said:
        place.takes(kind, what)
    assert place.shown() == place.recomputed()
    place.takes("summed", None)
    assert place.shown() == place.recomputed()


def an_order(number: str = "1", day: date = TODAY, **changed: object) -> Order:
    base = {"id": number, "name": f"#{number}", "created_at": NOON, "changed_at": NOON, "cancelled_at": None,
            "day": day,
            "currency": "USD", "total_micros": 50_000_000, "subtotal_micros": 0, "discount_micros": 0,
            "shipping_micros": 5_000_000, "tax_micros": 4_000_000, "refunded_micros": 0, "refunds": (),
            "lines": (Line(id=f"{number}1", product_id="p", variant_id="a", title="Jacket", sku=None, quantity=2,
                           total_micros=41_000_000),)}  # fmt: skip
    return Order(**(base | changed))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_cost_counts_from_the_day_it_is_seen_and_the_first_one_for_all_days_before(database):
    place = Place(database)
    early, late = TODAY, TODAY + timedelta(days=5)

    def costs(micros):
        place.takes("costs", [Variant(id="a", product_id="p", title="Jacket", sku=None, price_micros=None,
                                      unit_cost_micros=micros, currency="USD")])  # fmt: skip

    place.takes("page", [an_order("1", early), an_order("2", late)])
    assert {day: row[8] for day, row in place.shown()[0].items()} == {early: 0, late: 0}
    assert {day: row[9] for day, row in place.shown()[0].items()} == {early: 41_000_000, late: 41_000_000}
    costs(7_000_000)
    costs(9_000_000)
    assert {day: row[8] for day, row in place.shown()[0].items()} == {early: 14_000_000, late: 18_000_000}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_person_says_goes_before_what_the_store_says_later(database):
    place, late = Place(database), TODAY + timedelta(days=9)
    place.takes("page", [an_order("1", late)])
    place.takes("by hand", ("a", "", TODAY, 5_000_000))
    for micros in (7_000_000, 9_000_000):
        place.takes("costs", [Variant(id="a", product_id="p", title="Jacket", sku=None, price_micros=None,
                                      unit_cost_micros=micros, currency="USD")])  # fmt: skip
    assert {day: row[8] for day, row in place.shown()[0].items()} == {late: 10_000_000}


def test_what_was_there_before_the_sums_is_summed_and_the_way_back_leaves_the_rows(database, database_url, tmp_path):
    place = Place(database)
    place.takes("page", [an_order()])
    place.takes("costs", [Variant(id="a", product_id="p", title="Jacket", sku=None, price_micros=None,
                                  unit_cost_micros=1_000_000, currency="USD")])  # fmt: skip
    before = place.shown()
    roll_back(database, "0009")
    migrate(database)
    assert place.shown() == before
    runtime = Runtime(Settings.from_env({"ENV": "demo", "DATABASE_URL": database_url}, instance=tmp_path))
    sum_stale_days(runtime)
    runtime.database.engine.dispose()
    with database.reading() as session:
        assert session.exec(select(StaleDay)).all() == []
        assert session.exec(select(func.count()).select_from(StoreDay)).one() == 1
        assert session.exec(select(col(ProductDay.goods_micros))).all() == [2_000_000]
        assert session.exec(select(AdDay)).all() == []
    assert place.shown() == before
