"""A store and two ad accounts of one currency and one time zone without a fault, and what a test does to one of them.

It is read, summed and compared once; every test breaks a copy of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, col, delete, select

from sandbox import ad_data, shopify_graphql
from sandbox.ad_data import AdAccount, Campaign, SpendRow
from sandbox.standins import shopify
from sandbox.store_data import CENT, Order, Seen, Shop, Variant, variants
from tests.acts import Acts
from webapp.lifecycle.count_store import count_store
from webapp.lifecycle.count_stores import count_stores
from webapp.lifecycle.incident_mail import situation
from webapp.lifecycle.set_cost import set_cost
from webapp.lifecycle.sum_days import mark_stale, owner_of, sum_stale_days
from webapp.models.data import LineRow, OrderRow, RefundRow
from webapp.models.integration import Integration
from webapp.models.kept_roll import KeptRoll
from webapp.queries.board import board_of
from webapp.queries.help_checks import roll
from webapp.queries.help_checks.check import Check
from webapp.queries.help_topics import TOPICS, Here

DAYS = 21
CEDAR = shopify.SHOPS["cedar.myshopify.com"]
ORDERS_SEEN, VARIANT, SPENT = shopify.orders_seen, shopify_graphql._variant, ad_data._row


@dataclass
class Shelf:
    """What the store says of itself. Its orders are plain ones, placed in the online shop since its data begins here;
    `tells` says of single ones what else they are, None that there is no such order. `more` are there as well. After
    `until` nobody orders by himself."""

    since: date
    until: datetime
    tells: Callable[[Seen], Seen | None] = field(default=lambda seen: seen)
    more: list[Callable[[Shop], Seen]] = field(default_factory=list)
    source: dict[int, str] = field(default_factory=dict)
    variants: Callable[[Shop], tuple[Variant, ...]] = variants
    uncounted: int = 0
    made_at: dict[int, datetime] = field(default_factory=dict)

    def put_up(self, patch: pytest.MonkeyPatch) -> None:
        # No campaign rests: one that does looks like one that was deleted.
        patch.setattr(ad_data, "_row", _row)
        patch.setattr(shopify, "orders_seen", self._orders)
        patch.setattr(shopify_graphql, "_source", lambda order: self.source.get(order.id, "web"))
        patch.setattr(shopify_graphql, "variants", lambda shop: self.variants(shop))
        patch.setattr(shopify_graphql, "_variant", self._variant)
        counted = shopify_graphql._Root.productVariantsCount
        patch.setattr(
            shopify_graphql._Root, "productVariantsCount",
            lambda root, *args, **more: (found := counted(root, *args, **more))
            | {"count": int(found["count"]) + self.uncounted},
        )  # fmt: skip

    def _orders(self, shop: Shop, **asked: Any) -> Iterator[Seen]:
        for seen in ORDERS_SEEN(shop, **asked):
            if seen.order.day >= self.since and seen.order.at <= self.until:
                plain = replace(seen, order=replace(seen.order, test=False), cancelled_at=None)
                if (told := self.tells(plain)) is not None:
                    yield told
        yield from (one(shop) for one in self.more)

    def _variant(self, one: Variant, shop: Shop) -> dict[str, Any]:
        made_at = self.made_at.get(one.id)
        return VARIANT(one, shop) | ({"createdAt": made_at.strftime("%Y-%m-%dT%H:%M:%SZ")} if made_at else {})


def _row(account: AdAccount, campaign: Campaign, day: date, part: float, late: bool) -> SpendRow:
    row = SPENT(account, campaign, day, part, late)
    return row if row.spend else replace(row, spend=int(2_000 * part) * CENT)


@dataclass(frozen=True)
class Store:
    """A merchant's workspace, with words to break one thing in it and to hear every check there is."""

    acts: Acts
    shelf: Shelf
    shop: str
    meta: str
    tiktok: str

    @property
    def now(self) -> datetime:
        return self.acts.runtime.now()

    def today(self, back: int = 0) -> date:
        return self.acts.integration(self.shop).first_day + timedelta(days=DAYS - 1 - back)

    def change(self, row: type[SQLModel], *where: Any, **values: Any) -> None:
        """Say something else of these rows; they are there."""
        with self.acts.runtime.database.writing() as session:
            found = session.exec(select(row).where(*where)).all()
            assert found, row
            for one in found:
                for name, value in values.items():
                    setattr(one, name, value(one) if callable(value) else value)

    def remove(self, row: type[SQLModel], *where: Any) -> None:
        with self.acts.runtime.database.writing() as session:
            assert session.exec(select(row).where(*where)).first() is not None, row
            session.execute(delete(row).where(*where))

    def costs(self, variant: Variant, micros: int) -> None:
        assert set_cost(
            self.acts.runtime, workspace_id=self.acts.workspace_id, integration_id=self.shop,
            variant_id=str(variant.id), cost_micros=micros, from_day=date.min,
        )  # fmt: skip
        sum_stale_days(self.acts.runtime)

    def order(self, back: int = 12) -> OrderRow:
        """One of the last days' orders."""
        with self.acts.runtime.database.reading() as session:
            return session.exec(select(OrderRow).order_by(col(OrderRow.created_at).desc()).offset(back)).first()

    def forget(self, *orders: OrderRow) -> None:
        """As if these had never been read."""
        for one in orders:
            for row in (OrderRow, LineRow, RefundRow):
                with self.acts.runtime.database.writing() as session:
                    session.execute(delete(row).where(col(row.order_id) == one.order_id))
        with self.acts.runtime.database.writing() as session:
            owner = owner_of(session.get_one(Integration, self.shop))
            mark_stale(session, owner, {one.day for one in orders})
        sum_stale_days(self.acts.runtime)

    def says(self, of: OrderRow, **more: Any) -> None:
        """The store says this of an order: of the order itself, `cancelled_at` of what became of it."""
        cancelled = {"cancelled_at": more.pop("cancelled_at")} if "cancelled_at" in more else {}
        self.shelf.tells = lambda seen: (
            replace(seen, order=replace(seen.order, **more), **cancelled, changed_at=self.now if cancelled else
                    seen.changed_at)
            if str(seen.order.id) == of.order_id else seen
        )  # fmt: skip

    def sells(self, number: int, at: datetime) -> Order:
        """One more order, placed then."""

        def made(shop: Shop) -> Seen:
            like = next(ORDERS_SEEN(shop, first_day=self.acts.sandbox.world.first_day, now=self.now, late=None))
            order = replace(like.order, id=shop.number * 10_000_000 + number, name=f"#{number}", at=at, day=at.date(),
                            refund=None, cancelled_at=None, test=False)  # fmt: skip
            return Seen(order, at, None, None, 0)

        self.shelf.more.append(made)
        return made(CEDAR).order

    def reads(self, *more: str) -> None:
        """Every connection is read that may be, and summed."""
        for one in (*more, self.shop, self.meta, self.tiktok):
            if self.acts.integration(one).next_sync_at is not None:
                self.acts.syncs(one)
        sum_stale_days(self.acts.runtime)

    def places(self) -> dict[str, str]:
        """Every connection's id, by the first word of its platform's name."""
        with self.acts.runtime.database.reading() as session:
            return {one.platform.split("_")[0].replace("shopify", "shop"): one.id
                    for one in session.exec(select(Integration))}  # fmt: skip

    def checks(self, days: int = 30) -> list[Check]:
        """Whatever help says of this workspace, each thing once."""
        runtime, workspace_id, now = self.acts.runtime, self.acts.workspace_id, self.now
        with runtime.database.reading() as session:
            board = board_of(session, situation(runtime), workspace_id=workspace_id, can_change=True, platforms=())
            here = Here(session=session, workspace_id=workspace_id, board=board, now=now)
            found = [check for topic in TOPICS for check in topic.checks(here)]
        (shop,) = (one for one in board.rows if one.id == self.shop)
        count_store(runtime, workspace_id=workspace_id, integration_id=self.shop, days=days)
        count_stores(runtime)
        facts = count_store(runtime, workspace_id=workspace_id, integration_id=self.shop, days=days).facts
        found += roll.counted(shop, facts) if facts is not None else [roll.not_counted(shop)]
        return list(dict.fromkeys(found))


def in_other_words(check: Check) -> tuple[str, str]:
    """A check without the numbers and times in it, which another moment changes."""
    said = re.sub(r"(the longest ago:|last read|compared) .*", "", check.sentence)
    return check.state.value, re.sub(r"\b\d+ orders?\b|\b\d+ [A-Z][a-z]{2}\b|[\d,.]+", "#", said)


@dataclass(frozen=True)
class Healthy:
    """Where the store is kept, and what help says of it."""

    folder: Path
    world: dict[str, Any]
    people: dict[str, str]
    since: date
    until: datetime
    integrations: tuple[str, str, str]
    checks: list[Check]


def built(acts: Acts, people: dict[str, str], folder: Path, shelf: Shelf) -> Healthy:
    """Connected, read and compared, everything with a cost."""
    found = tuple(
        acts.connects(slug, number=number) for slug, number in (("shopify", 0), ("meta_ads", 1), ("tiktok_ads", 1))
    )
    store = Store(acts, shelf, *found)
    for one in found:
        store.change(Integration, col(Integration.id) == one, first_day=shelf.since)
    store.reads()
    for variant in variants(CEDAR):
        if variant.cost is None:
            store.costs(variant, variant.price // 2)
    for one in found:
        assert acts.compares(one) == 1
    checks = store.checks()
    # What was counted a moment ago is not counted again.
    store.remove(KeptRoll)
    acts.runtime.database.engine.dispose()
    return Healthy(folder, deepcopy(acts.sandbox.world.data), people, shelf.since, shelf.until, found, checks)
