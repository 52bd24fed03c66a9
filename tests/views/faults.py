"""What goes wrong in a store that was healthy, one thing at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select
from werkzeug import Response

from sandbox.standins.ads import AdsStandin
from sandbox.standins.meta_ads import STANDIN as META
from sandbox.store_data import variants
from tests.views.healthy import CEDAR, Store
from webapp.lifecycle.set_cost import drop_cost
from webapp.lifecycle.set_cost_rule import Said, set_cost_rule
from webapp.models.access import Grant
from webapp.models.cost_rule import CostKind
from webapp.models.data import OrderRow, VariantRow
from webapp.models.day_sum import AdDay, ProductDay, StoreDay
from webapp.models.integration import Integration
from webapp.models.rate import Rate
from webapp.models.sync import Coverage, Cursor
from webapp.platforms.shopify import roll as shopify_roll

Fault = Callable[[Store, pytest.MonkeyPatch], object]


def switched(slug: str, switch: str, *, hours: float = 0) -> Fault:
    """The platform shows a fault, and is read."""

    def fault(store: Store, _patch: object) -> None:
        store.acts.sandbox.switch(slug, switch)
        store.acts.sandbox.advance(hours=hours)
        store.reads()

    return fault


def only_switched(slug: str, switch: str) -> Fault:
    return lambda store, _patch: store.acts.sandbox.switch(slug, switch)


def both_revoked(store: Store, _patch: object) -> None:
    for slug in ("meta_ads", "tiktok_ads"):
        store.acts.sandbox.switch(slug, "access_revoked")
    store.reads()


def ends_soon(store: Store, _patch: object) -> None:
    login = col(Grant.login_id) == store.acts.integration(store.meta).login_id
    at = store.now + timedelta(days=10)
    store.change(Grant, login, access_expires_at=at, consent_ends_at=at)


def our_secret_is_wrong(store: Store, _patch: object) -> None:
    answer = Response(json.dumps({"error": "invalid_client"}), 401, content_type="application/json")
    store.acts.sandbox.instead = lambda asked: answer if "refresh_token" in asked else None
    store.acts.sandbox.advance(hours=2)
    store.reads()


def not_read_for_long(store: Store, _patch: object) -> None:
    store.acts.sandbox.advance(hours=1)
    for one in (store.shop, store.tiktok):
        store.acts.syncs(one)


def ended(verb: Callable[..., bool]) -> Fault:
    return lambda store, _patch: verb(
        store.acts.runtime, integration_id=store.meta, workspace_id=store.acts.workspace_id,
        person_id=store.acts.person_id,
    )  # fmt: skip


def another_account(store: Store, _patch: object) -> None:
    store.acts.connects("snapchat_ads", number=1)


def another_account_that_ends(store: Store, _patch: object) -> None:
    one = store.acts.connects("snapchat_ads", number=1)
    store.acts.sandbox.switch("snapchat_ads", "access_revoked")
    store.acts.syncs(one)


def a_hole(store: Store, _patch: object) -> None:
    """Two days in the middle are not here; what is newer is."""
    days = [store.today(6), store.today(5)]
    store.remove(Coverage, col(Coverage.platform) == "meta_ads", col(Coverage.day).in_(days))
    began = datetime.combine(days[0], time(), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    store.change(Cursor, col(Cursor.platform) == "meta_ads", through=began)


def a_hole_that_grows(store: Store, _patch: object) -> None:
    store.acts.sandbox.switch("meta_ads", "access_revoked")
    store.reads()
    store.acts.sandbox.advance(days=3)
    store.reads()


def out_of_reach(store: Store, _patch: object) -> None:
    store.change(Integration, col(Integration.id) == store.shop, reach_days=10)
    store.remove(Coverage, col(Coverage.platform) == "shopify", col(Coverage.day) == store.today(15))


def their_total_is(*micros: int) -> Callable[[Store, pytest.MonkeyPatch], None]:
    """Meta's own total of yesterday and the days before is by so much higher than its report by campaign."""

    def more(store: Store, patch: pytest.MonkeyPatch) -> None:
        real = AdsStandin.spent

        def spent(self, world, account, first, last):
            by = {store.today(back): amount for back, amount in enumerate(micros, start=1)} if self is META else {}
            return {day: spent + by.get(day, 0) for day, spent in real(self, world, account, first, last).items()}

        patch.setattr(AdsStandin, "spent", spent)

    return more


def in_another_zone(_store: Store, patch: pytest.MonkeyPatch) -> None:
    real = type(META)._described
    patch.setattr(type(META), "_described", lambda *asked: real(*asked) | {"timezone_name": "Europe/London"})


def in_another_currency(_store: Store, patch: pytest.MonkeyPatch) -> None:
    real = type(META)._days
    patch.setattr(type(META), "_days", lambda *asked: [one | {"account_currency": "USD"} for one in real(*asked)])


def compared(*faults: Fault, slug: str = "meta_ads", once: bool = False) -> Fault:
    """Held against the platform's total; what differs is read again and held against it once more."""

    def fault(store: Store, patch: pytest.MonkeyPatch) -> None:
        for one in faults:
            one(store, patch)
        integration = {"meta_ads": store.meta, "shopify": store.shop}[slug]
        store.acts.compares(integration)
        if not once:
            store.acts.sandbox.advance(minutes=11)
            store.reads()
            store.acts.compares(integration)

    return fault


def a_day_passes(store: Store, _patch: object) -> None:
    store.acts.sandbox.advance(days=1)
    store.reads()


def a_campaign_is_hidden(store: Store, _patch: object) -> None:
    store.acts.sandbox.switch("meta_ads", "hidden_rows")
    a_day_passes(store, _patch)


def fewer_orders_are_allowed(store: Store, _patch: object) -> None:
    store.acts.sandbox.switch("shopify", "hidden_rows")
    with store.acts.sandbox.world.changing() as data:
        for grant in data["grants"].values():
            grant["scopes"] = [one for one in grant["scopes"] if one != "read_all_orders"]
    # Every fifth order is hidden.
    store.sells(99_005, store.now + timedelta(hours=2))
    a_day_passes(store, _patch)


def an_order_fewer_is_counted_here(store: Store, _patch: object) -> None:
    yesterday = (col(Coverage.stream) == "orders", col(Coverage.day) == store.today(1))
    store.change(Coverage, *yesterday, rows=lambda one: one.rows - 1)


def of_meta(**values: object) -> Fault:
    return lambda store, _patch: store.change(Integration, col(Integration.id) == store.meta, **values)


def with_rates(store: Store, patch: pytest.MonkeyPatch) -> None:
    of_meta(currency="USD")(store, patch)
    with store.acts.runtime.database.writing() as session:
        session.add_all(
            Rate(day=store.today(back), base="EUR", quote="USD", rate="1.1", source="a bank", loaded_at=store.now)
            for back in range(40)
        )


def no_cost(store: Store, _patch: object) -> None:
    variant = next(one for one in variants(CEDAR) if one.cost is None)
    assert drop_cost(
        store.acts.runtime, workspace_id=store.acts.workspace_id, integration_id=store.shop,
        variant_id=str(variant.id), from_day=date.min,
    )  # fmt: skip


def a_guessed_cost(store: Store, _patch: object) -> None:
    no_cost(store, _patch)
    said = Said(kind=CostKind.GOODS, name="", from_day=date.min, share_ppm=400_000)
    assert set_cost_rule(store.acts.runtime, workspace_id=store.acts.workspace_id, integration_id=store.shop, said=said)


def nothing_sold(store: Store, _patch: object) -> None:
    store.shelf.tells = lambda seen: None
    with store.acts.runtime.database.reading() as session:
        every = session.exec(select(OrderRow)).all()
    store.forget(*every)


def off_by_one(table: type[StoreDay | ProductDay | AdDay], figure: str) -> Fault:
    def fault(store: Store, _patch: object) -> None:
        account = store.acts.integration(store.meta if table is AdDay else store.shop).account_id
        where = (col(table.account_id) == account, col(table.day) == store.today(3))
        store.change(table, *where, **{figure: lambda one: getattr(one, figure) + 1})

    return fault


def an_order_is(*, here: bool = True, source: str = "web", **more: object) -> Fault:
    def fault(store: Store, _patch: object) -> None:
        order = store.order()
        if not here:
            store.forget(order)
        if more:
            store.says(order, **more)
        store.shelf.source[int(order.order_id)] = source

    return fault


def an_order_is_cancelled(store: Store, _patch: object) -> None:
    store.says(store.order(), cancelled_at=store.now)
    store.acts.sandbox.advance(minutes=11)
    store.reads()


def an_older_order(store: Store, _patch: object) -> None:
    store.sells(7, store.now - timedelta(days=25))


def a_new_order(store: Store, _patch: object) -> None:
    store.sells(99_001, store.now + timedelta(minutes=3))
    store.acts.sandbox.advance(minutes=10)


def an_order_is_deleted_there(store: Store, _patch: object) -> None:
    gone = store.order().order_id
    store.shelf.tells = lambda seen: None if str(seen.order.id) == gone else seen


def too_many_to_list(store: Store, patch: pytest.MonkeyPatch) -> None:
    store.forget(store.order())
    patch.setattr(shopify_roll, "MOST_ORDERS", 10)


def a_variant_is_lost(store: Store, _patch: object) -> None:
    store.remove(VariantRow, col(VariantRow.variant_id) == str(variants(CEDAR)[0].id))


def a_new_variant(store: Store, _patch: object) -> None:
    store.shelf.variants = lambda shop: (*variants(shop), replace(variants(shop)[0], id=999, title="Fresh Tent"))
    store.shelf.made_at[999] = store.now


def a_variant_is_deleted_there(store: Store, _patch: object) -> None:
    store.shelf.variants = lambda shop: variants(shop)[1:]


def variants_are_hidden(store: Store, _patch: object) -> None:
    store.shelf.uncounted = 3
