"""What was deleted at the platform is found out by itself, leaves every figure, and is remembered."""

from __future__ import annotations

from sqlmodel import func, select

from tests.lifecycle.cases import each
from webapp.models.data import LineRow, OrderRow, Tombstone
from webapp.models.sync import Outcome


def tombstones(acts):
    with acts.runtime.database.reading() as session:
        return session.exec(select(Tombstone)).all()


@each
def test_what_was_deleted_leaves_the_figures_and_a_tombstone(acts, slug):
    one = acts.connects(slug, shop="cedar.myshopify.com")
    assert acts.syncs(one) is Outcome.DONE
    before = acts.is_complete(one)
    assert tombstones(acts) == []
    acts.sandbox.switch(slug, "deleted_rows")
    acts.night_passes(one)
    gone = tombstones(acts)
    assert gone
    assert all(stone.amount_micros > 0 and stone.name for stone in gone)
    assert acts.is_complete(one) < before + 200
    assert acts.row(one).warning is None
    acts.night_passes(one)
    assert {note.settled_at is not None for note in acts.notes(one).values()} <= {True}, "the figures are equal again"


def test_what_was_deleted_while_nobody_could_tell_us_is_found_after_the_absence(acts):
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    acts.syncs(store)
    acts.sandbox.advance(days=1)
    acts.syncs(store)
    acts.sandbox.switch("shopify", "access_revoked")
    acts.syncs(store)
    acts.sandbox.switch("shopify", "deleted_rows")
    acts.sandbox.advance(days=20)
    acts.reconnects(store)
    acts.syncs(store)
    for _ in range(2):
        acts.compares(store)
        acts.sandbox.advance(minutes=15)
        acts.syncs(store)
    assert tombstones(acts)
    assert not acts.days_otherwise(store)
    assert acts.compared(store).too_many == 0


def test_with_an_order_go_its_lines(acts):
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    acts.syncs(store)
    acts.sandbox.switch("shopify", "deleted_rows")
    acts.night_passes(store)
    with acts.runtime.database.reading() as session:
        orphans = session.exec(
            select(func.count()).select_from(LineRow).where(LineRow.order_id.not_in(select(OrderRow.order_id)))
        ).one()
    assert orphans == 0


@each
def test_what_comes_back_loses_its_tombstone(acts, slug):
    one = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(one)
    acts.sandbox.switch(slug, "deleted_rows")
    acts.night_passes(one)
    assert tombstones(acts)
    acts.sandbox.switch(slug, "deleted_rows", on=False)
    acts.sandbox.switch(slug, "late_data")
    acts.night_passes(one)
    acts.night_passes(one)
    assert acts.is_complete(one) > 300
    assert tombstones(acts) == []
