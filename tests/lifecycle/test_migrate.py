"""The database's shape: what the models say, forth and back, with another engine's tables beside ours."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from jobs.fleet_schema import prepare
from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.migrate import alembic_config, migrate, roll_back
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.shape import is_current
from webapp.models.sync import Outcome


def tables(runtime: Runtime) -> set[str]:
    return set(inspect(runtime.database.engine).get_table_names())


def check(runtime: Runtime) -> None:
    """Raises when the models say something that no migration does."""
    with runtime.database.engine.begin() as connection:
        command.check(alembic_config(connection))
        if connection.dialect.name == "sqlite":
            # Alembic does not compare how SQLite keeps a table.
            said = {
                one.name for one in SQLModel.metadata.tables.values() if not one.dialect_options["sqlite"]["with_rowid"]
            }
            listed = connection.exec_driver_sql("SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr")
            assert set(listed.scalars()) == said != set()


def test_the_migrations_make_what_the_models_say(runtime):
    check(runtime)
    assert is_current(runtime.database)


def test_back_to_the_first_and_forth_again_keeps_what_both_know(runtime, acts):
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    rows = acts.is_complete(integration)
    roll_back(runtime.database, "0001")
    assert not is_current(runtime.database)
    assert "tick" not in tables(runtime)
    migrate(runtime.database)
    assert is_current(runtime.database)
    assert acts.is_complete(integration) == rows
    acts.syncs(integration)


def test_permissions_survive_the_way_back_and_are_looked_after_again(acts, runtime):
    """0003: what was connected before it is owed to the clock at once, and only what can be renewed stays owed."""
    integrations = [acts.connects("shopify"), acts.connects("tiktok_ads")]
    roll_back(runtime.database, "0002")
    assert not is_current(runtime.database)
    migrate(runtime.database)
    check(runtime)
    assert keep_alive(runtime) == 2
    assert [acts.sandbox.world.counted(slug)["refresh"] for slug in ("shopify", "tiktok_ads")] == [1, 0]
    assert keep_alive(runtime) == 0
    assert {acts.syncs(one) for one in integrations} == {Outcome.DONE}


def test_migrating_twice_changes_nothing(runtime):
    before = tables(runtime)
    migrate(runtime.database)
    assert tables(runtime) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_fleets_tables_are_made_once_and_left_alone(runtime):
    prepare(runtime.database)
    assert {"procrastinate_jobs", "procrastinate_workers", "procrastinate_applied"} <= tables(runtime)
    check(runtime)
    prepare(runtime.database)
    roll_back(runtime.database, "0001")
    assert "procrastinate_jobs" in tables(runtime)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_newer_procrastinate_gets_only_what_it_adds(runtime):
    prepare(runtime.database)
    newest = "03.03.00_01_pre_priority_lock_fetch_job.sql"
    with runtime.database.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION IF EXISTS procrastinate_fetch_job_v2"))
        connection.execute(text("DELETE FROM procrastinate_applied WHERE script = :name"), {"name": newest})
    prepare(runtime.database)
    with runtime.database.reading() as session:
        made = session.execute(text("SELECT count(*) FROM pg_proc WHERE proname = 'procrastinate_fetch_job_v2'"))
        assert made.scalar_one() == 1
