"""The team's history says who handed out, used and took back every link."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from tests.views.test_links import goes, handed
from webapp.lifecycle.members import change_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def team_history(person) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>(?:<p>[^<]*</p>)?</div><time", person.client.get("/members").text)


def test_every_link_is_in_the_teams_history(acts, ana, broken, nobody):
    account = f"Meta Ads · {acts.integration(broken).account_name}"
    fix = handed(ana.post(f"/integrations/{broken}/links", kind="fix", email="client@out.test"))
    problem = handed(ana.post(f"/integrations/{broken}/links", kind="problem"))
    connect = handed(ana.post("/connect-links/shopify"))
    other = handed(ana.post("/connect-links/tiktok_ads"))
    ana.post(f"/links/{problem[10:26]}/revocation")
    ana.post(f"/links/{other[7:23]}/revocation")
    goes(nobody, acts, fix)
    goes(nobody, acts, connect, slug="shopify", shop="cedar")
    assert team_history(ana) == [
        "Shopify was connected through the link Ana sent",
        f"{account} was reconnected through the link Ana sent",
        "Ana took back the link to connect TikTok Ads",
        f"Ana took back the page about the problem of {account}",
        "Ana handed out a link to connect TikTok Ads",
        "Ana handed out a link to connect Shopify",
        f"Ana shared the problem of {account} as a page to read",
        f"Ana handed out a link to reconnect {account}",
    ]
    assert "Mailed to client@out.test." in ana.client.get("/members").text


def test_what_ends_with_somebodys_rights_is_there_too(acts, ana, vic, runtime, people):
    change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="admin")
    vic.post("/connect-links/shopify")
    change_role(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"], role="viewer")
    assert team_history(ana) == [
        "Ana made Vic viewer",
        "Ana took back the link to connect Shopify",
        "Vic handed out a link to connect Shopify",
        "Ana made Vic admin",
    ]


def test_who_sent_the_link_is_named_as_that_and_not_as_who_fixed_it(acts, ana, vic, broken, nobody, send_mail):
    send_mail()
    goes(nobody, acts, handed(ana.post(f"/integrations/{broken}/links", kind="fix")))
    at = f"{acts.receipt(broken).away_to.astimezone(ZoneInfo(acts.integration(broken).timezone)):%H:%M}"
    row = acts.row(broken)
    assert row.sentence.startswith(f"Reconnected {at} through the link Ana sent.")
    for page in (f"/integrations/{broken}", f"/integrations/{broken}/incident"):
        assert re.search(f"Already fixed through the link Ana sent, .*{at}", vic.client.get(page).text)
        assert "Fixed through the link you sent" in ana.client.get(page).text
    assert "Reconnected through the link Ana sent" in vic.client.get(f"/integrations/{broken}/history").text
    acts.syncs(broken)
    receipt = vic.client.get(f"/integrations/{broken}/receipts/{acts.receipt(broken).id}").text
    assert "Reconnected through the link Ana sent." in receipt
    send_mail()
    (letter,) = [one for one in acts.sandbox.letters() if one["subject"].startswith("Back:")]
    assert "Reconnected through the link Ana sent." in letter["text"]
    assert "Reconnected through the link Ana sent." in letter["html"]
    for told in (row.sentence, receipt, letter["text"], vic.client.get(f"/integrations/{broken}/history").text):
        assert "Reconnected by Ana" not in told


def test_whoever_is_late_is_told_what_happened_meanwhile(acts, ana, vic, broken, nobody):
    fix, other = (handed(ana.post(f"/integrations/{broken}/links", kind="fix")) for _ in range(2))
    taken_back = handed(ana.post(f"/integrations/{broken}/links", kind="fix"))
    ana.post(f"/links/{taken_back[7:23]}/revocation")
    wrong = goes(ana, acts, f"/integrations/{broken}/authorization", "bob@borealis.test").location
    goes(nobody, acts, fix)
    assert "It has done its work" in nobody.client.get(fix).text
    assert "It was taken back" in nobody.client.get(taken_back).text
    assert "It was taken back" not in nobody.client.get(taken_back[:-1]).text, "a forged one says nothing"
    still_open = nobody.client.get(other)
    assert still_open.status_code == 200
    assert "This has been done already" in still_open.text
    assert "Go to Meta" not in still_open.text
    assert "This has been done already" in nobody.post(other, "/login").text
    assert "Fixed through the link you sent" in ana.client.get(wrong).text
    page = vic.client.get(f"/integrations/{broken}").text
    assert "through the link Ana sent, <time" in page, "and who approved it is not who sent the link"
