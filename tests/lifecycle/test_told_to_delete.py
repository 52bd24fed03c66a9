"""What was deleted at the platform, and what a platform asks us to delete: done, and no more than that."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, func, select

from tests.acts import Acts
from tests.signals import ANA_AT_META, AURORA, CEDAR, CEDAR_ID, shop
from webapp.lifecycle.pause import pause, resume
from webapp.models.access import Ending, Grant, Login
from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.data import LineRow, OrderRow, RefundRow, SpendRow, Tombstone, VariantRow
from webapp.models.health import Health
from webapp.models.integration import Event
from webapp.models.stand_in import StandIn, StandInKind
from webapp.models.sync import Coverage, Cursor, Outcome
from webapp.models.trouble import Receipt
from webapp.queries import wording

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HELD = (OrderRow, LineRow, RefundRow, VariantRow, Tombstone, Coverage, Cursor, Receipt)
REDACT = {"shop_id": CEDAR_ID, "shop_domain": CEDAR}
CUSTOMER = {"id": 191167, "email": "john@customer.test", "phone": "555-625-1199"}


def counted(runtime, *tables) -> int:
    with runtime.database.reading() as session:
        return sum(session.exec(select(func.count()).select_from(table)).one() for table in tables)


def stones(runtime, stream: str) -> list[Tombstone]:
    with runtime.database.reading() as session:
        return list(session.exec(select(Tombstone).where(Tombstone.stream == stream)))


# -- records ------------------------------------------------------------------------------------------------------


@sqlite
def test_deleted_orders_leave_within_one_sync(platforms, acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    before = {one[0] for one in sandbox.truth("shopify", str(CEDAR_ID), "orders")}
    sandbox.switch("shopify", "deleted_rows")
    gone = sorted(before - {one[0] for one in sandbox.truth("shopify", str(CEDAR_ID), "orders")})
    assert gone
    for number in reversed(gone):
        platforms.webhook("orders/delete", {"id": int(number)})
    while platforms.clock_ticks():
        pass
    assert acts.syncs(store) is Outcome.DONE
    acts.is_complete(store)
    assert sorted(stone.record_id for stone in stones(runtime, "orders")) == gone


@sqlite
def test_an_order_that_is_still_there_stays(platforms, acts, sandbox, runtime):
    """Told of another topic's record, of one of another shop, twice, or of one that was never held."""
    store, other = acts.connects("shopify", shop=CEDAR), acts.connects("shopify", shop=AURORA)
    acts.syncs(store)
    with runtime.database.reading() as session:
        order = session.exec(select(OrderRow.order_id)).first()
    for domain in (CEDAR, CEDAR, AURORA, "nobody.myshopify.com"):
        platforms.webhook("orders/delete", {"id": int(order)}, domain=domain)
    platforms.webhook("orders/delete", {"id": 1})
    platforms.clock_ticks()
    assert sorted(platforms.outcomes()) == ["asked_again", "not_ours", "nothing_held", "nothing_held"]
    assert acts.syncs(store) is Outcome.DONE
    acts.is_complete(store)
    assert stones(runtime, "orders") == []
    assert acts.integration(other).last_success_at is None


@sqlite
def test_a_deleted_product_is_remembered_and_what_it_cost_is_kept(platforms, acts, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    row = acts.integration(store)
    with runtime.database.writing() as session:
        session.add(
            VariantRow(workspace_id=row.workspace_id, platform="shopify", account_id=row.account_id, variant_id="99",
                       product_id="9", title="Old lantern", unit_cost_micros=4_000_000, currency="EUR",
                       seen_at=runtime.now() - timedelta(days=1))
        )  # fmt: skip
    acts.syncs(store)
    assert stones(runtime, "products") == [], "the catalogue is read every six hours"
    platforms.webhook("products/delete", {"id": 9})
    platforms.clock_ticks()
    acts.syncs(store)
    (stone,) = stones(runtime, "products")
    assert (stone.record_id, stone.name, stone.amount_micros) == ("99", "Old lantern", 4_000_000)
    with runtime.database.reading() as session:
        assert session.get(VariantRow, (row.workspace_id, "shopify", row.account_id, "99")) is not None


def say_what_it_costs(runtime, one) -> None:
    """What a person entered goes with the account's data."""
    owner = {"workspace_id": one.workspace_id, "platform": one.platform, "account_id": one.account_id}
    now = runtime.now()
    with runtime.database.writing() as session:
        session.add_all([
            CostRule(**owner, kind=CostKind.FEES, name="", from_day=now.date(), currency="EUR", noted_at=now),
            StandIn(**owner, day=now.date(), kind=StandInKind.HAND, spend_micros=1, currency="EUR", person_id="p",
                    noted_at=now),
        ])  # fmt: skip


# -- a whole shop -------------------------------------------------------------------------------------------------


def test_a_shop_is_deleted_everywhere_when_its_time_has_come(platforms, acts, sandbox, people, runtime):
    bob = Acts(runtime, sandbox, people["bob"], people["borealis"])
    store, his = acts.connects("shopify", shop=CEDAR), bob.connects("shopify", shop=CEDAR)
    for someone, one in ((acts, store), (bob, his)):
        someone.syncs(one)
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    spend = counted(runtime, SpendRow)
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    say_what_it_costs(runtime, acts.integration(store))
    held = counted(runtime, *HELD)
    # Sent before its time, or kept from another time: the merchant was promised two days.
    platforms.webhook("shop/redact", REDACT)
    platforms.clock_ticks()
    assert counted(runtime, *HELD) == held > 1000
    sandbox.advance(hours=47)
    platforms.clock_ticks()
    assert counted(runtime, *HELD) == held
    sandbox.advance(hours=1, minutes=1)
    platforms.webhook("shop/redact", REDACT)
    platforms.clock_ticks()
    assert platforms.outcomes() == ["confirmed", "erased"]
    with runtime.database.reading() as session:
        for table in (OrderRow, LineRow, RefundRow, VariantRow, Tombstone):
            assert session.exec(select(table)).first() is None, table
        assert session.exec(select(Coverage).where(Coverage.platform == "shopify")).first() is None
        left = {
            table.name
            for table in SQLModel.metadata.sorted_tables
            if table.name != "integration" and {"workspace_id", "platform", "account_id"} <= set(table.columns.keys())
            and session.execute(select(table).where(table.c.platform == "shopify")).first() is not None
        }  # fmt: skip
    assert left == set(), "every table of an account's numbers, whichever is added"
    assert counted(runtime, SpendRow) == spend
    row = acts.row(store)
    assert row.health is Health.NEEDS_RECONNECT
    assert "Nothing already imported is lost" not in row.sentence + row.incident.explanation.happened
    assert row.complete_through is None
    assert row.incident.explanation.since.date() <= acts.integration(store).first_day, "all of it is missing"
    back = acts.reconnects(store)
    assert back.ending is Ending.CONNECTED
    assert acts.row(store).health is Health.IMPORTING
    assert acts.syncs(store) is Outcome.DONE
    assert acts.is_complete(store) > 300, "a fresh backfill"


@sqlite
def test_a_shop_that_was_connected_again_keeps_everything(platforms, acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    platforms.webhook("shop/redact", REDACT)
    platforms.clock_ticks()
    sandbox.advance(hours=47)
    acts.reconnects(store)
    acts.syncs(store)
    held = counted(runtime, *HELD)
    for _ in range(6):
        sandbox.advance(hours=2)
        platforms.clock_ticks()
    platforms.webhook("shop/redact", REDACT, at=runtime.now() + timedelta(days=3))
    for _ in range(6):
        sandbox.advance(hours=2)
        platforms.clock_ticks()
    assert counted(runtime, *HELD) == held
    assert set(platforms.outcomes()) == {"confirmed", "not_so"}


@sqlite
def test_who_paused_a_shop_is_told_until_when_it_is_kept(platforms, acts, sandbox, runtime):
    """Nobody is written to, and nothing reads it: the page says it all the same, and what it says is kept."""
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    pause(runtime, integration_id=store, workspace_id=acts.workspace_id, person_id=acts.person_id)
    assert "makes us delete" not in acts.row(store).sentence
    sandbox.advance(hours=3)
    removed_at = runtime.now()
    sandbox.switch("shopify", "access_revoked")
    sandbox.advance(minutes=30)
    platforms.webhook("app/uninstalled", shop(), at=removed_at)
    platforms.clock_ticks()
    row = acts.row(store)
    assert row.health is Health.PAUSED
    until = wording.moment(removed_at + timedelta(hours=48), acts.integration(store).timezone)
    assert re.match(r"\w{3} \d+ \w{3}, \d\d:\d\d$", until)
    assert f"Resume and reconnect before {until}, or Shopify makes us delete the data of Cedar" in row.sentence
    assert acts.open_incidents() == []
    held = counted(runtime, *HELD)
    platforms.webhook("shop/redact", REDACT)
    for hours in (1, 45):
        sandbox.advance(hours=hours)
        platforms.clock_ticks()
        assert counted(runtime, *HELD) == held > 1000
    sandbox.advance(hours=2)
    platforms.webhook("shop/redact", REDACT)
    platforms.clock_ticks()
    assert counted(runtime, OrderRow) == 0
    assert "makes us delete" not in acts.row(store).sentence


@sqlite
def test_what_a_problem_says_a_pause_does_not_say_otherwise(acts, sandbox, runtime):
    """A permission that only expired ends nothing at the store, whoever paused it afterwards."""
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.switch("shopify", "token_expired")
    sandbox.advance(days=1)
    acts.syncs(store)
    pause(runtime, integration_id=store, workspace_id=acts.workspace_id, person_id=acts.person_id)
    assert "makes us delete" not in acts.row(store).sentence


@sqlite
def test_who_resumes_and_reconnects_in_time_keeps_everything(platforms, acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    who = {"integration_id": store, "workspace_id": acts.workspace_id, "person_id": acts.person_id}
    pause(runtime, **who)
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    sandbox.advance(hours=40)
    resume(runtime, **who)
    acts.reconnects(store)
    assert acts.syncs(store) is Outcome.DONE
    held = counted(runtime, *HELD)
    sandbox.advance(hours=10)
    platforms.webhook("shop/redact", REDACT)
    platforms.clock_ticks()
    assert counted(runtime, *HELD) == held > 1000
    assert acts.syncs(store) is Outcome.DONE
    assert acts.row(store).health is Health.CONNECTED


@sqlite
def test_a_platform_that_does_not_answer_deletes_nothing(platforms, acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.switch("shopify", "outage")
    platforms.webhook("shop/redact", REDACT)
    for _ in range(6):
        sandbox.advance(hours=20)
        platforms.clock_ticks()
    assert counted(runtime, OrderRow) > 300
    assert platforms.outcomes() == [None]


# -- people -------------------------------------------------------------------------------------------------------


@sqlite
def test_who_asks_meta_for_deletion_is_forgotten_and_can_follow_it(platforms, acts, sandbox, runtime, app, nobody):
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    sandbox.switch("meta_ads", "access_revoked")
    spend = counted(runtime, SpendRow)
    reply = platforms.deauthorize("data-deletion").get_json()
    assert set(reply) == {"url", "confirmation_code"}
    path = reply["url"].removeprefix("http://127.0.0.1:5000")
    assert "Being deleted" in nobody.client.get(path).text
    platforms.clock_ticks()
    page = nobody.client.get(path)
    assert "<h1>Deleted</h1>" in page.text
    assert reply["confirmation_code"] in page.text
    everything = dump(runtime)
    for word in ("ana@aurora.test", "Ana Alvarez", ANA_AT_META):
        assert word not in everything, word
    assert counted(runtime, SpendRow) == spend
    with runtime.database.reading() as session:
        assert session.exec(select(Grant).join(Login).where(Login.platform == "meta_ads")).first() is None
        assert session.exec(select(Event)).first() is not None
    assert acts.row(ads).health is Health.NEEDS_RECONNECT
    assert acts.reconnects(ads).ending is Ending.CONNECTED
    assert nobody.client.get("/deletions/no-such-code").status_code == 404


@sqlite
def test_of_somebody_unknown_nothing_is_kept_either(platforms, runtime, nobody):
    reply = platforms.deauthorize("data-deletion").get_json()
    platforms.deauthorize()
    platforms.clock_ticks()
    assert platforms.outcomes() == ["nothing_held", "not_ours"]
    assert ANA_AT_META not in dump(runtime)
    assert "Nothing is known of you" in nobody.client.get(reply["url"].removeprefix("http://127.0.0.1:5000")).text


@sqlite
def test_a_permission_that_works_is_not_deleted(platforms, acts, sandbox, nobody):
    ads = acts.connects("meta_ads")
    reply = platforms.deauthorize("data-deletion").get_json()
    for _ in range(5):
        sandbox.advance(minutes=3)
        platforms.clock_ticks()
    page = nobody.client.get(reply["url"].removeprefix("http://127.0.0.1:5000")).text
    assert "Nothing was deleted" in page
    assert acts.syncs(ads) is Outcome.DONE


@sqlite
def test_of_a_stores_customers_nothing_is_held(platforms, acts, sandbox, runtime):
    """After a full import, and after the platform has named one to us: no row of any table knows of them."""
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    data_request = {**REDACT, "customer": CUSTOMER, "orders_requested": [1], "data_request": {"id": 9999}}
    redact = {**REDACT, "customer": CUSTOMER, "orders_to_redact": [1, 2]}
    assert platforms.webhook("customers/data_request", data_request).status_code == 200
    assert platforms.webhook("customers/redact", redact).status_code == 200
    platforms.webhook("shop/update", shop(customer_email="john@customer.test"))
    platforms.clock_ticks()
    assert platforms.outcomes() == ["nothing_held", "nothing_held", "checked"]
    assert acts.is_complete(store) > 300
    everything = dump(runtime)
    for word in (*map(str, CUSTOMER.values()), "customer.test", "owner@cedar.test"):
        assert word not in everything, word
    asked = " ".join(one for one in sandbox.asked if "graphql" in one).lower()
    for word in ("customer", "email", "phone", "address", "firstname", "lastname", "note"):
        assert word not in asked, f"Shopify is asked for {word}"
    found = inspect(runtime.database.engine)
    for table in (one for one in found.get_table_names() if one.startswith("store_")):
        for column in found.get_columns(table):
            assert not re.search("customer|email|phone|address|buyer", column["name"]), (table, column)


def dump(runtime) -> str:
    """Every row of every table."""
    with runtime.database.reader.connect() as connection:
        tables = inspect(connection).get_table_names()
        return json.dumps([
            [str(value) for value in row]
            for table in tables if table not in ("person", "member")
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        ])  # fmt: skip
