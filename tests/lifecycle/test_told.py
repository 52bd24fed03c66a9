"""A platform tells us by itself: what it says makes us ask at once, and only its answer changes anything."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from sandbox.signing import OAUTH_EVENT, RISC_EVENT, security_event
from tests.signals import ANA_AT_GOOGLE, AURORA, CEDAR, CEDAR_ID, shop
from webapp.models.access import Ending, Grant
from webapp.models.data import OrderRow
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.sync import Outcome
from webapp.platforms.diagnosis import Cause, Certainty, Remedy

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def grows_old(platforms, seconds: float = 700) -> None:
    """Long enough that nothing is asked about any more, a step at a time as the clock does it."""
    for _ in range(5):
        platforms.acts.sandbox.advance(seconds=seconds / 5)
        platforms.clock_ticks()


def test_the_app_was_removed_and_the_badge_says_so_for_sure(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.advance(minutes=10)
    removed_at = platforms.runtime.now()
    sandbox.switch("shopify", "access_revoked")
    sandbox.advance(minutes=3)
    assert platforms.webhook("app/uninstalled", shop(), at=removed_at).status_code == 200
    platforms.clock_ticks()
    row = acts.row(store)
    assert row.health is Health.NEEDS_RECONNECT
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.certainty, incident.candidates) == (Cause.ACCESS_REVOKED, Certainty.SURE, [])
    assert incident.began_at == removed_at
    assert "the app was removed from the store (app/uninstalled)" in incident.evidence[0]
    assert row.incident.explanation.certainty == "Shopify says so itself."
    assert "Reconnect before" in row.incident.explanation.deadline
    assert platforms.outcomes() == ["confirmed"]
    with platforms.runtime.database.reading() as session:
        assert session.exec(select(Grant.refused_at)).one() is not None, "nobody calls with it any more"
    back = acts.reconnects(store)
    assert back.ending is Ending.CONNECTED
    assert acts.syncs(store) is Outcome.DONE
    acts.is_complete(store)


@sqlite
def test_the_deadline_counts_from_when_the_app_was_removed(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.advance(hours=20)
    removed_at = platforms.runtime.now()
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop(), at=removed_at)
    platforms.clock_ticks()
    told = acts.row(store).incident.explanation.deadline
    ends = (removed_at + timedelta(hours=48)).astimezone(acts_zone(acts, store))
    when = f"{ends:%a} {ends.day} {ends:%b}, {ends:%H:%M}"
    assert told == f"Reconnect before {when}, or Shopify makes us delete the data of Cedar & Co."


@sqlite
def test_a_removal_that_did_not_happen_changes_nothing(platforms, acts):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    platforms.webhook("app/uninstalled", shop())
    grows_old(platforms)
    assert acts.open_incidents() == []
    assert platforms.outcomes() == ["not_so"]
    assert acts.syncs(store) is Outcome.DONE
    assert acts.row(store).health is Health.CONNECTED


@sqlite
def test_a_shop_update_sent_again_as_a_removal_changes_nothing(platforms, acts):
    """Both carry the same body, and only the body is signed."""
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    kept = platforms.webhook("shop/update", shop()).request.headers["X-Shopify-Hmac-Sha256"]
    assert platforms.webhook("app/uninstalled", shop(), X_Shopify_Hmac_Sha256=kept).status_code == 200
    grows_old(platforms)
    assert acts.open_incidents() == []
    assert acts.syncs(store) is Outcome.DONE


@sqlite
def test_an_old_removal_does_not_end_a_newer_permission(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    removed_at = platforms.runtime.now()
    sandbox.switch("shopify", "access_revoked")
    acts.syncs(store)
    sandbox.advance(minutes=1)
    acts.reconnects(store)
    platforms.webhook("app/uninstalled", shop(), at=removed_at)
    platforms.webhook("app/uninstalled", shop(), at=removed_at + timedelta(days=400))
    grows_old(platforms)
    assert acts.open_incidents() == []
    assert acts.syncs(store) is Outcome.DONE


@sqlite
def test_an_old_removal_does_not_explain_what_ends_later(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    sandbox.advance(minutes=1)
    platforms.clock_ticks()
    acts.reconnects(store)
    acts.syncs(store)
    sandbox.advance(days=1)
    sandbox.switch("shopify", "password_changed")
    acts.syncs(store)
    (incident,) = acts.open_incidents()
    assert incident.certainty is Certainty.AMBIGUOUS


@sqlite
def test_a_removal_that_is_told_too_late_does_not_explain_what_ends_later(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    removed_at = platforms.runtime.now() - timedelta(minutes=1)
    platforms.webhook("app/uninstalled", shop(), at=removed_at)
    sandbox.switch("shopify", "password_changed")
    acts.syncs(store)
    platforms.clock_ticks()
    (incident,) = acts.open_incidents()
    assert incident.certainty is Certainty.AMBIGUOUS


@sqlite
def test_a_sync_that_meets_it_first_knows_it_for_sure_too(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    acts.syncs(store)
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.certainty) == (Cause.ACCESS_REVOKED, Certainty.SURE)


@sqlite
@pytest.mark.parametrize("said", ["not a time", "", "2020-01-01T00:00:00", "9999-12-31T23:59:59+00:00"])
def test_a_time_that_cannot_be_true_is_not_believed(platforms, acts, sandbox, said):
    store = acts.connects("shopify", shop=CEDAR)
    sandbox.switch("shopify", "access_revoked")
    sandbox.advance(minutes=5)
    platforms.webhook("app/uninstalled", shop(), X_Shopify_Triggered_At=said)
    heard_at = platforms.heard()[0].received_at
    platforms.clock_ticks()
    assert acts.row(store).health is Health.NEEDS_RECONNECT
    assert acts.open_incidents()[0].began_at <= heard_at


@sqlite
def test_what_the_platform_does_not_know_everywhere_yet_is_asked_again(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    assert acts.open_incidents() == []
    sandbox.switch("shopify", "access_revoked")
    sandbox.advance(seconds=6)
    platforms.clock_ticks()
    assert acts.open_incidents()[0].certainty is Certainty.SURE


@sqlite
def test_what_was_known_already_is_known_for_sure(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.advance(seconds=90)
    sandbox.switch("shopify", "access_revoked")
    acts.syncs(store)
    assert acts.open_incidents()[0].certainty is Certainty.AMBIGUOUS
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.certainty) == (Cause.ACCESS_REVOKED, Certainty.SURE)
    assert platforms.outcomes() == ["confirmed"]


@sqlite
def test_a_platform_that_cannot_answer_just_now_is_asked_later(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    sandbox.switch("shopify", "access_revoked")
    sandbox.switch("shopify", "outage")
    platforms.webhook("app/uninstalled", shop())
    platforms.clock_ticks()
    assert (acts.open_incidents(), platforms.outcomes()) == ([], [None])
    sandbox.switch("shopify", "outage", on=False)
    sandbox.advance(minutes=1)
    platforms.clock_ticks()
    assert acts.row(store).health is Health.NEEDS_RECONNECT


@sqlite
def test_a_paused_one_is_not_nagged_and_a_strangers_shop_is_nobodys(platforms, acts, sandbox, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    with runtime.database.writing() as session:
        row = session.get_one(Integration, store)
        row.paused_at, row.next_sync_at = runtime.now(), None
    sandbox.switch("shopify", "access_revoked")
    platforms.webhook("app/uninstalled", shop())
    platforms.webhook("app/uninstalled", shop("unknown.myshopify.com", 5), domain="unknown.myshopify.com")
    platforms.clock_ticks()
    assert acts.open_incidents() == []
    assert platforms.outcomes() == ["confirmed", "not_ours"]


@sqlite
def test_removed_at_meta(platforms, acts, sandbox):
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    sandbox.switch("meta_ads", "access_revoked")
    # Whole seconds are what Meta gives: cut off, it seems to be older than the permission.
    granted_at = acts.integration(ads).granted_at
    assert platforms.deauthorize(at=granted_at.replace(microsecond=0)).status_code == 200
    platforms.clock_ticks()
    (incident,) = acts.open_incidents()
    assert (incident.integration_id, incident.cause, incident.certainty) == (
        ads, Cause.ACCESS_REVOKED, Certainty.SURE,
    )  # fmt: skip
    assert "Meta told us by itself" in incident.evidence[0]


@sqlite
def test_metas_word_alone_ends_nothing(platforms, acts):
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    platforms.deauthorize()
    platforms.deauthorize(at=platforms.runtime.now() - timedelta(days=30))
    grows_old(platforms)
    assert acts.open_incidents() == []
    assert set(platforms.outcomes()) == {"not_so"}


@sqlite
@pytest.mark.parametrize(
    ("event", "cause", "certainty"),
    [
        (f"{OAUTH_EVENT}tokens-revoked", Cause.ACCESS_REVOKED, Certainty.SURE),
        (f"{RISC_EVENT}account-disabled", Cause.SECURITY_POLICY, Certainty.SURE),
        (f"{RISC_EVENT}sessions-revoked", Cause.ACCESS_REVOKED, Certainty.AMBIGUOUS),
    ],
)
def test_googles_event_names_the_cause_and_a_hint_only_makes_us_ask(
    platforms, acts, sandbox, event, cause, certainty
):  # fmt: skip
    ads = acts.connects("google_ads")
    acts.syncs(ads)
    platforms.security_event(security_event(event, ANA_AT_GOOGLE, at=platforms.runtime.now()))
    platforms.clock_ticks()
    assert acts.open_incidents() == [], "it still works"
    sandbox.advance(hours=2)
    sandbox.switch("google_ads", "access_revoked")
    platforms.security_event(security_event(event, ANA_AT_GOOGLE, at=platforms.runtime.now()))
    platforms.clock_ticks()
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.certainty, incident.remedy) == (cause, certainty, Remedy.RECONNECT)


@sqlite
def test_a_permission_that_was_taken_away_is_named(platforms, acts, sandbox):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    for grant in sandbox.world.data["grants"].values():
        grant["scopes"].remove("read_products")
    said = {"id": "gid://shopify/AppInstallation/1", "previous": ["read_products"], "current": [], "shop_id": CEDAR_ID}
    platforms.webhook("app/scopes_update", said)
    platforms.clock_ticks()
    (incident,) = acts.open_incidents()
    assert (incident.cause, incident.evidence) == (Cause.SCOPE_MISSING, ["Missing: read_products"])


@sqlite
def test_scopes_that_suffice_and_another_shops_header_change_nothing(platforms, acts):
    store, other = acts.connects("shopify", shop=CEDAR), acts.connects("shopify", shop=AURORA)
    said = {"previous": ["read_products"], "current": [], "shop_id": CEDAR_ID}
    platforms.webhook("app/scopes_update", said)
    platforms.webhook("app/scopes_update", said, domain=AURORA)
    platforms.webhook("app/scopes_update", {"previous": [], "current": []}, domain=AURORA)
    platforms.clock_ticks()
    assert acts.open_incidents() == []
    assert platforms.outcomes() == ["checked", "not_ours", "checked"]
    assert acts.integration(store).next_sync_at is not None
    assert acts.integration(other).next_sync_at is not None


@sqlite
def test_another_name_and_another_zone_are_taken_over_and_every_day_read_anew(platforms, acts, runtime):
    store = acts.connects("shopify", shop=CEDAR)
    acts.syncs(store)
    with runtime.database.writing() as session:
        row = session.get_one(Integration, store)
        row.account_name, row.timezone = "Old name", "Pacific/Auckland"
        for order in session.exec(select(OrderRow)):
            order.day += timedelta(days=1)
    platforms.webhook("shop/update", shop())
    platforms.clock_ticks()
    row = acts.integration(store)
    assert (row.account_name, row.timezone, row.currency) == ("Cedar & Co", "Europe/Berlin", "EUR")
    assert acts.syncs(store) is Outcome.DONE
    assert acts.is_complete(store) > 300, "every order is booked on its day as it is reckoned now"


def acts_zone(acts, integration_id):
    return ZoneInfo(acts.integration(integration_id).timezone)
