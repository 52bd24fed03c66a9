"""How far a catch-up has come: days back of the days missed, and a rest that gets shorter."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from webapp.lifecycle.claim import claim_due
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.sync import Coverage, SyncRun
from webapp.platforms import registry
from webapp.queries.coverage import data_through
from webapp.queries.progress import catch_up_progress, import_progress

AWAY = 30


@pytest.fixture
def under_way(acts, runtime):
    """A month behind without an incident, and a run that has been at it for as many seconds as days are back."""
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    acts.sandbox.advance(days=AWAY)
    stream = registry()["meta_ads"].dated_streams[0].name

    def back(days: int):
        with runtime.database.writing() as session:
            one = session.get_one(Integration, integration)
            newest = runtime.now().date()
            for offset in range(days):
                session.merge(Coverage(
                    workspace_id=one.workspace_id, platform=one.platform, account_id=one.account_id, stream=stream,
                    day=newest - timedelta(days=offset), rows=4, amount_micros=1, complete=offset > 0,
                    fetched_at=runtime.now(), read_through=runtime.now(),
                ))  # fmt: skip
            through = data_through(session, registry()["meta_ads"], one)
            run = SyncRun(integration_id=integration, started_at=runtime.now() - timedelta(seconds=days or 1),
                          stream=stream, rows=4 * days, days=days)  # fmt: skip
            return catch_up_progress(session, one, registry()["meta_ads"], None, run, through, runtime.now())

    return back


def test_days_back_are_counted_and_the_time_left_falls(under_way):
    seen = [under_way(days) for days in (0, 10, 20, AWAY)]
    assert {one.owed_days for one in seen} <= {AWAY + 1, AWAY + 2}
    assert [one.done_days for one in seen] == [0, 10, 20, AWAY]
    owed = seen[0].owed_days
    assert [one.seconds_left for one in seen] == [None, owed - 10, owed - 20, owed - AWAY]
    assert [one.rows for one in seen] == [0, 40, 80, 4 * AWAY]
    assert [round(one.rows_per_second or 0) for one in seen] == [0, 4, 4, 4]


def test_an_import_counts_its_days_too(acts, runtime, ana):
    integration = acts.connects("meta_ads")
    assert acts.row(integration).health is Health.IMPORTING
    acts.syncs(integration)
    with runtime.database.writing() as session:
        one = session.get_one(Integration, integration)
        newest = session.scalars(select(Coverage.day).order_by(col(Coverage.day).desc())).first()
        for day in session.scalars(select(Coverage).where(Coverage.day <= newest - timedelta(days=40))):
            session.delete(day)
        one.imported_at = None
        session.flush()
        found = import_progress(session, one, registry()["meta_ads"], None, runtime.now())
        owed = (newest - one.first_day).days + 1
        assert (found.done_days, found.owed_days) == (40, owed)
        assert found.rows > 40
        # A run under way, a minute in: its rate and what is left can be told.
        one.next_sync_at = runtime.now()
        session.add(SyncRun(integration_id=integration, started_at=runtime.now() - timedelta(seconds=60),
                            stream="daily_spend", rows=600, days=40))  # fmt: skip
    assert claim_due(runtime, limit=1, only=integration)
    page = " ".join(re.sub(r"<[^>]+>", " ", ana.client.get("/integrations").text).split())
    told = re.search(
        rf"ad spend 40 of {owed} days \d+ % \d+ campaign days so far, newest days first, (.+?) (about \d+ min|less than"
        r" a minute) left You can leave this page; it goes on by itself\.",
        page,
    )
    assert told, page
    assert told.group(1) == "about 10 campaign days a second"
