"""The poll: nothing when nothing changed, never stale, and never a sign-in form inside a page."""

from __future__ import annotations

import re

from webapp.lifecycle.runtime import bump

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/integrations"}


def poll_url(someone) -> str:
    found = re.search(r'hx-get="([^"]+)"', someone.client.get("/integrations").text)
    assert found
    return found.group(1).replace("&amp;", "&")


def test_unchanged_is_empty_and_a_change_is_the_fragment(ana, acts, runtime, people):
    integration = acts.connects("shopify")
    acts.syncs(integration)
    url = poll_url(ana)
    unchanged = ana.client.get(url, headers=HTMX)
    assert (unchanged.status_code, unchanged.data) == (204, b"")
    assert "Set-Cookie" not in unchanged.headers
    with runtime.database.writing() as session:
        bump(session, people["aurora"])
    changed = ana.client.get(url, headers=HTMX)
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="board"')
    assert poll_url(ana) != url


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
