"""A migration can be taken back and made again, and what was stored stays."""

from __future__ import annotations

from alembic import command

from webapp.lifecycle.keep_alive import keep_alive
from webapp.lifecycle.migrate import alembic_config, is_current, migrate
from webapp.models.sync import Outcome


def test_permissions_survive_the_way_back_and_are_looked_after_again(acts, runtime):
    """0003: what was connected before it is owed to the clock at once, and only what can be renewed stays owed."""
    integrations = [acts.connects("shopify"), acts.connects("tiktok_ads")]
    with runtime.database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0002")
    assert not is_current(runtime.database)
    migrate(runtime.database)
    with runtime.database.engine.begin() as connection:
        command.check(alembic_config(connection))
    assert keep_alive(runtime) == 2
    assert [acts.sandbox.world.counted(slug)["refresh"] for slug in ("shopify", "tiktok_ads")] == [1, 0]
    assert keep_alive(runtime) == 0
    assert {acts.syncs(one) for one in integrations} == {Outcome.DONE}
