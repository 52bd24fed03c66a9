"""Spend that is missing: a person says what it was, it is named as that, and the platform's own figures replace it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.views.test_overview import days_of, figure, store_and_ads, text_of, today_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
GAPS, SPEND = "/overview/gaps", "Meta Ads spend"


@pytest.fixture
def meta(acts) -> str:
    """Refused three days ago; nothing came in since."""
    shop, found = store_and_ads(acts)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(found)
    acts.sandbox.advance(days=3)
    acts.syncs(shop)
    return found


def missing(someone) -> list[str]:
    return [
        day for day, row in days_of(someone, "?days=7").items() if "Meta spend" in row["Leaves out"] and day != "All"
    ]


def test_what_a_person_enters_counts_by_its_name_until_the_platforms_own_figures_are_back(acts, ana, bob, vic, meta):
    assert f'href="{GAPS}?days=7"' in ana.client.get("/?days=7").text
    before = days_of(ana, "?days=7")
    partly, *gone = missing(ana)
    assert [before[day][SPEND] for day in gone] == ["", "", ""]
    counted = before[partly][SPEND]
    assert float(counted) > 0
    form = {"integration": meta, "days": "7"}
    for amount in ("x", "-5", "1,50", " "):
        assert ana.post(GAPS, **form, **{f"day-{gone[0]}": amount}).status_code == 303
    assert ana.post(GAPS, **form, **{"day-2026-02-30": "5"}).status_code == 303
    assert days_of(ana, "?days=7") == before, "what cannot be read changes nothing"
    assert bob.post(GAPS, **form, **{f"day-{gone[0]}": "5"}).status_code == 404
    assert "Save" not in vic.client.get(f"{GAPS}?days=7").text
    ana.post(GAPS, **form, **{f"day-{gone[0]}": "100", f"day-{gone[1]}": "0"})
    after = days_of(ana, "?days=7")
    assert [after[day][SPEND] for day in gone] == ["100.00", "0.00", ""], "zero is an amount, empty is unknown"
    assert after[gone[0]]["Stands in"] == "Meta spend is entered by you."
    assert missing(ana) == [partly, gone[2]]
    ana.post(GAPS, **form, **{f"day-{gone[2]}": "50", f"day-{partly}": "0.01"})
    assert days_of(ana, "?days=7")[partly][SPEND] == counted, "what is here is not talked away"
    page = ana.client.get("/?days=7").text
    assert not re.search(r"leaves? out Meta spend", text_of(page), re.IGNORECASE), "nothing is unknown any more"
    assert re.search(r"Meta spend is entered by you, \$[\d,]+, until Meta's own figures are back", text_of(page))
    truth = acts.sandbox.truth("meta_ads", acts.integration(meta).account_id, "daily_spend")
    acts.reconnects(meta)
    acts.syncs(meta)
    back = days_of(ana, "?days=7")
    spent = sum(micros for _, day, micros in truth if day == gone[0]) / 1_000_000
    assert float(back[gone[0]][SPEND]) == pytest.approx(spent), "replaced by itself"
    assert all(not row["Stands in"] for row in back.values())
    page = text_of(ana.client.get("/?days=7").text)
    assert re.search(r"Meta's own figures are back for .*: \$[\d,]+, where \$150 stood in \(\$[\d,]+ more\)\.", page)
    kept = text_of(ana.client.get(f"{GAPS}?days=7").text)
    assert re.search(r"Meta Ads entered by you \$100\.00 \$[\d,]+\.\d\d [+−]\$[\d,]+\.\d\d", kept)


def test_an_accepted_estimate_is_the_middle_of_comparable_days_and_can_be_taken_back(acts, ana, bob, meta):
    partly, *gone = missing(ana)
    counted = float(days_of(ana, "?days=7")[partly][SPEND])
    page = text_of(ana.client.get(f"{GAPS}?days=7").text)
    low, high = (int(one.replace(",", "")) for one in re.search(r"ran \$([\d,]+) to \$([\d,]+)\.", page).groups())
    assert bob.post(f"{GAPS}/estimate", integration=meta, days="7").status_code == 404
    assert ana.post(f"{GAPS}/estimate", integration=meta, days="7").status_code == 303
    rows = days_of(ana, "?days=7")
    assert sum(float(rows[day][SPEND]) for day in (partly, *gone)) - counted == pytest.approx((low + high) / 2, abs=1)
    assert rows[gone[0]]["Stands in"] == "Meta spend is your estimate."
    page = ana.client.get("/?days=7").text
    assert "Meta spend is your estimate" in figure(page, "Net profit")
    assert "nothing to estimate any more" in text_of(
        ana.client.post(f"{GAPS}/estimate", data={"csrf_token": ana.token(), "integration": meta, "days": "7"},
                        follow_redirects=True).text
    )  # fmt: skip
    acts.sandbox.advance(days=1)
    assert len(missing(ana)) == 1, "a day that is missing since is not covered by what was accepted before"
    assert bob.post(f"{GAPS}/removal", integration=meta, day=gone[0]).status_code == 404
    assert ana.post(f"{GAPS}/removal", integration=meta, day=gone[0], days="7").status_code == 303
    assert ana.post(f"{GAPS}/removal", integration=meta, day=gone[0], days="7").status_code == 404
    assert gone[0] in missing(ana)


def test_a_stores_orders_have_no_stand_in(acts, ana, meta):
    shop = acts.connects("shopify")
    assert (
        ana.post(GAPS, integration=shop, **{f"day-{today_of(acts, shop) - timedelta(days=1)}": "5"}).status_code == 404
    )
