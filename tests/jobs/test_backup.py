"""The drill: a copy taken while everything runs is opened elsewhere, syncs on, and holds what the ledgers hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from jobs.engines import prepare_database
from tests.acts import Acts
from tests.conftest import AtTheBrowser
from tests.e2e.world import until
from tests.jobs.fleet import Fleet
from tests.jobs.many import all_read_since
from tests.jobs.test_kills import LASTING, newest_run, under_way
from webapp.lifecycle.shape import is_current
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.settings import Settings

Restore = Callable[[], str]


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """On PostgreSQL with the fleet's own tables in it, which are copied too."""
    if environ["DATABASE_URL"].startswith("sqlite"):
        return environ
    return {**environ, "JOBS_ENGINE": "procrastinate"}


@pytest.fixture
def back_up(request, database_url: str, tmp_path: Path) -> Callable[[], Restore]:
    """Copy the database as docs/operating.md says, whatever is being written; how to open the copy comes back."""
    copy = tmp_path / "copy"
    if database_url.startswith("sqlite"):

        def copied() -> Restore:
            source = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)
            with closing(source), closing(sqlite3.connect(copy)) as target:
                source.backup(target, pages=200)
            return lambda: f"sqlite:///{copy}"

        return copied
    postgres = request.getfixturevalue("postgres")

    def dumped() -> Restore:
        postgres.dump(database_url, copy)
        return lambda: postgres.restore(copy)

    return dumped


@pytest.fixture
def open_at(environ, tmp_path) -> Iterator[Callable[[str], Flask]]:
    """The same installation at another database."""
    made: list[Flask] = []

    def opened(url: str) -> Flask:
        made.append(create_app(Settings.from_env({**environ, "DATABASE_URL": url}, instance=tmp_path)))
        return made[-1]

    yield opened
    for app in made:
        app.extensions["runtime"].database.engine.dispose()


def at(app: Flask, acts: Acts) -> Acts:
    return Acts(app.extensions["runtime"], acts.sandbox, acts.person_id, acts.workspace_id)


def work_until_read(runtime, environ, log: Path) -> None:
    """A worker, until everything has been read once more, and then SIGTERM."""
    moment, fleet = runtime.now(), Fleet(environ, log)
    fleet.work()
    try:
        until(lambda: all_read_since(runtime, moment), f"everything is read\n{log.read_text()[-2000:]}", seconds=120)
        assert fleet.drain() == [0]
    finally:
        fleet.end()


@pytest.mark.timeout(300)
def test_a_copy_of_a_running_installation_goes_on_where_it_was(
    acts, runtime, environ, back_up, open_at, sandbox, tmp_path
):
    prepare_database(runtime)
    connected = [acts.connects(slug) for slug in LASTING]
    before, fleet = newest_run(runtime), Fleet(environ, tmp_path / "work.log")
    fleet.work()
    try:
        until(lambda: under_way(runtime, after=before, pages=1), "a sync is under way", seconds=60)
        restore = back_up()
    finally:
        fleet.end()
    sandbox.advance(days=2)

    url = restore()
    app = open_at(url)
    elsewhere = app.extensions["runtime"]
    assert is_current(elsewhere.database)
    prepare_database(elsewhere)
    work_until_read(elsewhere, {**environ, "DATABASE_URL": url}, tmp_path / "work.log")
    there = at(app, acts)
    # Where every question is dear, today's figures are asked for again only when they have aged.
    sandbox.advance(hours=7)
    for integration in connected:
        there.syncs(integration)
        assert there.is_complete(integration) > 300
        assert there.row(integration).health is Health.CONNECTED
    someone = AtTheBrowser(app, "ana@test.test")
    assert someone.sign_in().status_code == 303
    assert "All green" in someone.client.get("/integrations").text


def test_a_copy_from_before_a_renewal_asks_to_reconnect_where_tokens_rotate_and_loses_nothing(
    acts, runtime, back_up, open_at, sandbox
):
    shop, search = acts.connects("shopify"), acts.connects("google_ads")
    for one in (shop, search):
        acts.syncs(one)
    restore = back_up()
    sandbox.advance(hours=2)
    for one in (shop, search):
        assert acts.syncs(one) is Outcome.DONE, "renewed after the copy was taken"

    there = at(open_at(restore()), acts)
    assert there.syncs(search) is Outcome.DONE, "Google's refresh token stays the same"
    assert there.syncs(shop) is Outcome.TROUBLE
    assert there.row(shop).health is Health.NEEDS_RECONNECT
    assert there.reconnects(shop).ending is Ending.CONNECTED
    for one in (shop, search):
        there.syncs(one)
        assert there.is_complete(one) > 300
