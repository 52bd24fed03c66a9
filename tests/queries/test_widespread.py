"""A platform that fails for many stores is said to; a store that fails alone is not told so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from webapp.lifecycle.sign_up import open_workspace
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.platforms.diagnosis import Cause
from webapp.queries.widespread import failing_for_many, is_widespread

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("failing", "of", "many"),
    [(0, 0, False), (1, 1, False), (4, 4, False), (5, 5, True), (5, 25, True), (5, 26, False), (200, 1000, True)],
)
def test_how_many_are_many(failing, of, many):
    assert is_widespread(failing=failing, of=of) is many


def test_many_that_fail_are_said_to_and_one_that_is_back_is_not_counted(acts, runtime):
    one, now = acts.connects("meta_ads"), runtime.now()
    acts.syncs(one)
    fails_like_everybody(acts, runtime, one, others=4)
    with runtime.database.reading() as session:
        assert failing_for_many(session, ["meta_ads", "google_ads"], now) == {"meta_ads"}
        assert failing_for_many(session, ["meta_ads"], now + timedelta(hours=2)) == frozenset(), "nobody knows any more"
    row = acts.row(one)
    assert (row.health, row.is_widespread) == (Health.DELAYED, True)
    assert row.sentence.startswith("Meta is failing for many stores; nothing for you to do. ")
    with runtime.database.writing() as session:
        session.execute(update(Integration).where(col(Integration.account_id) == "1").values(failing_since=None))
    assert not acts.row(one).is_widespread


@on_sqlite
def test_the_page_says_it_on_top(ana, acts, runtime):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    fails_like_everybody(acts, runtime, one, others=4)
    page = ana.client.get("/integrations").text
    assert "<span>Meta is failing for many stores; nothing for you to do.</span>" in page


def fails_like_everybody(acts, runtime, integration_id: str, *, others: int) -> None:
    """Its platform has not answered it for an hour, nor the same account in other workspaces."""
    with runtime.database.writing() as session:
        now = runtime.now()
        mine = session.exec(select(Integration).where(Integration.id == integration_id)).one()
        down = {"failing_since": now - timedelta(hours=1), "failing_cause": Cause.PLATFORM_DOWN, "last_attempt_at": now,
                "last_success_at": now - timedelta(hours=1)}  # fmt: skip
        for number in range(others):
            place = open_workspace(session, person_id=acts.person_id, name=f"Shop {number}", now=now)
            told = {name: getattr(mine, name) for name in ("platform", "account_name", "currency", "timezone",
                                                           "created_at", "first_day", "granted_at")}  # fmt: skip
            session.add(Integration(workspace_id=place, account_id=str(number), **told, **down))
        session.execute(
            update(Integration).where(col(Integration.id) == integration_id)
            .values(**down, granted_at=now - timedelta(hours=2))
        )  # fmt: skip
        runtime.started_at = now - timedelta(days=1)
