"""A day that was known whole and comes to something else: kept with its old value, shown, and once seen not again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.views.test_overview import DAYS, text_of, today_of
from webapp.lifecycle.sum_days import sum_stale_days
from webapp.lifecycle.tidy import tidy
from webapp.models.day_sum import Because
from webapp.models.integration import Integration
from webapp.models.restated import DayFigure, Restated
from webapp.queries import wording

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reads(acts, integration: str) -> None:
    """A sync, and what the clock does when it is over."""
    acts.syncs(integration)
    sum_stale_days(acts.runtime)


def kept(acts) -> list[Restated]:
    with acts.runtime.database.reading() as session:
        return list(session.exec(select(Restated)))


def test_late_spend_is_told_with_what_the_day_was_until_it_has_been_seen(acts, ana):
    meta = acts.connects("meta_ads")
    with acts.runtime.database.writing() as session:
        session.get_one(Integration, meta).first_day = today_of(acts, meta) - timedelta(days=DAYS - 1)
    reads(acts, meta)
    assert kept(acts) == [], "a first import corrects nothing"
    assert "Changed" not in ana.client.get("/").text
    acts.sandbox.switch("meta_ads", "late_data")
    acts.sandbox.advance(hours=7)
    reads(acts, meta)
    found = kept(acts)
    assert found
    today = today_of(acts, meta)
    for one in found:
        assert (one.figure, one.because) == (DayFigure.SPEND, Because.ROWS)
        assert one.day < today, "today is not over, so it cannot be restated"
        assert one.old_micros != one.new_micros
    truth = acts.sandbox.truth("meta_ads", acts.integration(meta).account_id, "daily_spend")
    last = max(found, key=lambda one: one.day)
    assert last.new_micros == sum(micros for _, day, micros in truth if day == str(last.day))
    page = ana.client.get("/").text
    assert re.search(
        r"Meta spend corrected by Meta, noticed .*? \$[\d,]+\.\d\d \$[\d,]+\.\d\d [+−]\$[\d,]+\.\d\d ", text_of(page)
    )
    assert re.search(r"Changed since: Meta spend was \$[\d,.]+ at first", text_of(page))
    line = re.compile(rf"{wording.day(last.day)} · Meta spend corrected by Meta, noticed \w+ \d+ \w+, \d\d:\d\d")
    assert line.search(text_of(ana.client.get("/overview/changes?days=90").text)), "with the time it was noticed"
    rows = ana.client.get("/overview/changes?days=90&as=csv").text.splitlines()
    assert len(rows) == len(found) + 1
    assert f"{last.day},Meta spend," in "\n".join(rows)
    assert ana.post("/overview/look").status_code == 303
    page = ana.client.get("/").text
    assert "corrected by Meta" not in page
    assert "Changed since: Meta spend was" in page, "the day itself still tells"


def test_what_changed_long_ago_is_forgotten(acts):
    now = acts.runtime.now()
    with acts.runtime.database.writing() as session:
        for ago in (1, 119, 121):
            session.add(
                Restated(
                    workspace_id=acts.workspace_id, platform="meta_ads", account_id="1", day=now.date(),
                    figure=DayFigure.SPEND, old_micros=1, new_micros=2, currency="USD", because=Because.ROWS,
                    at=now - timedelta(days=ago),
                )
            )  # fmt: skip
    tidy(acts.runtime)
    assert len(kept(acts)) == 2
