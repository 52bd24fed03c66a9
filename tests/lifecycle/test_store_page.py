"""A page into our tables, on both databases: the newest word wins, and what left an order is gone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from sqlalchemy import text
from sqlmodel import select

from webapp.lifecycle.store_page import store_page
from webapp.models.data import LineRow, OrderRow, SpendRow
from webapp.models.integration import Integration
from webapp.platforms.records import Line, Order, Spend


def line(number: int, **changed: object) -> Line:
    one = Line(id=str(number), product_id=None, variant_id=None, title="Jacket\t\\N\n“forest”", sku=None, quantity=1,
               total_micros=7_000_000)  # fmt: skip
    return msgspec.structs.replace(one, **changed)


@pytest.fixture
def order(runtime) -> Order:
    now = runtime.now()
    return Order(id="1", name="#1", created_at=now, changed_at=now, cancelled_at=None, day=now.date(), currency="USD",
                 total_micros=2**40, subtotal_micros=0, discount_micros=0, shipping_micros=0, tax_micros=0,
                 refunded_micros=0, lines=(line(1), line(2)), refunds=())  # fmt: skip


@pytest.fixture(params=[False, True], ids=["", "taken-for-new"])
def store(request, acts, runtime):
    """Whatever is expected to be here already, the outcome is the same."""
    connected = acts.connects("shopify")

    def stored(*records):
        with runtime.database.writing() as session:
            one = session.get_one(Integration, connected)
            return store_page(session, one, records, read_at=runtime.now(), all_new=request.param)

    return stored


def rows(runtime, table):
    with runtime.database.reading() as session:
        return session.exec(select(table)).all()


def test_what_was_stored_reads_back_as_it_was(runtime, store, order):
    assert store(order) == {order.day}
    (found,) = rows(runtime, OrderRow)
    assert (found.created_at, found.day, found.cancelled_at) == (order.created_at, order.day, None)
    assert (found.name, found.total_micros) == ("#1", 2**40)
    assert {one.title for one in rows(runtime, LineRow)} == {order.lines[0].title}


@pytest.mark.parametrize("second", [timedelta(0), timedelta(microseconds=7), timedelta(milliseconds=500)])
def test_an_instant_is_kept_as_the_tables_themselves_keep_it(runtime, store, order, second):
    at = datetime(2026, 3, 8, 23, 30, tzinfo=timezone(timedelta(hours=-5, minutes=-30))) + second
    store(msgspec.structs.replace(order, created_at=at))
    with runtime.database.writing() as session:
        (found,) = session.exec(select(OrderRow).where(OrderRow.created_at == at))
        session.add(OrderRow(**{**found.model_dump(), "order_id": "2"}))
    with runtime.database.reading() as session:
        kept = session.execute(text("SELECT created_at FROM store_order ORDER BY order_id")).scalars().all()
    assert kept[0] == kept[1]


def test_a_line_taken_off_an_order_is_gone_and_the_rest_is_as_it_is_now(runtime, store, order):
    other = msgspec.structs.replace(order, id="2")
    store(order, other)
    later = order.changed_at + timedelta(hours=1)
    new = msgspec.structs.replace(order, id="3")
    store(msgspec.structs.replace(order, changed_at=later, lines=(line(2, quantity=5), line(3))), new)
    found = {(one.order_id, one.line_id): one.quantity for one in rows(runtime, LineRow)}
    assert found == {("1", "2"): 5, ("1", "3"): 1, **{(id, number): 1 for id in "23" for number in "12"}}
    assert {one.order_id: one.changed_at for one in rows(runtime, OrderRow)}["1"] == later


def test_two_records_of_a_page_with_one_key_are_one_and_the_later_stays(runtime, store, order):
    store(order, msgspec.structs.replace(order, name="#1b", lines=(line(2), line(2, quantity=9))))
    assert [one.name for one in rows(runtime, OrderRow)] == ["#1b"]
    assert [(one.line_id, one.quantity) for one in rows(runtime, LineRow)] == [("2", 9)]


def test_restated_spend_replaces_and_a_page_rolled_back_leaves_nothing(runtime, store, order):
    spend = Spend(campaign_id="c", campaign_name="Autumn", day=order.day, spend_micros=1, currency="USD", impressions=1,
                  clicks=1, conversions_micros=0, value_micros=0)  # fmt: skip
    broken = msgspec.structs.replace(spend, campaign_name=None)
    for _ in range(2):
        with pytest.raises(Exception, match="campaign_name"):
            store(broken)
    assert rows(runtime, SpendRow) == []
    store(spend, msgspec.structs.replace(spend, spend_micros=2))
    store(msgspec.structs.replace(spend, spend_micros=3))
    assert [one.spend_micros for one in rows(runtime, SpendRow)] == [3]
