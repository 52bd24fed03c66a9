"""However many look at what a store counts, the store is asked once a minute."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.views.test_help import read
from tests.views.test_overview import store_and_ads
from tests.views.test_poll import HTMX


def test_a_store_is_asked_once_a_minute_however_many_look(acts, ana, vic):
    store_and_ads(acts)
    path = "/help/missing-orders-or-products/count"

    def asked() -> int:
        return sum("graphql" in one for one in acts.sandbox.asked)

    before = asked()
    with ThreadPoolExecutor(2) as threads:
        shown = list(threads.map(lambda someone: read(someone.client.get(path, headers=HTMX).text), [ana, vic]))
    once = asked() - before
    assert 0 < once <= 5
    assert any("Counted at Shopify just now" in one for one in shown)
    assert all("Counted at Shopify just now" in one or "Counting in your store" in one for one in shown)
    acts.sandbox.advance(seconds=55)
    assert "Counted at Shopify just now" in read(ana.client.get(path, headers=HTMX).text)
    assert asked() - before == once
    assert ana.post(f"{path}?days=7").location == "/help/missing-orders-or-products?days=7#counted"
    ana.client.get(path, headers=HTMX)
    assert asked() - before == 2 * once, "Count again asks again"
    ana.post(f"{path}?days=7")
    ana.client.get(path, headers=HTMX)
    assert asked() - before == 2 * once, "but not of an answer of this moment"
    acts.sandbox.advance(minutes=1)
    vic.client.get(path, headers=HTMX)
    assert asked() - before == 3 * once
