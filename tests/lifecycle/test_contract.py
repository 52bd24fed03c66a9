"""What every platform owes a merchant, found by the registry: connect, import, break, reconnect, nothing lost."""

from collections import defaultdict
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from tests.lifecycle.cases import each
from webapp.lifecycle.refresh import usable_token
from webapp.models.access import Ending, Grant
from webapp.models.health import Health
from webapp.models.plan import day_start, local_day
from webapp.models.sync import Outcome
from webapp.platforms import registry
from webapp.platforms.diagnosis import Remedy
from webapp.platforms.streams import Window


@each
def test_the_first_import_holds_the_whole_ledger_and_a_rerun_changes_nothing(acts, slug):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    assert acts.row(integration).health is Health.IMPORTING
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.is_complete(integration) > 300
    assert acts.row(integration).health is Health.CONNECTED
    acts.sandbox.advance(days=2)
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.is_complete(integration) > 300


@each
@pytest.mark.parametrize("switch", ["access_revoked", "password_changed", "security_policy", "token_expired"])
def test_a_dead_permission_is_said_once_and_mended_without_loss(acts, slug, switch, send_mail):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, switch)
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.row(integration).health is Health.NEEDS_RECONNECT
    assert acts.integration(integration).next_sync_at is None
    requests = acts.sandbox.world.counted(slug)
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.sandbox.world.counted(slug) == requests, "a refused permission is not used again"
    assert len(acts.open_incidents()) == 1
    assert send_mail() == 1
    assert f"/integrations/{integration}" in acts.sandbox.letters()[0]["text"]
    acts.sandbox.advance(days=4)
    assert acts.reconnects(integration).ending is Ending.CONNECTED
    assert acts.row(integration).health is Health.CATCHING_UP
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.row(integration).health is Health.CONNECTED
    assert acts.is_complete(integration) > 300
    assert send_mail() == 1
    assert "connected again" in acts.sandbox.letters()[1]["subject"]
    assert send_mail() == 0


@each
@pytest.mark.parametrize("switch", ["outage", "rate_limited", "garbled"])
def test_passing_trouble_is_waited_out_without_a_mail(acts, slug, switch, send_mail):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, switch)
    acts.sandbox.advance(minutes=90)
    for _ in range(3):
        assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.open_incidents() == []
    for _ in range(3):
        acts.sandbox.advance(minutes=40)
        acts.syncs(integration)
    assert [one.remedy for one in acts.open_incidents()] == [Remedy.WAIT]
    assert acts.row(integration).health is Health.DELAYED
    assert send_mail() == 0
    acts.sandbox.switch(slug, switch, on=False)
    acts.sandbox.advance(days=2)
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.row(integration).health is Health.CONNECTED
    assert acts.is_complete(integration) > 300
    assert acts.sandbox.letters() == []


@each
def test_what_is_corrected_afterwards_arrives(acts, slug):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, "late_data")
    acts.sandbox.advance(hours=8)
    acts.syncs(integration)
    assert acts.is_complete(integration) > 300


@each
def test_what_was_corrected_while_nobody_looked_arrives_however_long_that_was(acts, slug):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, "late_data")
    acts.sandbox.switch(slug, "access_revoked")
    assert acts.syncs(integration) is Outcome.TROUBLE
    acts.sandbox.advance(days=45)
    acts.reconnects(integration)
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.is_complete(integration) > 300
    assert acts.receipt(integration).complete_at is not None


@each
def test_an_hour_later_the_token_is_renewed_without_a_word(acts, slug):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    for _ in range(3):
        acts.sandbox.advance(hours=30)
        assert acts.syncs(integration) is Outcome.DONE
    assert acts.open_incidents() == []


def live_grants(acts):
    with acts.runtime.database.reading() as session:
        return {one.id for one in session.exec(select(Grant)) if one.is_live}


@each
@pytest.mark.parametrize(
    ("switch", "ending"),
    [("fewer_scopes", Ending.FEWER_SCOPES), ("declined", Ending.DENIED), ("other_account", Ending.WRONG_ACCOUNT)],
)
def test_a_round_trip_that_must_change_nothing(acts, slug, switch, ending):
    integration = acts.connects(slug)
    before = live_grants(acts)
    acts.sandbox.switch(slug, switch)
    person = "bob@borealis.test" if switch == "other_account" else "ana@aurora.test"
    assert acts.reconnects(integration, person).ending is ending
    assert live_grants(acts) == before


@each
def test_a_disabled_account_asks_for_the_platform_not_for_a_reconnect(acts, slug):
    integration = acts.connects(slug)
    acts.sandbox.switch(slug, "account_disabled")
    assert acts.syncs(integration) is Outcome.TROUBLE
    assert acts.row(integration).health is Health.ACTION_NEEDED
    acts.sandbox.switch(slug, "account_disabled", on=False)
    assert acts.syncs(integration) is Outcome.DONE
    assert acts.row(integration).health is Health.CONNECTED


def spans(first, last, longest):
    while first <= last:
        end = min(last, first + timedelta(days=longest - 1))
        yield first, end
        first = end + timedelta(days=1)


@each
def test_its_own_totals_are_what_the_ledger_says(acts, slug):
    """Every closed day of the import, in windows as long as the stream allows; hidden rows are still in a total."""
    integration = acts.integration(acts.connects(slug, shop="cedar.myshopify.com"))
    platform, zone = registry()[slug], ZoneInfo(integration.timezone)
    yesterday = local_day(acts.runtime.now(), zone) - timedelta(days=1)
    acts.sandbox.switch(slug, "hidden_rows")
    api = acts.runtime.api(platform, token=usable_token(acts.runtime, integration.login_id), tenant=integration.route)
    for stream in platform.dated_streams:
        ledger = defaultdict(list)
        for _, day, amount in acts.sandbox.truth(slug, integration.account_id, stream.name):
            ledger[day].append(amount)
        totals = {}
        for first, last in spans(integration.first_day, yesterday, stream.window_days):
            end = day_start(last + timedelta(days=1), zone)
            window = Window(first=first, last=last, start=day_start(first, zone), end=end)
            found = platform.totals(api, integration.account, stream, window)
            assert sorted(found) == [first + timedelta(days=n) for n in range((last - first).days + 1)]
            totals |= found
        assert len(totals) > stream.depth_days * 0.9
        for day, total in totals.items():
            amounts = ledger[str(day)]
            assert (total.rows, total.amount_micros) != (None, None), "unknown of both is no total"
            assert total.rows in (None, len(amounts)), day
            assert total.amount_micros in (None, sum(amounts)), day
            assert total.currency in (None, integration.currency)
