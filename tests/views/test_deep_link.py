"""The mail's link: through sign-in to the open row, harmless by itself, and after the repair it says who did it."""

from __future__ import annotations

import re

from webapp.models.access import Ending


def open_rows(page: str) -> list[str]:
    return re.findall(r'<details class="row-main" id="open-(\w+)" open>', page)


def test_it_opens_the_row_it_names_and_changes_nothing(ana, acts):
    meta, shopify = acts.connects("meta_ads"), acts.connects("shopify")
    acts.syncs(meta)
    before = acts.integration(shopify)
    assert open_rows(ana.client.get(f"/integrations/{shopify}").text) == [shopify]
    assert open_rows(ana.client.get(f"/integrations/{meta}").text) == [meta]
    assert acts.integration(shopify) == before


def test_after_the_repair_it_says_who_and_when(ana, vic, acts):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    assert "fixed by" not in vic.client.get(f"/integrations/{meta}").text.lower()
    assert acts.reconnects(meta).ending is Ending.CONNECTED
    assert re.search(
        r"Already fixed by Ana, \w{3} \d+ \w{3}, \d\d:\d\d\.", vic.client.get(f"/integrations/{meta}").text
    )
    assert re.search(r"Fixed by you, \w{3} \d+ \w{3}, \d\d:\d\d\.", ana.client.get(f"/integrations/{meta}").text)


def test_what_mended_itself_is_not_said_to_be_anybodys_work(ana, acts):
    meta = acts.connects("meta_ads")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "account_disabled")
    acts.syncs(meta)
    acts.sandbox.switch("meta_ads", "account_disabled", on=False)
    acts.syncs(meta)
    assert "Already fixed: it works again by itself since" in ana.client.get(f"/integrations/{meta}").text
