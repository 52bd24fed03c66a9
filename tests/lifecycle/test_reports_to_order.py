"""Where a platform writes reports to order, nobody waits for one: it is ordered once and found again later."""

from __future__ import annotations

import pytest

from webapp.models.health import Health
from webapp.models.sync import Outcome

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("webapp.platforms.amazon_ads.reports.PAUSES", (0.0,) * 9)


def ordered(acts) -> int:
    return sum(one.startswith("POST") and "/reporting/reports" in one for one in acts.sandbox.asked)


def test_a_report_ordered_before_is_fetched_when_it_is_written(acts):
    one = acts.connects("amazon_ads")
    proved = acts.integration(one).proved_at
    acts.sandbox.switch("amazon_ads", "unready_reports")
    for _ in range(4):
        assert acts.syncs(one) is Outcome.TROUBLE
        acts.sandbox.advance(minutes=2)
    assert ordered(acts) == 3, "one for each kind of ad, whatever number of tries"
    assert acts.row(one).health is Health.IMPORTING
    assert acts.integration(one).proved_at == proved, "an order is no data"
    assert acts.open_incidents() == []
    acts.sandbox.switch("amazon_ads", "unready_reports", on=False)
    assert acts.syncs(one) is Outcome.DONE
    assert acts.is_complete(one) > 300
    assert acts.row(one).health is Health.CONNECTED


def test_an_order_too_old_to_wait_for_is_given_anew(acts):
    one = acts.connects("amazon_ads")
    acts.sandbox.switch("amazon_ads", "unready_reports")
    acts.syncs(one)
    acts.sandbox.advance(hours=5)
    with acts.sandbox.world.changing() as data:
        data["reports"].clear()
    acts.syncs(one)
    assert ordered(acts) == 6


def test_a_quiet_hour_orders_nothing(acts):
    one = acts.connects("amazon_ads")
    assert acts.syncs(one) is Outcome.DONE
    before = ordered(acts)
    for _ in range(4):
        acts.sandbox.advance(minutes=15)
        assert acts.syncs(one) is Outcome.DONE
    assert ordered(acts) == before
    acts.sandbox.advance(hours=6)
    assert acts.syncs(one) is Outcome.DONE
    assert ordered(acts) == before + 3
    assert acts.is_complete(one) > 300
