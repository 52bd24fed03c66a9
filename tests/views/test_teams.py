"""Invitations, roles, handing over and letting out: who may, and what ends with it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from tests.conftest import AtTheBrowser
from tests.views.test_people import mailed_path
from tests.views.test_tenancy import dump
from webapp.lifecycle.hand_out import hand_out
from webapp.lifecycle.invite import take_up
from webapp.models.access import Ending
from webapp.models.link import Link, LinkKind
from webapp.models.people import Member, Person, Role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def invited(ana, sandbox, send_mail) -> str:
    """The path of an invitation to carl@new.test, as an admin."""
    assert ana.post("/members", email="Carl@New.test ", role="admin").status_code == 303
    return mailed_path(send_mail, sandbox, "invitations")


def role_of(runtime, email: str, workspace: str) -> Role | None:
    with runtime.database.reading() as session:
        return session.exec(
            select(Member.role).join(Person).where(Person.email == email, Member.workspace_id == workspace)
        ).one_or_none()


def test_somebody_without_an_account_joins_by_the_mail_alone(invited, nobody, ana, runtime, people, sandbox):
    assert [one["to"] for one in sandbox.letters()] == ["carl@new.test"]
    before = dump(runtime)
    assert "Join Aurora" in nobody.client.get(invited).text
    assert dump(runtime) == before, "a mail scanner opens every link"
    assert nobody.post(invited, invited, name="Carl", password="short").status_code == 422
    assert nobody.post(invited, invited, name="Carl", password="a long enough one").status_code == 303
    assert role_of(runtime, "carl@new.test", people["aurora"]) is Role.ADMIN
    page = nobody.client.get("/integrations").text
    assert "Aurora" in page
    assert "Confirm your address" not in page, "who read the mail has the address"
    other = AtTheBrowser(nobody.client.application, "dora@new.test")
    assert other.client.get(invited).status_code == 410, "good once"
    history = re.findall(r"<strong>([^<]+)</strong></div><time", ana.client.get("/members").text)
    assert history == ["Carl joined as admin", "Ana invited carl@new.test as admin"]


def test_an_invitation_is_for_the_address_it_was_sent_to(ana, bob, nobody, runtime, people, sandbox, send_mail):
    ana.post("/members", email="vic@test.test", role="admin")
    assert not sandbox.letters(), "who is in is not invited"
    ana.post("/members", email="bob@test.test", role="viewer")
    link = mailed_path(send_mail, sandbox, "invitations")
    assert "Sign in to join" in nobody.client.get(link).text
    assert nobody.post(link, "/login").status_code == 403
    vic = AtTheBrowser(nobody.client.application, "vic@test.test")
    vic.sign_in()
    assert vic.post(link).status_code == 403, "somebody else's"
    assert take_up(runtime, token=link.rpartition("/")[2], person_id=people["vic"]) is None
    assert role_of(runtime, "bob@test.test", people["aurora"]) is None
    assert bob.post(link).status_code == 303
    assert role_of(runtime, "bob@test.test", people["aurora"]) is Role.VIEWER


def test_whether_somebody_has_an_account_is_not_told(ana):
    known = ana.post("/members", email="bob@test.test", role="viewer")
    unknown = ana.post("/members", email="nope@test.test", role="viewer")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)


def test_an_invitation_ends_after_a_week_and_when_it_is_taken_back(invited, ana, nobody, runtime, sandbox, send_mail):
    link_id = invited.rpartition("/")[2].partition("-")[0]
    assert ana.post(f"/links/{link_id}/revocation").status_code == 303
    assert nobody.client.get(invited).status_code == 410
    assert nobody.post(invited, "/login", name="Carl", password="a long enough one").status_code == 410
    ana.post("/members", email="carl@new.test", role="admin")
    again = mailed_path(send_mail, sandbox, "invitations")
    assert nobody.client.get(again).status_code == 200
    sandbox.advance(days=7, minutes=1)
    assert nobody.client.get(again).status_code == 410


def test_invited_again_only_the_newest_link_is_good(invited, ana, nobody, sandbox, send_mail):
    ana.post("/members", email="carl@new.test", role="viewer")
    again = mailed_path(send_mail, sandbox, "invitations")
    assert nobody.client.get(invited).status_code == 410
    assert "as viewer" in nobody.client.get(again).text


@pytest.mark.parametrize(
    "token", ["x", "-", "0123456789abcdef-", "%00", "a-b-c", "%F0%9F%92%A5", "x" * 5000, "..%2f", "0123456789abcdef-é"]
)
def test_a_forged_token_opens_nothing(invited, nobody, token):
    real = invited.rpartition("/")[2]
    for path in ("invitations", "links", "problems"):
        for one in (token, f"{real[:17]}{token}"):
            assert nobody.client.get(f"/{path}/{one}").status_code in (400, 404, 410), (path, one)
    for path in ("links", "problems"):
        assert nobody.client.get(f"/{path}/{real}").status_code == 410, "an invitation opens nothing else"


def test_no_token_is_kept_or_logged(invited, nobody, ana, runtime, caplog):
    secret = invited.rpartition("/")[2].partition("-")[2]
    nobody.client.get(invited)
    nobody.post(invited, invited, name="Carl", password="a long enough one")
    assert secret not in repr(dump(runtime))
    assert secret not in caplog.text
    assert secret not in ana.client.get("/members").text


@pytest.mark.parametrize(
    "form", [{"email": "no address"}, {"role": "emperor"}, {"role": ""}, {"email": "a@b.test\r\nBcc: x@y.test"}]
)
def test_a_bad_invitation_is_said_and_sends_nothing(ana, runtime, send_mail, form):
    assert ana.post("/members", **{"email": "carl@new.test", "role": "viewer"} | form).status_code == 422
    assert send_mail() == 0


def test_who_has_not_confirmed_their_own_address_sends_no_mail(ana, runtime, people, send_mail):
    with runtime.database.writing() as session:
        session.get_one(Person, people["ana"]).confirmed_at = None
    assert ana.post("/members", email="carl@new.test", role="viewer").status_code == 422
    assert send_mail() == 0


def test_a_workspace_is_handed_over(ana, vic, runtime, people):
    page = f"/members/{people['vic']}/ownership"
    assert "Vic owns it from then on" in ana.client.get(page).text
    assert vic.post(page).status_code == 403
    assert ana.post(page).status_code == 303
    assert role_of(runtime, "vic@test.test", people["aurora"]) is Role.OWNER
    assert role_of(runtime, "ana@test.test", people["aurora"]) is Role.ADMIN
    assert ana.post(f"/members/{people['vic']}/removal").status_code == 403
    assert "Ana handed the workspace over to Vic" in vic.client.get("/members").text


def test_the_last_owner_stays_one(ana, people):
    assert "needs an owner" in ana.post(f"/members/{people['ana']}/removal").text
    assert "needs an owner" in ana.post(f"/members/{people['ana']}/role", role="viewer").text
    assert ana.client.get("/members").text.count("Owner</span>") == 1


def test_removal_ends_pages_links_and_round_trips_at_once(ana, vic, acts, runtime, people, nobody):
    meta = acts.connects("meta_ads")
    ana.post(f"/members/{people['vic']}/role", role="admin")
    assert vic.client.get("/integrations").status_code == 200
    made = vic.post(f"/integrations/{meta}/links", kind="fix")
    link = urlsplit(re.search(r"http://\S+/links/[\w-]+", made.text).group(0)).path
    assert nobody.client.get(link).status_code == 200
    away = vic.post(f"/integrations/{meta}/authorization").location
    assert ana.post(f"/members/{people['vic']}/removal").status_code == 303
    assert nobody.client.get(link).status_code == 410
    params = acts.sandbox.approve(away)
    back = vic.client.get("/oauth/meta_ads/callback", query_string=params)
    assert back.location.startswith("/login"), "they are signed out of what they were in"
    vic.sign_in()
    assert "You are in no workspace now" in vic.client.get("/login").text
    assert vic.client.get(f"/integrations/{meta}").status_code == 303
    assert vic.post("/workspaces", "/login", workspace="Vic's own").status_code == 303
    assert vic.client.get(f"/integrations/{meta}").status_code == 404
    vic.client.get("/oauth/meta_ads/callback", query_string=params)
    with runtime.database.reading() as session:
        assert session.get_one(Person, people["vic"]).session_epoch, "their account stays"
    assert acts.row(meta).permission.approved_by == "Ana"


def test_who_is_let_out_of_one_is_signed_out_there_and_keeps_the_others(bob, ana, runtime, people):
    with runtime.database.writing() as session:
        session.add(Member(workspace_id=people["aurora"], person_id=people["bob"], role=Role.ADMIN,
                           created_at=runtime.now()))  # fmt: skip
    elsewhere = AtTheBrowser(bob.client.application, "bob@test.test")
    elsewhere.sign_in()
    elsewhere.post("/workspace", workspace=people["borealis"])
    bob.post("/workspace", workspace=people["aurora"])
    assert "Aurora" in bob.client.get("/integrations").text
    ana.post(f"/members/{people['bob']}/removal")
    poll = bob.client.get("/integrations/board?seen=", headers={"HX-Request": "true"})
    assert poll.headers["HX-Redirect"].startswith("/login"), "the page that is open goes at once"
    assert bob.client.get("/integrations").location.startswith("/login")
    assert "Borealis" in elsewhere.client.get("/integrations").text
    assert bob.sign_in().status_code == 303
    assert "Borealis" in bob.client.get("/integrations").text


def test_who_came_back_after_being_let_out_changes_nothing(ana, acts, runtime, people):
    """They were on their way back while they were let out: the round trip was consumed already."""
    meta = acts.connects("meta_ads")
    ana.post(f"/members/{people['vic']}/role", role="admin")
    acts.person_id = people["vic"]
    asked = []

    def meanwhile(request: str) -> None:
        if "oauth/access_token" in request and not asked:
            asked.append(request)
            ana.post(f"/members/{people['vic']}/removal")

    acts.sandbox.instead = meanwhile
    assert acts.reconnects(meta).ending is Ending.EXPIRED
    assert asked
    assert acts.row(meta).permission.approved_by == "Ana"


def test_an_admin_made_a_viewer_has_handed_out_nothing_any_more(ana, acts, runtime, people, nobody):
    ana.post(f"/members/{people['vic']}/role", role="admin")
    with runtime.database.writing() as session:
        link = hand_out(runtime, session, kind=LinkKind.CONNECT, workspace_id=people["aurora"],
                        person_id=people["vic"], platform="meta_ads", now=runtime.now())  # fmt: skip
    ana.post(f"/members/{people['vic']}/role", role="viewer")
    with runtime.database.reading() as session:
        assert not session.get_one(Link, link.id).is_open(runtime.now())


def test_everybody_may_leave(vic, ana, people, runtime):
    assert vic.post(f"/members/{people['vic']}/removal").status_code == 303
    assert role_of(runtime, "vic@test.test", people["aurora"]) is None
    assert "Vic left" in ana.client.get("/members").text
