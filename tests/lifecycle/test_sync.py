"""Reading that is cut off, poisoned, led in circles or started anew: nothing is lost, doubled or held up by it."""

from __future__ import annotations

import json
import logging
import re

import pytest
from sqlmodel import func, select
from werkzeug.wrappers import Response

from webapp.lifecycle.claim import anything_due, claim_due
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.pause import pause
from webapp.lifecycle.sync import sync
from webapp.models.data import OrderRow, VariantRow
from webapp.models.health import Health
from webapp.models.sync import Outcome, SyncRun
from webapp.queries.history import history_of

ORDERS = "query Orders"


def stored(acts, table) -> int:
    with acts.runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def counted(acts) -> int:
    with acts.runtime.database.reading() as session:
        return session.exec(select(func.max(SyncRun.rows))).one()


def cursor_in(asked: str) -> str | None:
    return json.loads(asked[asked.index("{") :])["variables"].get("after")


def answer(body: object) -> Response:
    return Response(json.dumps(body), content_type="application/json")


def test_a_poisoned_stream_stops_neither_the_others_nor_other_workspaces(acts, people, sandbox):
    cedar = acts.connects("shopify", shop="cedar.myshopify.com")
    meta = acts.connects("meta_ads")
    sandbox.instead = lambda asked: answer({"data": {"orders": "?"}}) if ORDERS in asked and "cedar" in asked else None
    assert acts.syncs(cedar) is Outcome.TROUBLE
    assert stored(acts, OrderRow) == 0
    assert stored(acts, VariantRow) == 50
    assert acts.open_incidents() == []
    assert acts.syncs(meta) is Outcome.DONE
    stranger = type(acts)(acts.runtime, sandbox, people["bob"], people["borealis"])
    theirs = stranger.connects("shopify", person="bob@borealis.test", shop="borealis.myshopify.com")
    assert stranger.syncs(theirs) is Outcome.DONE
    assert stranger.is_complete(theirs) > 300
    sandbox.instead = lambda _asked: None
    assert acts.syncs(cedar) is Outcome.DONE
    assert acts.is_complete(cedar) > 300


def test_what_nobody_thought_of_in_one_stream_leaves_the_others_to_be_read(acts, monkeypatch):
    cedar = acts.connects("shopify", shop="cedar.myshopify.com")
    shopify = acts.runtime.platform("shopify")
    read = shopify.read

    def stumble(api, account, stream, window, *, resume):
        if stream.name == "orders":
            raise OverflowError("a figure that no column holds")
        return read(api, account, stream, window, resume=resume)

    with monkeypatch.context() as patch:
        patch.setattr(shopify, "read", stumble)
        with pytest.raises(OverflowError):
            acts.syncs(cedar)
    assert stored(acts, OrderRow) == 0
    assert stored(acts, VariantRow) == 50
    acts.sandbox.advance(minutes=4)
    assert acts.syncs(cedar) is Outcome.DONE
    assert acts.is_complete(cedar) > 300


def test_it_goes_on_at_the_page_where_it_was_cut_off(acts, sandbox):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    pages = []

    def cut_at_the_third(asked):
        if ORDERS not in asked:
            return None
        pages.append(cursor_in(asked))
        return Response("<html>", 502) if len(pages) == 3 else None

    sandbox.instead = cut_at_the_third
    assert acts.syncs(shopify) is Outcome.DONE, "passing trouble on a page is tried again within the attempt"
    assert pages[3] == pages[2]
    acts.sandbox.advance(days=9)
    pages.clear()
    sandbox.instead = lambda asked: (
        Response("<html>", 502) if ORDERS in asked and (pages.append(cursor_in(asked)) or len(pages) > 2) else None
    )
    assert acts.syncs(shopify) is Outcome.TROUBLE
    cut_off = pages[-1]
    assert cut_off is not None
    pages.clear()
    sandbox.instead = lambda asked: pages.append(cursor_in(asked)) if ORDERS in asked else None
    assert acts.syncs(shopify) is Outcome.DONE
    assert pages[0] == cut_off
    assert acts.is_complete(shopify) > 300


def test_a_cursor_the_platform_forgot_starts_the_window_over(acts, sandbox):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    forgotten = []

    def forget_once(asked):
        if ORDERS in asked and cursor_in(asked) and not forgotten:
            forgotten.append(asked)
            message = "Invalid cursor for current pagination sort."
            return answer({"errors": [{"message": message, "extensions": {"code": "INVALID_CURSOR"}}]})
        return None

    sandbox.instead = forget_once
    assert acts.syncs(shopify) is Outcome.DONE
    assert forgotten
    # What was sold while it read is for the next time.
    assert acts.syncs(shopify) is Outcome.DONE
    assert acts.is_complete(shopify) > 300


def test_a_process_that_is_to_end_begins_no_renewal(acts, sandbox, runtime):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    renewed = sandbox.world.counted("shopify")["refresh"]

    def refused_while_stopping(words):
        if ORDERS not in words:
            return None
        runtime.stopping.set()
        return Response('{"errors":"[API] Invalid API key or access token"}', 401, content_type="application/json")

    sandbox.instead = refused_while_stopping
    assert acts.syncs(shopify) is Outcome.INTERRUPTED
    assert sandbox.world.counted("shopify")["refresh"] == renewed
    assert acts.open_incidents() == []


def test_pages_stored_before_trouble_are_counted_to_the_last(acts, sandbox):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    asked = []

    def refused_at_the_third(words):
        if ORDERS in words:
            asked.append(words)
            if len(asked) == 3:
                return answer({"errors": [{"message": "Oops", "extensions": {"code": "UNDEFINED_FIELD"}}]})
        return None

    sandbox.instead = refused_at_the_third
    assert acts.syncs(shopify) is Outcome.TROUBLE
    assert counted(acts) == stored(acts, OrderRow) + stored(acts, VariantRow) > 0


@pytest.mark.parametrize("stop", [pause, disconnect])
def test_what_the_merchant_stops_between_two_pages_of_a_window_writes_nothing_more(acts, sandbox, stop):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    before = []

    def stopped_at_the_third(asked):
        if ORDERS in asked:
            before.append(stored(acts, OrderRow))
            if len(before) == 3:
                assert cursor_in(asked) is not None, "in the middle of a window"
                stop(acts.runtime, integration_id=shopify, workspace_id=acts.workspace_id, person_id=acts.person_id)

    sandbox.instead = stopped_at_the_third
    assert acts.syncs(shopify) is Outcome.INTERRUPTED
    assert len(before) == 3
    assert stored(acts, OrderRow) == before[-1] > 0
    assert acts.open_incidents() == []


def test_a_process_that_is_to_end_stores_the_page_in_hand_and_leaves_the_rest_to_the_next(acts, sandbox, runtime):
    shopify = acts.connects("shopify", shop="aurora.myshopify.com")
    asked = []

    def stopping_at_the_third(words):
        if ORDERS in words:
            asked.append(cursor_in(words))
            if len(asked) == 3:
                runtime.stopping.set()

    sandbox.instead = stopping_at_the_third
    assert acts.syncs(shopify) is Outcome.INTERRUPTED
    assert len(asked) == 3
    assert counted(acts) == stored(acts, OrderRow) + stored(acts, VariantRow) > 0
    runtime.stopping.clear()
    assert anything_due(runtime), "free at once, whatever its lease was"
    assert acts.syncs(shopify) is Outcome.DONE
    assert asked[3] not in asked[:3], "it goes on after the page that was stored"
    assert acts.syncs(shopify) is Outcome.DONE
    assert acts.is_complete(shopify) > 300
    with runtime.database.reading() as session:
        outcomes = [(run.outcome, run.ended_at is not None) for run in session.exec(select(SyncRun))]
        rows = sum(run.rows for run in session.exec(select(SyncRun)))
        told = {entry.title: entry.text for entry in history_of(session, runtime.platform("shopify"), shopify)}
    assert outcomes == [(Outcome.INTERRUPTED, True), (Outcome.DONE, True), (Outcome.DONE, True)]
    assert told["2 syncs, all fine"] == f"{rows:,} rows read.", "those before it was broken off among them"
    assert not any("without an answer" in one for one in told), "we broke it off, not Shopify"


@pytest.mark.parametrize("cursor", ["the same one", "always a new one"])
def test_pages_that_lead_in_circles_or_never_end_are_given_up(acts, sandbox, cursor, monkeypatch):
    monkeypatch.setattr("webapp.platforms.paging.MAX_PAGES", 20)
    shopify = acts.connects("shopify", shop="cedar.myshopify.com")
    asked_for = []

    def circle(asked):
        if ORDERS not in asked:
            return None
        asked_for.append(asked)
        end = "x" if cursor == "the same one" else str(len(asked_for))
        return answer({"data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": end}}}})

    sandbox.instead = circle
    assert acts.syncs(shopify) is Outcome.TROUBLE
    assert len(asked_for) < 70
    assert acts.open_incidents() == []
    sandbox.instead = lambda _asked: None
    assert acts.syncs(shopify) is Outcome.DONE
    assert acts.is_complete(shopify) > 300


def test_another_accounts_rows_are_not_taken_in(acts, sandbox):
    meta = acts.connects("meta_ads")
    row = {
        "account_id": "7010002",
        "account_currency": "USD",
        "campaign_id": "1",
        "date_start": "2026-11-01",
        "spend": "9",
    }
    sandbox.instead = lambda asked: answer({"data": [row]}) if "insights" in asked else None
    assert acts.syncs(meta) is Outcome.TROUBLE
    sandbox.instead = lambda _asked: None
    assert acts.syncs(meta) is Outcome.DONE
    assert acts.is_complete(meta) > 300


def test_a_catch_up_that_breaks_again_leaves_no_hole(acts, sandbox):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    for switch in ("access_revoked", "password_changed"):
        sandbox.switch("meta_ads", switch)
        assert acts.syncs(meta) is Outcome.TROUBLE
        sandbox.advance(days=40)
        acts.reconnects(meta)
        windows = []
        sandbox.instead = lambda asked: (
            Response("{}", 500) if "insights" in asked and (windows.append(asked) or len(windows) > 1) else None  # noqa: B023
        )
        assert acts.syncs(meta) is Outcome.TROUBLE
        assert acts.row(meta).health is Health.CATCHING_UP
        sandbox.instead = lambda _asked: None
    assert acts.syncs(meta) is Outcome.DONE
    assert acts.row(meta).health is Health.CONNECTED
    assert acts.is_complete(meta) > 300


def test_newest_days_come_first(acts, sandbox):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    since = [re.search(r"since%22%3A\+%22([0-9-]+)", one).group(1) for one in sandbox.asked if "insights" in one]
    assert len(since) > 1
    assert since == sorted(since, reverse=True)


@pytest.mark.parametrize("slug", ["shopify", "meta_ads"])
def test_disconnect_and_connect_again_never_doubles_a_number(acts, slug):
    one = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(one)
    before = acts.is_complete(one)
    disconnect(acts.runtime, integration_id=one, workspace_id=acts.workspace_id, person_id=acts.person_id)
    acts.sandbox.advance(days=3)
    again = acts.connects(slug, shop="cedar.myshopify.com")
    assert again == one, "the same account is the same integration"
    assert acts.syncs(one) is Outcome.DONE
    assert acts.is_complete(one) > before


def test_a_correction_that_is_taken_back_is_read_as_well(acts):
    store = acts.connects("shopify", shop="cedar.myshopify.com")
    for on in (True, False, True):
        acts.sandbox.switch("shopify", "late_data", on)
        acts.sandbox.advance(minutes=5)
        acts.syncs(store)
        acts.is_complete(store)


def test_the_log_says_how_late_a_sync_began(acts, caplog):
    meta = acts.connects("meta_ads")
    acts.sandbox.advance(minutes=5)
    with caplog.at_level(logging.INFO, logger="webapp.lifecycle.attempt"):
        sync(acts.runtime, claim_due(acts.runtime, limit=1, only=meta)[0])
    (line,) = [one for one in caplog.records if one.message == "sync ended"]
    assert 300 <= line.lag < 330
