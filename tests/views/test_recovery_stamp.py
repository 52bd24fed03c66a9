"""The mail about what came back says what the numbers still leave out, in the words that exports carry."""

from __future__ import annotations

import csv
import io

import pytest

from tests.views.test_overview import store_and_ads

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_one_is_back_and_another_is_not(acts, ana, send_mail):
    shop, meta, tiktok = store_and_ads(acts, "tiktok_ads")
    for slug, one in (("meta_ads", meta), ("tiktok_ads", tiktok)):
        acts.sandbox.switch(slug, "access_revoked")
        acts.syncs(one)
    send_mail()
    acts.sandbox.advance(days=2)
    acts.syncs(shop)
    acts.reconnects(meta)
    acts.syncs(meta)
    acts.sandbox.advance(minutes=10)
    send_mail()
    (letter,) = (one for one in acts.sandbox.letters() if one["subject"].startswith("Back: "))
    lines = csv.DictReader(io.StringIO(ana.client.get("/overview/orders?days=30&as=csv").text))
    stamp = next(lines)["Stamp"]
    assert "TikTok spend" in stamp
    assert f"Your profit of the last 30 days: {stamp}" in letter["text"]
