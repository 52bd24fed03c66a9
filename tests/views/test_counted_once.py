"""However many look at what a store counts, the store is asked once a minute, and never by a page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.views.test_help import read
from tests.views.test_overview import store_and_ads
from tests.views.test_poll import HTMX
from webapp.lifecycle import count_stores
from webapp.lifecycle.count_stores import count_stores as answer_all
from webapp.models.kept_roll import KEPT

PATH = "/help/missing-orders-or-products/count"
JUST_NOW, WAITS = "Counted at Shopify just now", "Counting in your store"


def counted(someone) -> str:
    return read(someone.client.get(PATH, headers=HTMX).text)


def test_a_store_is_asked_once_a_minute_however_many_look(acts, runtime, ana, vic):
    store_and_ads(acts)

    def asked() -> int:
        return sum("graphql" in one for one in acts.sandbox.asked)

    before = asked()
    with ThreadPoolExecutor(2) as threads:
        assert all(WAITS in one for one in threads.map(counted, [ana, vic]))
        assert asked() == before, "no page asks"
        assert sorted(threads.map(answer_all, [runtime, runtime])) == [0, 1]
    once = asked() - before
    assert 0 < once <= 5
    assert all(JUST_NOW in counted(one) for one in (ana, vic))
    acts.sandbox.advance(seconds=55)
    assert JUST_NOW in counted(ana)
    assert answer_all(runtime) == 0
    assert ana.post(f"{PATH}?days=7").location == "/help/missing-orders-or-products?days=7#counted"
    assert WAITS in counted(ana)
    assert answer_all(runtime) == 1
    assert asked() - before == 2 * once, "Count again asks again"
    ana.post(f"{PATH}?days=7")
    assert JUST_NOW in counted(ana), "but not of an answer of this moment"
    acts.sandbox.advance(minutes=1)
    assert WAITS in counted(vic)
    assert answer_all(runtime) == 1
    assert asked() - before == 3 * once


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_stayed_without_an_answer_is_asked_again(acts, runtime, ana, monkeypatch):
    store_and_ads(acts)
    with monkeypatch.context() as patch:
        # Killed while it asked: nobody says what came of it.
        patch.setattr(count_stores, "_answer", lambda *_: None)
        assert WAITS in counted(ana)
        assert answer_all(runtime) == 1
    assert answer_all(runtime) == 0
    assert WAITS in counted(ana)
    acts.sandbox.advance(seconds=KEPT.total_seconds() + 1)
    assert WAITS in counted(ana)
    assert answer_all(runtime) == 1
    assert JUST_NOW in counted(ana)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fault_of_ours_leaves_nobody_waiting(acts, runtime, ana, monkeypatch):
    store_and_ads(acts)
    assert WAITS in counted(ana)

    def fails(*_args, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(count_stores, "call_roll", fails)
    with pytest.raises(ZeroDivisionError):
        answer_all(runtime)
    assert "could not be counted" in counted(ana)
