"""Leaving takes the permission back at the platform, unless the same person still reads with it somewhere."""

from __future__ import annotations

import pytest

from tests.acts import Acts
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.workspaces import add_workspace
from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Where taking a permission back ends every permission of that person.
WHOLE = ("google_ads", "meta_ads")


def leaves(acts: Acts, integration: str) -> None:
    assert disconnect(
        acts.runtime, integration_id=integration, workspace_id=acts.workspace_id, person_id=acts.person_id
    )


@pytest.mark.parametrize("slug", WHOLE)
def test_another_workspace_of_the_same_person_goes_on(acts, slug):
    second = add_workspace(acts.runtime, person_id=acts.person_id, name="Second")
    other = Acts(acts.runtime, acts.sandbox, acts.person_id, second)
    here, there = acts.connects(slug), other.connects(slug)
    leaves(acts, here)
    assert acts.sandbox.world.counted(slug)["revoke"] == 0
    assert other.syncs(there) is Outcome.DONE
    assert other.row(there).health is Health.CONNECTED
    leaves(other, there)
    assert acts.sandbox.world.counted(slug)["revoke"] == 1


@pytest.mark.parametrize("slug", WHOLE)
def test_the_old_permission_is_never_taken_back_for_a_new_one(acts, slug):
    """Google gives no new one for days to somebody whose passkey is young: what works is not given up before."""
    one = acts.connects(slug)
    acts.reconnects(one, person="bob@borealis.test")
    acts.reconnects(one)
    assert acts.sandbox.world.counted(slug)["revoke"] == 0
    assert acts.syncs(one) is Outcome.DONE
