"""A store in which exactly one thing is wrong: the check for it says so, why, and where it is put right; every other
check of the same workspace says what it always said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import col

from app import create_app
from tests.acts import Acts
from tests.installation import environ_of, people_of
from tests.sandbox_server import SandboxServer
from tests.views.faults import (
    Fault,
    a_campaign_is_hidden,
    a_guessed_cost,
    a_hole,
    a_hole_that_grows,
    a_new_order,
    a_new_variant,
    a_variant_is_deleted_there,
    a_variant_is_lost,
    an_older_order,
    an_order_fewer_is_counted_here,
    an_order_is,
    an_order_is_cancelled,
    an_order_is_deleted_there,
    another_account,
    another_account_that_ends,
    both_revoked,
    compared,
    ended,
    ends_soon,
    fewer_orders_are_allowed,
    in_another_currency,
    in_another_zone,
    no_cost,
    not_read_for_long,
    nothing_sold,
    of_meta,
    off_by_one,
    only_switched,
    our_secret_is_wrong,
    out_of_reach,
    switched,
    their_total_is,
    too_many_to_list,
    variants_are_hidden,
    with_rates,
)
from tests.views.healthy import Healthy, Shelf, Store, built, in_other_words
from tests.views.test_help import read
from webapp.lifecycle.count_stores import count_stores
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.pause import pause
from webapp.models.comparison import Comparison
from webapp.models.data import VariantRow
from webapp.models.day_sum import AdDay, ProductDay, StoreDay
from webapp.queries.help_checks.check import Check
from webapp.settings import Settings


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Healthy:
    folder = tmp_path_factory.mktemp("healthy")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'test.db')}"
    sandbox = SandboxServer(folder)
    app = create_app(Settings.from_env(environ_of(sandbox, url, folder), instance=folder))
    runtime = app.extensions["runtime"]
    people = people_of(runtime)
    shelf = Shelf(since=runtime.now().date() - timedelta(days=20), until=runtime.now())
    with pytest.MonkeyPatch.context() as patch:
        shelf.put_up(patch)
        found = built(Acts(runtime, sandbox, people["ana"], people["aurora"]), people, folder, shelf)
    sandbox.stop()
    return found


@pytest.fixture
def database_url(healthy: Healthy, tmp_path: Path) -> str:
    shutil.copytree(healthy.folder, tmp_path, dirs_exist_ok=True)
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def sandbox(healthy: Healthy, tmp_path: Path) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path)
    server.world.data.update(deepcopy(healthy.world))
    server.advance()
    yield server
    server.stop()


@pytest.fixture
def people(healthy: Healthy) -> dict[str, str]:
    return healthy.people


@pytest.fixture
def store(healthy: Healthy, acts: Acts, monkeypatch: pytest.MonkeyPatch) -> Store:
    shelf = Shelf(healthy.since, healthy.until)
    shelf.put_up(monkeypatch)
    return Store(acts, shelf, *healthy.integrations)


class Said(NamedTuple):
    """A check's state, its sentence as a pattern, and where it leads: to an integration of the store, to its days, or
    to a path."""

    state: str
    words: str
    leads: str = ""


def look(words: str, leads: str) -> Said:
    return Said("attention", words, leads)


def fine(words: str, leads: str = "") -> Said:
    return Said("good", words, leads)


def unknown(words: str, leads: str = "") -> Said:
    return Said("unknown", words, leads)


NAMED = r"Meta Ads \(Aurora Outdoor EU\)"
NONE_ENDS = fine(r"No permission of this workspace ends by itself\.")
ENDED_META = (
    look(rf"{NAMED}: Meta stopped accepting our permission\. Profit since .* leaves out Meta spend\.", "meta"),
    look(rf"{NAMED} needs a Reconnect\.", "meta"),
    look(rf"{NAMED}: .* Likely: someone removed Shopimize's access in Meta's settings\.", "meta"),
    NONE_ENDS,
)
ALONE = look(r"1 connection needs a Reconnect; it did not drop together with another\.", "/integrations")
STOPPED_META = look(r"Your Meta spend: complete up to today, .*, and it stopped there\.", "meta")
OFF_META = look(r"Your Meta spend: 1 day differs from Meta's own total: \d+ \w+\.", "meta days")
ON_DAY = r"Your Meta spend, \w+ \d+ \w+: "
STILL = r" Read again on .*, and it is still so\. Likely: "
HIGHER = rf"{ON_DAY}Meta's total is €40\.00 higher \(€[\d,]+; here €[\d,]+\)\.{STILL}"
CASES: dict[str, tuple[Fault, list[Said]]] = {
    # connections
    "a permission ended": (switched("meta_ads", "access_revoked"), [*ENDED_META, ALONE, STOPPED_META]),
    "an account is closed": (switched("meta_ads", "account_disabled"), [
        look(rf"{NAMED}: Aurora Outdoor EU is disabled at Meta\. Profit since .*", "meta"), STOPPED_META,
    ]),
    "two permissions ended": (both_revoked, [
        *ENDED_META, STOPPED_META,
        look(r"TikTok Ads \(.*\): TikTok stopped accepting our permission\. Profit since .*", "tiktok"),
        look(r"TikTok Ads \(.*\) needs a Reconnect\.", "tiktok"),
        look(r"TikTok Ads \(.*\): .* Likely: someone removed .*", "tiktok"),
        look(r"Your TikTok spend: complete up to today, .*, and it stopped there\.", "tiktok"),
        look(r"2 connections dropped together\. Likely one .* change for ana@aurora\.test.*", "/integrations"),
    ]),
    "a permission ends soon": (ends_soon, [
        look(rf"The permission for {NAMED} ends \d+ \w+ \d+\. A Reconnect before then renews it\.", "meta"),
    ]),
    "we are refused": (our_secret_is_wrong, [
        unknown(r"Shopify \(Cedar & Co\): We have to fix something\. Profit since .*", "shop"),
        unknown(r"Your orders from Cedar & Co: complete up to today, .*; the rest is late\.", "shop"),
        unknown(r"The orders of Cedar & Co could not be counted at Shopify just now\.", "shop"),
    ]),
    "one was not read for long": (not_read_for_long, [
        unknown(rf"{NAMED}: .+", "meta"),
        unknown(r"Your Meta spend: complete up to today, .*; the rest is late\.", "meta"),
    ]),
    # coverage and freshness
    "paused": (ended(pause), [
        look(r"Your Meta spend: paused\. Nothing new comes in until you resume\.", "meta"), NONE_ENDS,
    ]),
    "disconnected": (ended(disconnect), [
        look(r"Your Meta spend: disconnected\. Nothing new comes in\.", "meta"), NONE_ENDS,
    ]),
    "still importing": (another_account, [
        unknown(r"Your Snapchat spend: the first import is under way, 0 of 90 days\.", "snapchat"),
        unknown(r"Your Snapchat spend: not held against Snapchat's own total yet\. .*"),
    ]),
    "an import that stopped": (another_account_that_ends, [
        look(r"Your Snapchat spend: the first import has stopped\.", "snapchat"), ALONE,
        look(r"Snapchat Ads \(.*\): Snapchat stopped accepting our permission\. Profit since .*", "snapchat"),
        look(r"Snapchat Ads \(.*\) needs a Reconnect\.", "snapchat"),
        look(r"Snapchat Ads \(.*\): .* Likely: .*", "snapchat"),
        unknown(r"Your Snapchat spend: not held against Snapchat's own total yet\. .*"),
    ]),
    "two days to catch up": (a_hole, [unknown(r"Your Meta spend: catching up, 2 days to go\.", "meta")]),
    "days are missing": (a_hole_that_grows, [
        look(r"Your Meta spend: 4 days are missing\.", "meta"), *ENDED_META, ALONE,
    ]),
    "a day is lost for good": (out_of_reach, [
        look(r"Shopify only gives us the last 10 days, so 1 day cannot come back: \d+ \w+\.", "shop days"),
        fine(r"Counted from \d+ \w+ \d+ on: the permission shows us no orders from before\."),
    ]),
    # orders and products, one by one
    "an order is lost": (an_order_is(here=False), [
        look(r"Shopify lists 1 order of the last 30 days that is not here: #\d+\. Sync now reads it\.", "shop"),
    ]),
    "an order of another location is lost": (an_order_is(here=False, source="pos"), [
        look(r"Shopify lists 1 order .* not here: #\d+ \(sold at a point of sale\)\. Sync now reads it\.", "shop"),
    ]),
    "an order is not shown": (only_switched("shopify", "hidden_rows"), [
        look(r"Shopify counts \d+ orders of the last 30 days that it does not show us: the permission sees only part "
             r"of the store\.", "shop"),
    ]),
    "an order is new": (a_new_order, [
        unknown(r"1 order was placed since we last read, and comes with the next sync: #99001\.", "shop"),
    ]),
    "an order was deleted": (an_order_is_deleted_there, [
        unknown(r"1 order here is no longer listed at Shopify, and leaves with the next sync: #\d+\.", "shop"),
    ]),
    "a test order": (an_order_is(here=False, test=True), [fine(r"Left out on purpose: 1 test order, #\d+\.")]),
    "a cancelled order": (an_order_is_cancelled, [
        fine(r"1 cancelled order is here and counts only with what was charged and given back: #\d+\."),
    ]),
    "an order of another location": (an_order_is(source="pos"), [
        fine(r"1 order was sold at a point of sale and is here, whichever location that is: #\d+\. A list at Shopify "
             r"that is narrowed to one location leaves out the others\."),
    ]),
    "an order from a draft": (an_order_is(source="shopify_draft_order"), [
        fine(r"1 order was made from a draft and is here: #\d+\. A draft that is still open is no order\."),
    ]),
    "an order of an app": (an_order_is(source="580111"), [
        fine(r"1 order came through another app and is here: #\d+\."),
    ]),
    "an order from before the import": (an_older_order, [
        fine(r"1 older order is from before \d+ \w+ \d+, where your data begins here\."),
    ]),
    "too many orders to list": (too_many_to_list, [
        look(r"Shopify counts \d+ orders of the last 30 days, too many to hold one by one; \d+ are here\. Choose fewer "
             r"days to see which\.", "shop"),
    ]),
    "the store does not answer": (only_switched("shopify", "outage"), [
        unknown(r"The orders of Cedar & Co could not be counted at Shopify just now\.", "shop"),
    ]),
    "a variant is lost": (a_variant_is_lost, [
        look(r"Shopify lists 1 product variant that is not here: .+\. It was there when products were last read; .*",
             "shop"),
    ]),
    "a variant is new": (a_new_variant, [
        unknown(r"1 product variant was added since products were last read, .*: Fresh Tent\.", "shop"),
    ]),
    "a variant was deleted": (a_variant_is_deleted_there, [
        unknown(r"1 product variant here is no longer listed at Shopify: .+\. What it cost is kept for .*", "shop"),
    ]),
    "variants are not shown": (variants_are_hidden, [
        look(r"Shopify counts 3 product variants that it does not show us: the permission sees only .*", "shop"),
    ]),
    "products were never read": (lambda store, _patch: store.remove(VariantRow), [
        unknown(r"The products of Cedar & Co have not been read yet\.", "shop"),
    ]),
    # profit, and what goods cost
    "a store's sum is off": (off_by_one(StoreDay, "refund_micros"), [
        look(r"Reckoned again .*, 1 day comes to something else than we show: \d+ \w+\. That is our fault; .*", "/"),
    ]),
    "a product's sum is off": (off_by_one(ProductDay, "sales_micros"), [
        look(r"Reckoned again .*, 1 day comes to something else than we show: \d+ \w+\. That is our fault; .*", "/"),
    ]),
    "an ad account's sum is off": (off_by_one(AdDay, "spend_micros"), [
        look(r"Reckoned again .*, 1 day comes to something else than we show: \d+ \w+\. That is our fault; .*", "/"),
    ]),
    "a product has no cost": (no_cost, [
        look(r"1 of \d+ products sold in the last 30 days has no cost: Meadow Cap S\. They sold for €[\d,]+, and what "
             r"that cost you is not in your profit\.", "/overview/costs"),
    ]),
    "a product's cost is guessed": (a_guessed_cost, [
        fine(r"1 of \d+ products .* has no cost: .* They sold for €[\d,]+; your default percentage says what that "
             r"cost\.", "/overview/costs"),
    ]),
    "nothing was sold": (nothing_sold, [unknown(r"Nothing was sold in Cedar & Co in the last 30 days\.")]),
    # against the platform's own total
    "never compared": (lambda store, _patch: store.remove(Comparison, col(Comparison.integration_id) == store.meta), [
        unknown(r"Your Meta spend: not held against Meta's own total yet\. We do it every night\."),
    ]),
    "the store counts one more": (compared(an_order_fewer_is_counted_here, slug="shopify", once=True), [
        look(r"Your orders from Cedar & Co: 1 day differs from Shopify's own total: \d+ \w+\.", "shop days"),
    ]),
    "a day is being read again": (compared(their_total_is(40_000_000), once=True), [
        OFF_META,
        look(rf"{ON_DAY}Meta's total is €40\.00 higher \(.*\)\. We are reading the day again\.", "meta days"),
    ]),
    "a total nobody can explain": (compared(their_total_is(-40_000_000)), [
        OFF_META,
        look(rf"{ON_DAY}Meta's total is €40\.00 lower \(.*\)\. Read again on .*, and it is still so\.", "meta days"),
    ]),
    "days begin at another hour there": (compared(their_total_is(40_000_000, -40_000_000)), [
        look(r"Your Meta spend: 2 days differ from Meta's own total: .*", "meta days"),
        look(rf"{HIGHER}the days come to the same together, so at Meta they begin at another hour\.", "meta days"),
        look(rf"{ON_DAY}Meta's total is €40\.00 lower .*so at Meta they begin at another hour\.", "meta days"),
    ]),
    "the account has another time zone there": (compared(their_total_is(40_000_000), in_another_zone), [
        OFF_META,
        look(rf"{HIGHER}the account's time zone at Meta is Europe/London now, so .*", "meta days"),
    ]),
    "a total in another currency": (compared(in_another_currency), [
        look(r"Your Meta spend: 7 days differ from Meta's own total: .*", "meta days"),
        *[look(rf"{ON_DAY}Meta's total is \$[\d,]+; here €[\d,]+\.{STILL}Meta gives its total in USD, .*",
               "meta days")] * 5,
    ]),
    "a campaign is hidden": (compared(a_campaign_is_hidden), [
        OFF_META,
        look(rf"{ON_DAY}Meta's total is €\S+ higher .*{STILL}Prospecting Aurora is still in Meta's total but no longer "
             r"in its report: deleted there, or hidden from the login\.", "meta days"),
    ]),
    "the permission lacks something": (compared(fewer_orders_are_allowed, slug="shopify"), [
        look(r"Your orders from Cedar & Co: 1 day differs from Shopify's own total: \d+ \w+\.", "shop days"),
        look(r"Shopify counts \d+ orders of the last 30 days that it does not show us: .*", "shop"),
    ]),
    "another time zone": (of_meta(timezone="Europe/London"), [
        fine(r"Your Meta spend counts its days in Europe/London, your shop in Europe/Berlin: single days differ, .*"),
    ]),
    "another currency": (with_rates, [
        fine(r"Your Meta spend is billed in USD and shown in EUR by the rate of each day\."),
    ]),
    "another currency without rates": (of_meta(currency="USD"), [
        look(r"Your Meta spend is billed in USD, and there is no rate to EUR for .* to .*: what was spent then is left "
             r"out of your profit\.", "/"),
    ]),
    "restated": (switched("meta_ads", "late_data", hours=7), [
        fine(r"Meta corrected 3 days after we had read them, and we took the new figures: .*\.", "meta days"),
    ]),
    "a campaign was deleted": (switched("meta_ads", "deleted_rows", hours=7), [
        fine(r"Meta no longer reports .+ Aurora, so our figures leave it out; its own total may still hold it\.",
             "meta days"),
    ]),
}  # fmt: skip


def test_without_a_fault_every_check_is_good(healthy: Healthy):
    assert [one.sentence for one in healthy.checks if one.state != "good"] == []
    assert f"Meta may still change what it says of {healthy.since.day} {healthy.since:%b} and later" in attributed(
        healthy.checks
    )


def test_what_may_still_change_is_what_was_not_final_when_it_was_read(store: Store):
    store.acts.sandbox.advance(days=20)
    store.reads()
    first = store.today(-20) - timedelta(days=28)
    store.acts.sandbox.switch("meta_ads", "access_revoked")
    store.acts.sandbox.advance(days=40)
    said = f"Meta may still change what it says of {first.day} {first:%b} and later: it attributes"
    assert attributed(store.checks()).startswith(said)


def attributed(checks: list[Check]) -> str:
    (found,) = [one.sentence for one in checks if one.sentence.startswith("Meta may still change")]
    return found


@pytest.mark.parametrize(("fault", "said"), CASES.values(), ids=CASES)
def test_exactly_what_is_wrong_is_said_with_its_reason_and_the_way_to_put_it_right(
    store: Store, healthy: Healthy, ana, monkeypatch: pytest.MonkeyPatch, fault: Fault, said: list[Said]
):
    fault(store, monkeypatch)
    usual = {in_other_words(one) for one in healthy.checks}
    new = [one for one in store.checks() if in_other_words(one) not in usual]
    places = store.places()
    for expected in said:
        found = [one for one in new if one.state == expected.state and re.fullmatch(expected.words, one.sentence)]
        assert found, (expected.words, [one.sentence for one in new])
        new.remove(found[0])
        name, _, days = expected.leads.partition(" ")
        path = f"/integrations/{places[name]}{'/history#coverage' if days else ''}" if name in places else name
        assert found[0].href == path
        assert not path or ana.client.get(path).status_code == 200
    assert [one.sentence for one in new] == []


def test_the_page_counts_over_the_days_one_chooses_and_only_ones_own_store(store: Store, ana, bob):
    """What is counted comes after the page, as a fragment; without JavaScript it is the same page."""
    lost = store.order()
    store.forget(lost)
    path = "/help/missing-orders-or-products"
    assert f'hx-get="{path}/count?days=7"' in ana.client.get(path).text
    for days in (7, 30):
        waiting = ana.client.get(f"{path}/count?days={days}", headers={"HX-Request": "true"}).text
        assert "Counting in your store" in read(waiting)
        assert count_stores(store.acts.runtime) == 1
        counted = ana.client.get(f"{path}/count?days={days}", headers={"HX-Request": "true"}).text
        assert f"Look here: Shopify lists 1 order of the last {days} days that is not here: {lost.name}" in read(
            counted
        )
    assert read(bob.client.get(f"{path}/count?days=7", headers={"HX-Request": "true"}).text) == ""
    assert count_stores(store.acts.runtime) == 0
    whole = ana.client.get(f"{path}/count").text
    assert "<h1>Missing orders or products</h1>" in whole
    assert lost.name in whole
