"""The poll: nothing when nothing changed, never stale, and never a sign-in form inside a page."""

from __future__ import annotations

import re

import pytest

from webapp.lifecycle.runtime import bump

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/integrations"}


def poll_url(someone) -> str:
    return first_poll_url(someone.client.get("/integrations").text)


def first_poll_url(page: str) -> str:
    found = re.search(r'hx-get="([^"]+)"', page)
    assert found
    return found.group(1).replace("&amp;", "&")


def rows(page: str) -> dict[str, str]:
    """The rows of a page, in its order, by id."""
    found = re.findall(r'<article[^>]* id="integration-(\w+)".*?</article>', page, re.S)
    return dict(zip(found, re.findall(r"<article.*?</article>", page, re.S), strict=True))


def places(answer: str) -> list[str]:
    """Where the parts of an answer go."""
    return re.findall(r'<hx-partial hx-target="([^"]+)" hx-swap="outerMorph">', answer)


def test_unchanged_is_empty_and_a_change_is_the_fragment(ana, acts, runtime, people):
    integration = acts.connects("shopify")
    acts.syncs(integration)
    url = poll_url(ana)
    unchanged = ana.client.get(url, headers=HTMX)
    assert (unchanged.status_code, unchanged.data) == (204, b"")
    assert "Set-Cookie" not in unchanged.headers
    assert unchanged.headers["Cache-Control"] == "no-store"
    with runtime.database.writing() as session:
        bump(session, people["aurora"])
    changed = ana.client.get(url.partition("&rows=")[0], headers=HTMX)
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="board"')
    assert poll_url(ana) != url


def test_only_the_rows_that_changed_are_sent_each_to_its_place(ana, acts):
    shop, ads = acts.connects("shopify"), acts.connects("meta_ads")
    for one in (shop, ads):
        acts.syncs(one)
    url = poll_url(ana)
    acts.syncs(ads)
    changed = ana.client.get(url, headers=HTMX).text
    assert places(changed) == ["#status", "#live", f"#integration-{ads}"]
    page = ana.client.get("/integrations").text
    assert rows(changed)[ads] == rows(page)[ads], "the same fragment as on the page"
    assert poll_url(ana) == first_poll_url(changed), "and from now on the page asks as a new one would"
    assert ana.client.get(first_poll_url(changed), headers=HTMX).status_code == 204


@pytest.mark.parametrize("change", ["one more", "another order"])
def test_when_more_than_rows_change_everything_is_sent(ana, acts, change):
    acts.syncs(acts.connects("shopify"))
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    url = poll_url(ana)
    if change == "one more":
        acts.connects("tiktok_ads")
    else:
        acts.sandbox.switch("meta_ads", "access_revoked")
        acts.syncs(ads)
    changed = ana.client.get(url, headers=HTMX).text
    assert changed.lstrip().startswith('<div id="board"')
    assert list(rows(changed)) == list(rows(ana.client.get("/integrations").text))


def test_what_a_page_shows_is_never_an_older_one(ana, vic, acts):
    ads = acts.connects("meta_ads")
    acts.syncs(ads)
    assert "Sync now" in ana.client.get("/integrations").text
    assert "Sync now" not in vic.client.get("/integrations").text, "a viewer is not shown an owner's page"
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(ads)
    for someone in (ana, vic):
        assert "Reconnect needed" in someone.client.get("/integrations").text
    acts.reconnects(ads)
    for someone in (ana, vic):
        assert "Reconnect needed" not in someone.client.get("/integrations").text


def test_a_session_nobody_signed_is_none(ana, acts, nobody):
    acts.connects("shopify")
    url = poll_url(ana)
    cookie = ana.client.get_cookie("shopimize").value
    # Not the last letter: some of its bits say nothing.
    other = f"{cookie[:-9]}{'A' if cookie[-9] != 'A' else 'B'}{cookie[-8:]}"
    for forged in ("", "x", other, cookie.partition(".")[2]):
        nobody.client.set_cookie("shopimize", forged)
        assert nobody.client.get(url, headers=HTMX).headers["HX-Redirect"].startswith("/login")


def test_green_does_not_freeze_when_only_the_clock_moves(ana, acts):
    integration = acts.connects("shopify")
    acts.syncs(integration)
    url = poll_url(ana)
    acts.sandbox.advance(hours=30)
    assert ana.client.get(url, headers=HTMX).status_code == 200


def test_a_session_that_ended_leads_the_whole_page_to_sign_in_and_back(ana, acts):
    integration = acts.connects("shopify")
    url = poll_url(ana)
    ana.client.delete_cookie("shopimize")
    reply = ana.client.get(url, headers=HTMX | {"HX-Current-URL": f"http://localhost/integrations/{integration}"})
    assert reply.headers["HX-Redirect"] == f"/login?next=/integrations/{integration}"
    assert reply.data == b""


def test_another_workspace_in_another_tab_takes_the_whole_page_along(ana, acts):
    acts.connects("shopify")
    url = poll_url(ana)
    ana.post("/workspaces", workspace="Second")
    assert ana.client.get(url, headers=HTMX).headers["HX-Redirect"] == "/integrations"


def test_who_was_let_out_sees_no_more(vic, ana, acts, people):
    acts.connects("shopify")
    url = poll_url(vic)
    assert vic.client.get(url, headers=HTMX).status_code == 204
    ana.post(f"/members/{people['vic']}/removal")
    reply = vic.client.get(url, headers=HTMX)
    assert reply.headers["HX-Redirect"].startswith("/login")


def test_nonsense_in_the_digest_gets_the_board_or_the_page(ana, acts, people):
    acts.connects("shopify")
    ana.client.get("/integrations")
    aurora = people["aurora"]
    for seen in ("", ".", "..", "1.1", "x" * 9000, "²", f"{people['borealis']}.0.99999999999", "%00"):
        reply = ana.client.get(f"/integrations/board?seen={seen}", headers=HTMX)
        assert reply.headers.get("HX-Redirect"), seen
    for rest in (".", "..", ".1.²", f".1.{'9' * 400}", ".-1.9", ".1"):
        reply = ana.client.get(f"/integrations/board?seen={aurora}{rest}", headers=HTMX)
        assert reply.status_code == 200, rest
        assert 'id="board"' in reply.text, rest


def test_every_other_page_counts_what_needs_somebody_and_hears_of_it(ana, acts):
    one = acts.connects("meta_ads")
    acts.syncs(one)
    for path in ("/members", "/help", f"/integrations/{one}/history"):
        page = ana.client.get(path).text
        assert "<title>(" not in page, path
        url = first_poll_url(page)
        assert url.startswith("/pulse?"), path
        assert ana.client.get(url, headers=HTMX).status_code == 204
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(one)
    changed = ana.client.get(url, headers=HTMX)
    assert re.search(r'id="nav-needs" data-needs="1"[^>]*>1</span>', changed.text)
    assert first_poll_url(changed.text) != url
    page = ana.client.get("/members").text
    assert "<title>(1) " in page
    assert re.search(r'<link rel="icon"[^>]* href="[^"]*favicon-alert', page)
    elsewhere = ana.client.get("/pulse?seen=another.1.99999999999", headers=HTMX)
    assert (elsewhere.status_code, elsewhere.text) == (204, "")
