"""What a hostile or clumsy browser may send: a clear answer, nothing lost, nothing changed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import func, select

from tests.acts import BROWSER
from webapp.lifecycle.recover import open_incident
from webapp.models.access import Authorization, Ending
from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.platforms import registry

MARKUP = "<img src=x onerror=alert(1)>\"'&{{7*7}}"


def flows(runtime) -> int:
    with runtime.database.reading() as session:
        return session.exec(select(func.count()).select_from(Authorization)).one()


HOSTILE = (
    ["", "  ", "evil.test", "aurora.myshopify.com.evil.test", "aurora.myshopify.com/../x", "-a.myshopify.com",
     "a b.myshopify.com", "aurora.myshopify.com@evil.test", "aurora.myshopify.com:443", "169.254.169.254",
     "[::1]", "aurora.myshopify.com\r\nX: y", "ａurora.myshopify.com", "a" * 300, "evil.test/.myshopify.com",
     "https://evil.test?x=aurora.myshopify.com", "https://evil.test#aurora.myshopify.com"]
)  # fmt: skip


def test_a_hostile_shop_goes_nowhere(ana, runtime, sandbox):
    for shop in HOSTILE:
        reply = ana.post("/authorizations", platform="shopify", shop=shop)
        assert reply.status_code == 303, shop
        assert urlsplit(reply.location).path == "/integrations", shop
        assert "myshopify.com" in ana.client.get("/integrations").text
        assert flows(runtime) == 0, shop


@pytest.mark.parametrize("platform", ["", "nope", "../shopify", "shopify\r\n", MARKUP, "SHOPIFY", "x" * 4000])
def test_an_unknown_platform_is_absent(ana, runtime, platform):
    assert ana.post("/authorizations", platform=platform, shop="aurora.myshopify.com").status_code == 404
    assert flows(runtime) == 0


@pytest.mark.parametrize("part", ["%00", "..%2f..", "x" * 3000, "%F0%9F%92%A5", "%FF%FE", "'%20OR%201=1--", "-1", "1"])
def test_an_odd_id_is_absent(ana, part):
    for path in ("/integrations/{}", "/integrations/{}/history", "/authorizations/{}", "/integrations/x/receipts/{}",
                 "/oauth/{}/callback", "/patterns/{}"):  # fmt: skip
        assert ana.client.get(path.format(part)).status_code in (400, 404), path
    for path in ("/integrations/{}/authorization", "/integrations/{}/pause", "/authorizations/{}/accounts",
                 "/members/{}/removal"):  # fmt: skip
        assert ana.post(path.format(part)).status_code in (400, 404), path


def test_a_nul_or_a_flood_is_refused_without_a_fault(nobody):
    assert nobody.post("/session", "/login", email="a\0@b.test", password="x").status_code == 400
    assert nobody.client.get("/login?next=%00").status_code == 400
    assert nobody.post("/session", "/login", email="x" * (2 << 20), password="x").status_code == 413


@pytest.mark.parametrize(
    "query",
    ["", "code=abc", "state=&code=abc", "state=abc&code=abc", "error=access_denied", "state=" + "x" * (1 << 20),
     "state=%F0%9F%92%A5&code=%FF", "state=a&state=b", "code=a&auth_code=b&hmac=c&shop=evil.test&timestamp=x"],
)  # fmt: skip
def test_a_forged_return_changes_nothing_and_says_so(ana, acts, query):
    for slug in registry():
        requests = acts.sandbox.world.counted(slug)
        reply = ana.client.get(f"/oauth/{slug}/callback?{query}")
        assert reply.status_code == 303, slug
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        page = ana.client.get(reply.location)
        assert page.status_code == 400, slug
        assert "Nothing was changed" in page.text or "nothing changed" in page.text.lower()
        assert "abc" not in reply.location
        assert acts.sandbox.world.counted(slug) == requests, "not even asked"


@pytest.mark.parametrize("slug", registry())
def test_a_stranger_cannot_finish_or_burn_the_round_trip(acts, people, slug):
    params = acts.sandbox.approve(acts.leaves_for(slug))
    other = next(one for one in registry() if one != slug)
    assert acts.returns(slug, params, person_id=people["bob"]).ending is Ending.FORGED
    assert acts.returns(slug, params, browser="another browser").ending in (Ending.EXPIRED, Ending.FORGED)
    assert acts.returns(other, params).ending is Ending.FORGED
    assert acts.returns(slug, params).ending in (Ending.CONNECTED, Ending.CHOOSE)


@pytest.mark.parametrize("slug", registry())
def test_a_return_delivered_twice_is_taken_once(acts, slug):
    params = acts.sandbox.approve(acts.leaves_for(slug))
    first = acts.returns(slug, params)
    requests = acts.sandbox.world.counted(slug)
    assert acts.returns(slug, params) == first
    assert acts.sandbox.world.counted(slug) == requests


def test_a_return_after_ten_minutes_is_over(acts):
    params = acts.sandbox.approve(acts.leaves_for("meta_ads"))
    acts.sandbox.advance(minutes=10, seconds=1)
    assert acts.returns("meta_ads", params).ending is Ending.EXPIRED


def test_several_tabs_at_once_all_work(acts):
    first, second = acts.leaves_for("meta_ads"), acts.leaves_for("meta_ads")
    assert acts.returns("meta_ads", acts.sandbox.approve(second)).ending is Ending.CHOOSE
    assert acts.returns("meta_ads", acts.sandbox.approve(first)).ending is Ending.CHOOSE


@pytest.mark.parametrize("forgery", [{"shop": "borealis.myshopify.com"}, {"hmac": "0" * 64}, {"hmac": "ü"},
                                     {"timestamp": "1"}, {"extra": "1"}])  # fmt: skip
def test_a_return_shopify_did_not_sign(acts, forgery):
    params = acts.sandbox.approve(acts.leaves_for("shopify"))
    assert acts.returns("shopify", params | forgery).ending in (Ending.FORGED, Ending.WRONG_ACCOUNT)
    assert acts.returns("shopify", params).ending is not Ending.CONNECTED


def test_accounts_that_were_not_offered_cannot_be_chosen(ana, acts, runtime):
    waiting = acts.stops_at_the_choice("meta_ads")
    for chosen in ([], ["nope"], ["' OR 1=1"], ["x" * 5000]):
        reply = ana.post(f"/authorizations/{waiting}/accounts", account=chosen)
        assert urlsplit(reply.location).path == f"/authorizations/{waiting}"
    with runtime.database.reading() as session:
        assert session.exec(select(func.count()).select_from(Integration)).one() == 0


def test_markup_in_names_and_in_a_platforms_words_is_text(ana, acts, runtime, people, send_mail):
    integration = acts.connects("meta_ads")
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    with runtime.database.writing() as session:
        one = session.get_one(Integration, integration)
        one.account_name = MARKUP
        session.get_one(Workspace, people["aurora"]).name = MARKUP
        incident = open_incident(session, integration)
        incident.message = MARKUP
    for path in ("/integrations", f"/integrations/{integration}", f"/integrations/{integration}/history",
                 f"/integrations/{integration}/incident", f"/integrations/{integration}/disconnection",
                 "/members"):  # fmt: skip
        page = ana.client.get(path).text
        assert "<img src=x" not in page, path
        assert "&lt;img src=x" in page, path
        assert "49" not in page.split("&lt;img", 1)[1][:60]
    send_mail()
    for letter in acts.sandbox.letters():
        assert "<img src=x" not in letter["html"]
        assert "\n" not in letter["subject"]


def test_secrets_of_the_round_trip_reach_no_page_and_no_log(ana, acts, caplog):
    caplog.set_level("DEBUG")
    reply = ana.post("/authorizations", platform="meta_ads")
    params = acts.sandbox.approve(reply.location)
    state = dict(parse_qsl(urlsplit(reply.location).query))["state"]
    back = ana.client.get("/oauth/meta_ads/callback", query_string=params)
    assert back.status_code == 303
    page = ana.client.get(back.location)
    assert page.status_code == 200
    for secret in (state, params["code"], "sandbox-secret"):
        assert secret not in back.location
        assert secret not in page.text
        assert secret not in caplog.text
    assert BROWSER not in page.text
