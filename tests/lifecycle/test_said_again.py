"""The running day told as it is stored is not written again; whatever differs is, and what is gone goes."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlmodel import delete, select
from werkzeug.wrappers import Response

from webapp.lifecycle.said_again import Hearing, Said
from webapp.models.data import SpendRow
from webapp.models.lease import Lease
from webapp.models.sync import Coverage, Outcome
from webapp.platforms.records import Spend
from webapp.platforms.streams import Page

DAY = date(2026, 6, 3)
AT = datetime.fromisoformat("2026-06-03T12:00:00+00:00")
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def page(*spent: int, last: bool = False) -> Page:
    rows = tuple(
        Spend(campaign_id=str(number), campaign_name="Autumn", day=DAY, spend_micros=one, currency="USD",
              impressions=1, clicks=1, conversions_micros=0, value_micros=0)
        for number, one in enumerate(spent)
    )  # fmt: skip
    return Page(records=rows, resume=None if last else "more")


FIRST, SECOND, LAST = page(1, 2), page(3), page(4, last=True)


def heard(*pages: Page) -> Said:
    hearing = Hearing(None, same=0)
    assert not any(hearing.repeats(one) for one in pages)
    said = hearing.said(DAY, AT)
    assert said is not None
    return said


@pytest.mark.parametrize(
    ("now", "repeats"),
    [
        ((FIRST, SECOND, LAST), (True, True, True)),
        ((page(1, 3), SECOND, LAST), (False, False, False)),
        ((FIRST, page(5), LAST), (True, False, False)),
        ((FIRST, SECOND, page(4)), (True, True, False)),
        ((FIRST, page(3, last=True)), (True, False)),
        ((FIRST, SECOND, LAST, page(9, last=True)), (True, True, True, False)),
        ((FIRST, LAST), (True, False)),
    ],
)
def test_pages_are_the_same_up_to_the_first_that_is_not(now, repeats):
    hearing = Hearing(heard(FIRST, SECOND, LAST), same=0)
    assert tuple(hearing.repeats(one) for one in now) == repeats


def test_what_is_remembered_is_a_day_written_from_its_first_page_on():
    said = heard(FIRST, SECOND, LAST)
    assert Said.of(said.as_json()) == said
    resumed, broken, other = Hearing(said, same=None), Hearing(said, same=0), Hearing(said, same=0)
    for hearing, pages in ((resumed, (SECOND, LAST)), (broken, (FIRST, LAST)), (other, (SECOND, LAST))):
        assert [hearing.repeats(one) for one in pages][1:] == [False]
    assert resumed.said(DAY, AT) is None
    assert broken.said(DAY, AT) is None
    assert other.said(DAY, AT) == heard(SECOND, LAST)


def test_cut_off_among_pages_that_were_the_same_it_goes_on_comparing():
    said = heard(FIRST, SECOND, LAST)
    assert Hearing(said, same=1).repeats(SECOND)
    assert not Hearing(said, same=1).repeats(FIRST)
    assert not Hearing(said, same=9).repeats(FIRST), "a hint of another day's pages"


def rows(acts) -> dict[str, tuple[int, datetime]]:
    with acts.runtime.database.reading() as session:
        today = session.exec(select(Coverage.day).order_by(Coverage.day.desc())).first()
        found = session.exec(select(SpendRow).where(SpendRow.day == today)).all()
        return {row.campaign_id: (row.spend_micros, row.read_at) for row in found}


def fetched(acts) -> datetime:
    with acts.runtime.database.reading() as session:
        return max(session.exec(select(Coverage.fetched_at)).all())


@pytest.fixture
def small_pages(monkeypatch, acts):
    """Two campaigns on each of Meta's pages, early in an hour of the afternoon: the figures change on the hour."""
    monkeypatch.setattr("webapp.platforms.meta_ads.platform.LIMITS", (2,))
    now = acts.runtime.now()
    acts.sandbox.advance(hours=(20 - now.hour) % 24, minutes=61 - now.minute)


@both
def test_nothing_new_is_known_to_be_read_and_not_written(acts, small_pages):
    one = acts.connects("meta_ads")
    assert acts.syncs(one) is Outcome.DONE
    before, read = rows(acts), fetched(acts)
    assert len(before) > 2
    acts.sandbox.advance(minutes=5)
    assert acts.syncs(one) is Outcome.DONE
    assert rows(acts) == before
    assert fetched(acts) > read
    acts.sandbox.advance(hours=1)
    assert acts.syncs(one) is Outcome.DONE
    after = rows(acts)
    assert all(after[name][0] > spent and after[name][1] > at for name, (spent, at) in before.items())
    acts.is_complete(one)


@both
def test_a_campaign_deleted_behind_pages_that_stayed_the_same_is_gone_by_the_next_reading(acts, small_pages):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    before = rows(acts)
    acts.sandbox.switch("meta_ads", "deleted_rows")
    acts.sandbox.advance(minutes=5)
    acts.syncs(one)
    acts.sandbox.advance(minutes=5)
    acts.syncs(one)
    assert len(rows(acts)) == len(before) - 1
    acts.sandbox.switch("meta_ads", "deleted_rows", on=False)
    acts.sandbox.advance(minutes=5)
    acts.syncs(one)
    assert {name: spent for name, (spent, _) in rows(acts).items()} == {
        name: spent for name, (spent, _) in before.items()
    }
    acts.is_complete(one)


@sqlite
def test_what_a_permission_hides_stays_and_is_asked_about_each_time(acts, small_pages):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    before = set(rows(acts))
    acts.sandbox.switch("meta_ads", "hidden_rows")
    for _ in range(3):
        acts.sandbox.advance(minutes=5)
        assert acts.syncs(one) is Outcome.DONE
        assert set(rows(acts)) == before


@sqlite
def test_cut_off_in_the_middle_it_goes_on_there(acts, sandbox, small_pages):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    asked: list[str] = []
    broken = [True]

    def cut(said: str):
        if "level=campaign" not in said:
            return None
        asked.append(said.partition("after=")[2][:8])
        if broken[0] and len(asked) > 1:
            return Response("<html>", 502)
        return None

    before = rows(acts)
    sandbox.instead = cut
    acts.sandbox.advance(minutes=1)
    assert acts.syncs(one) is Outcome.TROUBLE
    cut_off, broken[0] = asked[-1], False
    asked.clear()
    acts.sandbox.advance(minutes=1)
    assert acts.syncs(one) is Outcome.DONE
    assert asked[0] == cut_off
    assert rows(acts) == before


@sqlite
def test_who_was_killed_in_the_middle_of_the_running_day_asks_for_one_page_again(acts, sandbox, small_pages):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    before = rows(acts)
    asked: list[str] = []

    def ends_at_the_second(said: str) -> None:
        if "level=campaign" in said:
            asked.append(said.partition("after=")[2][:8])
        if len(asked) == 2:
            with acts.runtime.database.writing() as session:
                session.execute(delete(Lease))

    sandbox.instead = ends_at_the_second
    acts.sandbox.advance(minutes=1)
    assert acts.syncs(one) is Outcome.INTERRUPTED
    first, cut_off = asked
    assert first == ""
    sandbox.instead = lambda said: asked.append(said.partition("after=")[2][:8]) if "level=campaign" in said else None
    asked.clear()
    acts.sandbox.advance(minutes=1)
    assert acts.syncs(one) is Outcome.DONE
    assert asked[0] == cut_off, "it goes on with the page that was cut off"
    assert "" not in asked, "nor is the day begun anew that was read to its end"
    assert len(asked) == len(set(asked))
    assert rows(acts) == before
