"""Links for somebody without a seat: to sign in at a platform, to connect one, to read about one problem."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.conftest import AtTheBrowser
from tests.views.test_tenancy import dump
from webapp.lifecycle.hand_out import address_of, hand_out
from webapp.models.access import Ending
from webapp.models.columns import opaque_id
from webapp.models.link import LinkKind

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def handed(page) -> str:
    """The path of the link that a page shows just now."""
    assert page.status_code == 200, page.text
    return urlsplit(re.search(r"http://127\.0\.0\.1:5000/(links|problems)/[\w-]+", page.text).group(0)).path


def goes(client: AtTheBrowser, acts, link: str, person: str = "ana@aurora.test", slug="meta_ads", **form: str):
    """Press the link's button, approve as `person`, come back."""
    away = client.post(link, link, **form)
    assert away.status_code == 303, away.text
    return client.client.get(f"/oauth/{slug}/callback", query_string=acts.sandbox.approve(away.location, person))


def test_a_colleague_mends_it_without_a_seat_and_the_sender_is_told(acts, ana, broken, nobody, runtime, send_mail):
    send_mail()
    made = ana.post(f"/integrations/{broken}/links", kind="fix", email="client@out.test")
    link = handed(made)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[-1]
    assert letter["to"] == "client@out.test"
    assert link in letter["text"]
    assert link not in ana.client.get(f"/integrations/{broken}/links").text, "shown once"

    before = dump(runtime)
    page = nobody.client.get(link).text
    assert "Ana asks you to sign in at Meta Ads" in page
    assert acts.integration(broken).account_name in page
    assert not re.search(r"\$\d|leaves out|Integrations</a>", page), "no figure, no way in"
    assert dump(runtime) == before, "looking starts nothing"

    back = goes(nobody, acts, link)
    assert back.status_code == 303
    assert "Done, thank you" in nobody.client.get(back.location).text
    assert not acts.open_incidents()
    for path in ("/integrations", f"/integrations/{broken}", "/members"):
        assert nobody.client.get(path).location.startswith("/login"), "they have no seat"

    assert nobody.client.get(link).status_code == 410, "good once"
    assert nobody.post(link, "/login").status_code == 410
    send_mail()
    told = [one for one in acts.sandbox.letters() if one["subject"].startswith("Done:")]
    assert [one["to"] for one in told] == ["ana@test.test"]
    assert "client@out.test" in told[0]["text"]
    history = ana.client.get(f"/integrations/{broken}/history").text
    assert "Link handed out by Ana" in history
    assert "Done through a link handed out by Ana" in history


def test_another_account_is_refused_and_the_link_stays_good(acts, ana, broken, nobody):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    visit = goes(nobody, acts, link, "bob@borealis.test").location
    page = nobody.client.get(visit).text
    assert "That was a different account" in page
    assert "Add as another account" not in page
    assert nobody.post(f"{visit}/accounts", visit, account="9").status_code == 404, "not for a guest to decide"
    assert len(acts.open_incidents()) == 1
    away = nobody.post(f"{visit}/again", visit)
    params = acts.sandbox.approve(away.location)
    back = nobody.client.get("/oauth/meta_ads/callback", query_string=params)
    assert "Done, thank you" in nobody.client.get(back.location).text
    assert not acts.open_incidents()
    assert nobody.post(f"{back.location}/again", "/login").status_code == 410


def test_a_round_trip_belongs_to_the_browser_that_began_it(acts, ana, bob, broken, nobody, app):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    away = nobody.post(link, link).location
    params = acts.sandbox.approve(away)
    thief = AtTheBrowser(app, "thief@out.test")
    thief.client.get("/login")
    assert thief.client.get("/oauth/meta_ads/callback", query_string=params).location.startswith("/login")
    assert "unfinished/meta_ads/forged" in bob.client.get("/oauth/meta_ads/callback", query_string=params).location
    assert len(acts.open_incidents()) == 1, "and neither burnt it"
    back = nobody.client.get("/oauth/meta_ads/callback", query_string=params)
    assert not acts.open_incidents()
    for someone in (thief, bob, ana):
        for method, path in (("get", ""), ("post", "/accounts"), ("post", "/again")):
            visit = back.location + path
            reply = someone.client.get(visit) if method == "get" else someone.post(visit, "/login")
            assert reply.status_code == 404, visit
    assert nobody.client.get(f"/visits/{opaque_id()}").status_code == 404


def test_a_persons_own_round_trip_is_no_guests(acts, ana, broken):
    away = ana.post(f"/integrations/{broken}/authorization").location
    back = ana.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(away))
    assert back.location == f"/integrations/{broken}"


def test_taken_back_while_they_are_away_nothing_changes(acts, ana, broken, nobody):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    away = nobody.post(link, link).location
    assert ana.post(f"/links/{link[7:23]}/revocation").location == f"/integrations/{broken}/links"
    back = nobody.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(away))
    page = nobody.client.get(back.location).text
    assert "The link is over by now" in page
    assert len(acts.open_incidents()) == 1
    assert nobody.client.get(link).status_code == 410


def test_two_who_follow_one_link_at_once_use_it_once(acts, ana, broken, app):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    both = [AtTheBrowser(app, "a@out.test"), AtTheBrowser(app, "b@out.test")]
    aways = [one.post(link, link).location for one in both]
    for one, away in zip(both, aways, strict=True):
        one.back = one.client.get("/oauth/meta_ads/callback", query_string=acts.sandbox.approve(away)).location
    said = ["Done, thank you" in one.client.get(one.back, follow_redirects=True).text for one in both]
    assert said == [True, False]


def test_a_fix_link_grows_old(acts, ana, broken, nobody):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    acts.sandbox.advance(days=7, minutes=1)
    assert nobody.client.get(link).status_code == 410


def test_a_client_connects_a_store_that_is_new(acts, ana, nobody, people):
    page = ana.client.get("/connect-links/shopify")
    assert "Have Shopify connected by whoever has the login" in page.text
    link = handed(ana.post("/connect-links/shopify"))
    refused = nobody.post(link, link, shop="cedar.evil.test")
    assert refused.status_code == 422
    back = goes(nobody, acts, link, slug="shopify", shop="cedar")
    assert "Done, thank you" in nobody.client.get(back.location).text
    assert "Cedar" in ana.client.get("/integrations").text
    assert ana.post("/connect-links/nowhere").status_code == 404


def test_of_several_accounts_the_guest_says_which(acts, ana, nobody):
    link = handed(ana.post("/connect-links/meta_ads"))
    visit = goes(nobody, acts, link).location
    page = nobody.client.get(visit).text
    first = re.search(r'name="account" value="([^"]+)"', page).group(1)
    assert nobody.post(f"{visit}/accounts", visit, account="nobody's").status_code == 303
    assert "Meta Ads" not in ana.client.get("/integrations/board?seen=").text or not acts.open_incidents()
    assert nobody.post(f"{visit}/accounts", visit, account=first).status_code == 303
    assert "Done, thank you" in nobody.client.get(visit).text
    assert nobody.client.get(link).status_code == 410


def test_a_problem_can_be_read_by_who_has_its_link_and_holds_nothing_else(acts, ana, broken, nobody, runtime):
    link = handed(ana.post(f"/integrations/{broken}/links", kind="problem"))
    before = dump(runtime)
    page = nobody.client.get(link).text
    assert acts.row(broken).incident.explanation.title in page
    for secret in ("ana@", "@test.test", "@aurora.test", "Ana", acts.open_incidents()[0].message):
        assert secret not in page, secret
    assert "<form" not in page
    assert dump(runtime) == before
    assert acts.reconnects(broken).ending is Ending.CONNECTED
    assert "Fixed, " in nobody.client.get(link).text
    assert ana.post(f"/links/{link[10:26]}/revocation").status_code == 303
    assert nobody.client.get(link).status_code == 410


def test_no_problem_no_link(acts, ana):
    meta = acts.connects("meta_ads")
    assert ana.post(f"/integrations/{meta}/links", kind="problem").status_code == 404
    assert ana.post(f"/integrations/{meta}/links", kind="fix", email="no address").status_code == 422


def test_a_link_opens_only_what_it_was_made_for(runtime, people, nobody, acts):
    with runtime.database.writing() as session:
        made = {
            kind: hand_out(runtime, session, kind=kind, workspace_id=people["aurora"], person_id=people["ana"],
                           now=runtime.now(), platform="meta_ads", email="x@out.test")
            for kind in LinkKind
        }  # fmt: skip
    tokens = {kind: urlsplit(address_of(runtime, link)).path.rpartition("/")[2] for kind, link in made.items()}
    opens = {"invitations": {LinkKind.INVITATION}, "links": {LinkKind.CONNECT, LinkKind.FIX}, "problems": set()}
    for path, kinds in opens.items():
        for kind in set(LinkKind) - {LinkKind.PROBLEM, LinkKind.INVITATION}:
            expected = 200 if kind in kinds else 410
            assert nobody.client.get(f"/{path}/{tokens[kind]}").status_code == expected, (path, kind)
        swapped = made[LinkKind.FIX].id + tokens[LinkKind.CONNECT][16:]
        assert nobody.client.get(f"/{path}/{swapped}").status_code == 410, "one link's secret opens no other"
