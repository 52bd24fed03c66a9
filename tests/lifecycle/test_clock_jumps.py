"""Our own clock is wrong for a while, in either direction: no state is wrong for it, before or after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import func, select

from jobs.timetable import TIMETABLE
from tests.lifecycle.cases import each
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.clock_jump import take_back_the_future
from webapp.lifecycle.send_notices import send_due_notices
from webapp.lifecycle.sync import sync
from webapp.lifecycle.trouble import PATIENT_TRIES
from webapp.models.access import Grant
from webapp.models.data import OrderRow, RefundRow, SpendRow
from webapp.models.health import Health
from webapp.models.sync import Outcome
from webapp.models.trouble import Incident

HOUR, DAY = 3600, 86_400
DATA = (OrderRow, RefundRow, SpendRow)
CALM = (Health.CONNECTED, Health.CATCHING_UP, Health.DELAYED)


@pytest.fixture
def sandbox(sandbox):
    """Today's figures grow by the hour: no story here ends on one."""
    sandbox.advance(minutes=(10 - sandbox.world.now().minute) % 60)
    return sandbox


@pytest.fixture
def our_clock(sandbox):
    """Sets our clock off by some seconds; the platforms' own go on as before."""

    def off_by(seconds: float) -> None:
        real = float(sandbox.world.data["offset"])
        sandbox.clock_offset_file.write_text(str(real + seconds), encoding="ascii")

    return off_by


@pytest.fixture
def everything_runs(app, runtime, acts) -> Callable[..., None]:
    """Every job of the timetable and what is due, as our clock stands now: nobody hears of it, and no incident is
    opened, no permission ended, nothing erased."""
    jobs = sorted(TIMETABLE, key=lambda one: one.run is send_due_notices)
    stored = 0

    def run(integration: str, *, calm: tuple[Health, ...] = CALM) -> None:
        nonlocal stored
        with app.app_context():
            for job in jobs:
                job.run(runtime)
        for claim in claim_due(runtime, limit=5):
            assert sync(runtime, claim) is Outcome.DONE
        before = stored
        with runtime.database.reading() as session:
            stored = sum(session.exec(select(func.count()).select_from(table)).one() for table in DATA)
            incidents = session.exec(select(Incident)).all()
            grants = [(one.is_live, one.refused_at) for one in session.exec(select(Grant))]
        assert (incidents, acts.sandbox.letters()) == ([], [])
        assert grants == [(True, None)]
        assert stored >= before
        assert acts.row(integration).health in calm

    return run


@each
@pytest.mark.parametrize("days", [-3, 90])
def test_a_clock_that_jumps_and_comes_back(acts, our_clock, everything_runs, slug, days):
    one = acts.connects(slug, shop="cedar.myshopify.com")
    assert acts.syncs(one) is Outcome.DONE
    everything_runs(one)
    # By a clock that is 90 days ahead Meta's consent is at its end; that is said as long as it is believed.
    calm = (*CALM, Health.EXPIRING) if days == 90 and slug == "meta_ads" else CALM
    our_clock(days * DAY)
    everything_runs(one, calm=calm)
    acts.syncs(one)
    everything_runs(one, calm=calm)

    our_clock(0)
    everything_runs(one)
    acts.sandbox.advance(hours=30)
    assert acts.row(one).health in (Health.CATCHING_UP, Health.DELAYED), "green does not freeze"
    assert [claim.integration_id for claim in claim_due(acts.runtime, limit=5)] == [one], "it is not put off for months"
    acts.sandbox.advance(minutes=4)
    assert acts.syncs(one) is Outcome.DONE
    everything_runs(one)
    assert acts.row(one).health is Health.CONNECTED
    assert acts.is_complete(one) > 300
    acts.sandbox.advance(days=20)
    assert acts.syncs(one) is Outcome.DONE
    everything_runs(one)
    assert acts.is_complete(one) > 300


def next_change(zone: ZoneInfo, after: datetime, *, forward: bool) -> datetime:
    """The next hour at whose beginning the clocks there are put forward, or back."""
    hour = after.replace(minute=0, second=0, microsecond=0)
    step = timedelta(hours=1)
    while True:
        moved = (hour.astimezone(zone).utcoffset() or step) - ((hour - step).astimezone(zone).utcoffset() or step)
        if moved and (moved > timedelta(0)) == forward:
            return hour
        hour += step


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(("slug", "zone"), [("shopify", "Europe/Berlin"), ("meta_ads", "America/New_York")])
@pytest.mark.parametrize("hours", [-30, 3])
def test_a_clock_that_jumps_over_a_change_of_the_clocks(acts, our_clock, everything_runs, slug, zone, forward, hours):
    """The stand-in's time comes near the change: shortly before it for a clock that runs ahead, after it for one that
    is behind."""
    world = acts.sandbox.world
    change = next_change(ZoneInfo(zone), world.now(), forward=forward)
    world.begin_at(change - timedelta(minutes=30) if hours > 0 else change + timedelta(minutes=90))
    one = acts.connects(slug, shop="cedar.myshopify.com")
    assert acts.integration(one).timezone == zone
    assert acts.syncs(one) is Outcome.DONE
    everything_runs(one)
    our_clock(hours * HOUR)
    everything_runs(one)
    assert acts.syncs(one) is Outcome.DONE
    everything_runs(one)
    our_clock(0)
    everything_runs(one)
    for _ in range(2):
        acts.sandbox.advance(hours=20)
        assert acts.syncs(one) is Outcome.DONE
        everything_runs(one)
        assert acts.is_complete(one) > 300
    assert acts.row(one).health is Health.CONNECTED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trouble_met_by_a_clock_that_ran_ahead_is_told_in_time(acts, our_clock, runtime):
    """What began then begins when the clock is put right: patience, and who is told when, are counted from there."""
    shop = acts.connects("shopify")
    assert acts.syncs(shop) is Outcome.DONE
    acts.sandbox.switch("shopify", "outage")
    our_clock(90 * DAY)
    assert acts.syncs(shop) is Outcome.TROUBLE
    our_clock(0)
    take_back_the_future(runtime)
    for _ in range(PATIENT_TRIES - 1):
        assert acts.open_incidents() == []
        acts.sandbox.advance(minutes=20)
        assert acts.syncs(shop) is Outcome.TROUBLE
    (incident,) = acts.open_incidents()
    assert incident.began_at <= incident.opened_at <= runtime.now()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_broke_by_a_clock_that_ran_ahead_is_well_after_reconnecting(acts, our_clock, runtime, send_mail):
    shop = acts.connects("shopify")
    assert acts.syncs(shop) is Outcome.DONE
    acts.sandbox.switch("shopify", "access_revoked")
    our_clock(90 * DAY)
    assert acts.syncs(shop) is Outcome.TROUBLE
    our_clock(0)
    take_back_the_future(runtime)
    (incident,) = acts.open_incidents()
    assert incident.began_at <= incident.opened_at <= runtime.now()
    assert send_mail() == 1
    acts.sandbox.advance(minutes=4)
    acts.reconnects(shop)
    assert acts.syncs(shop) is Outcome.DONE
    assert acts.row(shop).health is Health.CONNECTED
    assert not acts.integration(shop).is_dead
    assert acts.receipt(shop).complete_at is not None
    assert acts.is_complete(shop) > 300
