"""Analytics without pages: an answer that is full is asked for in halves, and what was not asked for is refused."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from webapp.platforms import registry
from webapp.platforms.consent import Account
from webapp.platforms.diagnosis import Trouble

LINKEDIN = registry()["linkedin_ads"]
SPEND = LINKEDIN.streams[0]
ACCOUNT = Account(id="51", name="Aurora", currency="USD", timezone="UTC")


def element(day, campaign=7, cost="12.34"):
    said = {"year": day.year, "month": day.month, "day": day.day}
    return {"dateRange": {"start": said, "end": said}, "pivotValues": [f"urn:li:sponsoredCampaign:{campaign}"],
            "costInLocalCurrency": cost, "impressions": 5, "clicks": 1}  # fmt: skip


def analytics(asked):
    """One row for each day asked for, and one campaign."""
    if "adCampaigns" in asked.path:
        return {"elements": [{"id": "urn:li:sponsoredCampaign:7", "name": "Brand"}], "metadata": {}}
    numbers = [int(one) for one in re.findall(r"(?:year|month|day):(\d+)", asked.path)]
    first, last = date(*numbers[:3]), date(*numbers[3:])
    return {"elements": [element(first + timedelta(days=n)) for n in range((last - first).days + 1)]}


def read(canned, week, reply):
    canned.replies = [reply]
    return [row for page in LINKEDIN.read(canned.api(LINKEDIN), ACCOUNT, SPEND, week, resume=None)
            for row in page.records]  # fmt: skip


def test_a_window_is_one_question_in_restli_notation(canned, week):
    rows = read(canned, week, analytics)
    assert [row.day for row in rows] == [date(2026, 11, day) for day in range(1, 8)]
    assert {(row.campaign_id, row.campaign_name, row.spend_micros) for row in rows} == {("7", "Brand", 12_340_000)}
    assert "dateRange=(start:(year:2026,month:11,day:1),end:(year:2026,month:11,day:7))" in canned.asked[0].path
    assert len(canned.asked) == 2


def test_an_answer_that_is_full_is_asked_for_in_halves(canned, week, monkeypatch):
    monkeypatch.setattr("webapp.platforms.linkedin_ads.platform.MOST_ELEMENTS", 3)
    assert [row.day.day for row in read(canned, week, analytics)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_day_that_fills_an_answer_alone_is_not_stored_by_half(canned, week, monkeypatch):
    monkeypatch.setattr("webapp.platforms.linkedin_ads.platform.MOST_ELEMENTS", 1)
    with pytest.raises(Trouble):
        read(canned, week, analytics)


@pytest.mark.parametrize("change", [
    {"dateRange": {"start": {"year": 2026, "month": 12, "day": 1}, "end": {"year": 2026, "month": 12, "day": 1}}},
    {"dateRange": {"start": {"year": 2026, "month": 11, "day": 1}, "end": {"year": 2026, "month": 11, "day": 2}}},
    {"dateRange": {"start": {"year": 2026, "month": 13, "day": 1}, "end": {"year": 2026, "month": 13, "day": 1}}},
    {"pivotValues": []}, {"pivotValues": ["urn:li:sponsoredCampaign:x"]}, {"costInLocalCurrency": None},
    {"costInLocalCurrency": "NaN"}, {"costInLocalCurrency": "12,34"}, {"clicks": -1},
], ids=json.dumps)  # fmt: skip
def test_a_row_that_is_not_what_was_asked_for_discards_the_answer(canned, week, change):
    with pytest.raises(Trouble):
        read(canned, week, {"elements": [element(date(2026, 11, 1)), {**element(date(2026, 11, 2)), **change}]})
