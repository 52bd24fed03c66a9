"""Pages that lead nowhere end in trouble, and a page that Meta has forgotten has its window start over."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from tests.platforms.conftest import window_of
from tests.platforms.said import ACCOUNT, HONEST, REPLIES
from webapp.lifecycle.progress import Hint
from webapp.models.plan import local_day
from webapp.models.sync import Cursor, Outcome
from webapp.platforms import registry
from webapp.platforms.diagnosis import Trouble
from webapp.platforms.paging import MAX_PAGES
from webapp.platforms.streams import DeadCursor

FORGOTTEN = 400, {"error": {"message": "(#2642) Invalid cursors values", "type": "OAuthException", "code": 2642}}


def meta_page(link=True, after="c1"):
    row = json.loads(json.dumps(REPLIES["meta_ads"](HONEST)[0]).replace("<spend in words>", "1")
                     .replace("<value in words>", "1"))  # fmt: skip
    return row | {"paging": {"cursors": {"after": after}, **({"next": "https://graph.facebook.com/x"} if link else {})}}


def tiktok_page(number, of):
    (page,) = REPLIES["tiktok_ads"](HONEST)
    return page | {"data": {"list": [], "page_info": {"page": number, "total_page": of}}}


def pages(canned, week, slug, *replies, resume=None):
    canned.asked.clear()
    canned.replies = list(replies)
    platform = registry()[slug]
    return list(platform.read(canned.api(platform), ACCOUNT, platform.streams[0], week, resume=resume))


@pytest.mark.parametrize("after", ["c1", "", None], ids=["the same for ever", "none", "null"])
def test_metas_pages_lead_in_no_circle(canned, week, after):
    with pytest.raises(Trouble) as trouble:
        pages(canned, week, "meta_ads", meta_page(after=after))
    assert trouble.value.diagnosis.code == "garbled"
    assert len(canned.asked) <= 2


def test_metas_pages_have_an_end(canned, week, monkeypatch):
    monkeypatch.setattr("webapp.platforms.paging.MAX_PAGES", 5)
    with pytest.raises(Trouble) as trouble:
        pages(canned, week, "meta_ads", lambda _asked: meta_page(after=f"c{len(canned.asked)}"))
    assert trouble.value.diagnosis.code == "garbled"
    assert len(canned.asked) == 5


@pytest.mark.parametrize("replies", [
    [tiktok_page(1, 3), tiktok_page(1, 3)], [tiktok_page(2, 3)], [tiktok_page(0, 3)], [tiktok_page(-1, 3)],
    [tiktok_page(1, MAX_PAGES + 1)], [tiktok_page(1, 2), tiktok_page(2, MAX_PAGES + 1)],
])  # fmt: skip
def test_tiktoks_pages_are_the_ones_asked_for_and_have_an_end(canned, week, replies):
    with pytest.raises(Trouble) as trouble:
        pages(canned, week, "tiktok_ads", *replies)
    assert trouble.value.diagnosis.code == "garbled"
    assert len(canned.asked) == len(replies)


def test_tiktok_goes_on_where_it_stopped(canned, week):
    found = pages(canned, week, "tiktok_ads", tiktok_page(2, 3), tiktok_page(3, 3), resume="2")
    assert [page.resume for page in found] == ["3", None]
    assert ["page=2" in canned.asked[0].path, "page=3" in canned.asked[1].path] == [True, True]


def test_a_page_that_meta_has_forgotten_is_a_dead_cursor(canned, week):
    with pytest.raises(DeadCursor):
        pages(canned, week, "meta_ads", FORGOTTEN, resume="MjU=")
    with pytest.raises(DeadCursor):
        pages(canned, week, "meta_ads", meta_page(), FORGOTTEN)


def test_a_first_page_has_no_cursor_that_could_be_dead(canned, week):
    with pytest.raises(Trouble):
        pages(canned, week, "meta_ads", FORGOTTEN)


def test_the_window_starts_over_and_nothing_is_missing(acts, caplog):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    acts.sandbox.advance(hours=30)
    now, zone = acts.runtime.now(), acts.integration(one).timezone
    today = local_day(now, ZoneInfo(zone))
    hint = Hint(window=window_of(today - timedelta(days=9), today, zone), started=now, resume="forgotten")
    with acts.runtime.database.writing() as session:
        session.exec(select(Cursor)).one().hint = hint.as_json()
    with caplog.at_level(logging.INFO, "webapp.lifecycle.read_stream"):
        assert acts.syncs(one) is Outcome.DONE
    assert "a window of daily_spend starts over" in caplog.text
    assert acts.is_complete(one) > 300
