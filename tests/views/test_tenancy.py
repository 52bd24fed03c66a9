"""Every route there is, and who may have an answer from it. A new route without an entry here fails."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect, text

from tests.conftest import AtTheBrowser
from tests.views.conftest import plain
from webapp.lifecycle.channels import add_channel
from webapp.lifecycle.follow_link import ask_to_fix
from webapp.models.columns import opaque_id
from webapp.models.data import VariantRow
from webapp.models.guide import Guide
from webapp.models.integration import Integration
from webapp.models.trouble import Receipt

PUBLIC = {
    "static", "machines.heartbeat", "machines.metrics", "signals.receive", "signals.deletion",
    "people.login", "people.begin_session",
    "people.end_session", "people.signup",
    "people.confirm", "people.ask_for_reset", "people.reset", "help.index", "help.topic",
    "mails.ask_unsubscribe", "mails.unsubscribe",
    "people.make_workspace", "members.read_invitation", "members.take_up_invitation",
    "guests.read", "guests.start", "guests.ended", "guests.choose", "guests.again", "guests.problem",
}  # fmt: skip
SIGNED_IN = {
    "overview.page", "overview.figures", "overview.look", "overview.days", "overview.orders", "overview.refunds",
    "overview.campaigns", "overview.changes", "overview.products", "costs.page", "costs.put", "costs.drop",
    "costs.read_file", "costs.take_in", "cost_rules.put", "cost_rules.drop",
    "help.count", "help.again", "stand_ins.page", "stand_ins.put", "stand_ins.accept", "stand_ins.drop",
    "integrations.page", "integrations.board", "checks.check_all", "checks.begin_mute", "checks.end_mute",
    "coverage.page",
    "authorizations.start", "authorizations.callback", "authorizations.not_ours", "patterns.index", "patterns.screen",
    "people.confirm_again", "people.switch", "members.page", "members.ask_in",
    "agency.page", "agency.board", "handing.platform", "handing.ask",
    "mail_patterns.index", "mail_patterns.designed", "mail_patterns.plain",
    "mails.preferences", "mails.choose_mails", "mails.try_again", "pulse.look", "channels.page", "channels.add",
}  # fmt: skip
OWNED = {
    "integrations.show", "integrations.incident", "integrations.history", "receipts.show", "receipts.table",
    "receipts.dismiss", "logins.show", "integrations.sync_now", "integrations.check", "integrations.pause_one",
    "integrations.resume_one", "integrations.ask_disconnect", "integrations.disconnect_one",
    "channels.test", "channels.remove",
    "authorizations.start_again", "authorizations.show", "authorizations.choose", "authorizations.cancel",
    "members.set_role", "members.ask_hand_over", "members.hand_over_to", "members.let_out", "members.take_back",
    "handing.integration", "handing.hand_out", "responsible.page", "responsible.choose",
    "elsewhere.repair", "guides.present", "guides.show",
    "accounts.ask_replacement", "accounts.replace", "accounts.ask_deletion", "accounts.delete",
    "mails.ask_snooze", "mails.put_off", "mails.choose_mails_apart", "variant_costs.page",
}  # fmt: skip
# Only whoever was made an operator on the command line; tests/views/test_operator.py.
OPERATOR = {
    "operator.page", "operator.retry_fault", "operator.retry_breaker", "operator.release", "operator.nothing_else",
}  # fmt: skip
ANY = {
    "slug": "shopify",
    "ending": "forged",
    "name": "history",
    "topic": "costs-not-appearing",
    "mail": "broken",
    "visit_id": "x",
}


@pytest.fixture
def ids(acts, runtime, people) -> dict[str, str]:
    """Something of each kind that is Aurora's, by the name a route calls it."""
    integration = acts.connects("shopify")
    now = runtime.now()
    with runtime.database.writing() as session:
        receipt = Receipt(integration_id=integration, away_from=now, away_to=now, owed_days=1, currency="USD")
        session.add(receipt)
        session.flush()
        receipt_id = receipt.id
        guide = Guide(workspace_id=people["aurora"], person_id=people["ana"], began_at=now)
        session.add(guide)
        session.flush()
        guide_id = guide.id
        shop = session.get_one(Integration, integration)
        session.add(VariantRow(workspace_id=people["aurora"], platform="shopify", account_id=shop.account_id,
                               variant_id="1", product_id="1", title="Cap", seen_at=now))  # fmt: skip
    waiting = acts.stops_at_the_choice("meta_ads")
    channel = add_channel(runtime, workspace_id=acts.workspace_id, person_id=acts.person_id, name="#ads",
                          address=f"{acts.sandbox.url}/chat")  # fmt: skip
    link = ask_to_fix(runtime, workspace_id=people["aurora"], person_id=people["ana"], integration_id=integration,
                      email=None)  # fmt: skip
    return {"integration_id": integration, "receipt_id": receipt_id, "authorization_id": waiting,
            "person_id": people["vic"], "channel_id": channel, "guide_id": guide_id,
            "link_id": link.id, "workspace_id": people["aurora"], "variant_id": "1"}  # fmt: skip


def rules(app, endpoints):
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
        if rule.endpoint in endpoints
    ]


def path_of(rule: str, values: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found.group(1)], rule)


def asked(someone, method: str, path: str):
    return someone.client.get(path) if method == "GET" else someone.post(path)


def test_no_route_is_forgotten(app):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == PUBLIC | SIGNED_IN | OWNED | OPERATOR


def test_who_is_not_signed_in_is_sent_to_sign_in(app, ids, nobody):
    for method, rule in rules(app, SIGNED_IN | OWNED):
        reply = asked(nobody, method, path_of(rule, ids | ANY))
        assert (reply.status_code, reply.location[:6]) == (303, "/login"), rule


def test_a_strangers_id_and_an_absent_one_are_the_same_404(app, ids, bob, runtime):
    before = dump(runtime)
    for method, rule in rules(app, OWNED):
        foreign = asked(bob, method, path_of(rule, ids))
        absent = asked(bob, method, path_of(rule, {name: opaque_id() for name in ids}))
        assert foreign.status_code == absent.status_code == 404, rule
        assert plain(foreign.text) == plain(absent.text), rule
    assert dump(runtime) == before, "something of Aurora's changed"


def test_the_owner_gets_an_answer_everywhere(app, ids, ana):
    last = {"integrations.disconnect_one", "members.let_out"}
    # Whoever hands a workspace over is its owner no more; tests/views/test_teams.py.
    for method, rule in rules(app, OWNED - last - {"members.hand_over_to"}) + rules(app, last):
        reply = asked(ana, method, path_of(rule, ids))
        assert reply.status_code == 422 if rule.endswith("/role") else reply.status_code in (200, 303), rule


def test_a_viewer_sees_everything_and_changes_nothing(app, ids, vic, runtime):
    before = dump(runtime)
    own = {
        "overview.look", "people.confirm_again", "people.switch", "mails.choose_mails",
        "mails.try_again", "help.again",
    }  # fmt: skip
    for method, rule in rules(app, SIGNED_IN - own):
        if method == "POST":
            assert asked(vic, method, path_of(rule, ids | ANY)).status_code == 403, rule
    # Everybody may leave; tests/views/test_teams.py.
    for method, rule in rules(app, OWNED - {"authorizations.show", "members.let_out"}):
        closed = (
            rule.endswith(("/disconnection", "/replacement", "-deletion", "/links", "/responsible"))
            or "/preferences/" in rule
        )
        expected = 200 if method == "GET" and not closed else 403
        assert asked(vic, method, path_of(rule, ids)).status_code == expected, rule
    page = vic.client.get("/integrations").text
    assert "Reconnect</button>" not in page
    assert "Check all</button>" not in page
    assert "Mute alerts for an hour</button>" not in page
    assert dump(runtime) == before


def test_without_its_token_no_form_is_taken(app, ids, ana):
    # A platform signs what it sends, and has no form of ours; a mail program's token is in the address.
    for method, rule in rules(app, PUBLIC - {"signals.receive", "mails.unsubscribe"} | SIGNED_IN | OWNED):
        if method == "POST":
            values = ids | ANY | {"token": "x", "filename": "x"}
            assert ana.client.post(path_of(rule, values)).status_code == 400, rule


def test_what_only_an_owner_may(ana, acts, people, app, runtime):
    ana.post(f"/members/{people['vic']}/role", role="admin")
    vic = AtTheBrowser(app, "vic@test.test")
    vic.sign_in()
    assert vic.post("/members", email="bob@test.test", role="viewer").status_code == 403
    assert vic.post(f"/members/{people['ana']}/removal").status_code == 403
    assert vic.post("/checks").status_code == 303
    refused = ana.post(f"/members/{people['ana']}/removal")
    assert refused.status_code == 422
    assert "needs an owner" in refused.text


def dump(runtime) -> dict[str, list[tuple[object, ...]]]:
    """Everything stored about connections and who is in what."""
    tables = (
        "integration", "authorization", "receipt", "member", "login", "access_grant", "notice", "handed_link",
        "team_event", "event",
    )  # fmt: skip
    with runtime.database.reader.connect() as connection:
        present = set(inspect(connection).get_table_names())
        assert set(tables) <= present, present
        return {one: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{one}"')).all())) for one in tables}
