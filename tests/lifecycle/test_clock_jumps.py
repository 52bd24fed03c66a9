"""Our own clock is wrong for a while, in either direction: no state is wrong for it, before or after."""

from __future__ import annotations

import pytest

from tests.lifecycle.cases import each
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.clock_jump import take_back_the_future
from webapp.models.health import Health
from webapp.models.sync import Outcome

DAY = 86_400


@pytest.fixture
def our_clock(sandbox):
    """Sets our clock off by some seconds; the platforms' own go on as before."""

    def off_by(seconds: float) -> None:
        real = float(sandbox.world.data["offset"])
        sandbox.clock_offset_file.write_text(str(real + seconds), encoding="ascii")

    return off_by


@each
@pytest.mark.parametrize("days", [-3, 90])
def test_a_clock_that_jumps_and_comes_back(acts, runtime, our_clock, slug, days):
    one = acts.connects(slug, shop="cedar.myshopify.com")
    assert acts.syncs(one) is Outcome.DONE
    our_clock(days * DAY)
    assert acts.row(one).health in (Health.CONNECTED, Health.CATCHING_UP, Health.DELAYED)
    acts.syncs(one)
    assert acts.open_incidents() == []

    our_clock(0)
    take_back_the_future(runtime)
    acts.sandbox.advance(hours=30)
    assert acts.row(one).health in (Health.CATCHING_UP, Health.DELAYED), "green does not freeze"
    assert [claim.integration_id for claim in claim_due(runtime, limit=5)] == [one], "it is not put off for months"
    acts.sandbox.advance(minutes=4)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.row(one).health is Health.CONNECTED
    assert acts.is_complete(one) > 300
    assert acts.open_incidents() == []
    acts.sandbox.advance(days=20)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.is_complete(one) > 300
