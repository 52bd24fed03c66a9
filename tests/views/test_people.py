"""Signing up, in and out: what is owed to the person, and what an attacker must not get."""

from __future__ import annotations

import re
import time

import pytest
from sqlmodel import select

from tests.conftest import PASSWORD, AtTheBrowser
from tests.views.conftest import plain
from webapp.models.people import Person
from webapp.views.door import safe_next

NEW = {"name": "Nia", "email": "nia@new.test", "password": "a long enough one", "workspace": "Nia's"}


def person(runtime, email) -> Person | None:
    with runtime.database.reading() as session:
        return session.exec(select(Person).where(Person.email == email)).one_or_none()


def mailed_path(send_mail, sandbox, path: str) -> str:
    send_mail()
    return re.findall(rf"http://127\.0\.0\.1:5000(/{path}/\S+)", sandbox.letters()[-1]["text"])[0]


def test_sign_up_confirm_and_in(nobody, runtime, sandbox, send_mail):
    assert nobody.post("/signup", "/signup", **NEW).status_code == 200
    link = mailed_path(send_mail, sandbox, "email-confirmation")
    assert nobody.client.get(link).status_code == nobody.client.head(link).status_code == 200
    assert person(runtime, NEW["email"]).confirmed_at is None, "a mail scanner opens every link"
    nobody.email = NEW["email"]
    assert nobody.sign_in(NEW["password"]).status_code == 303
    assert "Confirm your address" in nobody.client.get("/integrations").text
    assert nobody.post(link, link).status_code == 303
    assert person(runtime, NEW["email"]).confirmed_at is not None
    assert "Confirm your address" not in nobody.client.get("/integrations").text
    assert nobody.post(link, "/members").status_code == 410


def test_nobody_learns_who_is_a_customer(nobody, people, runtime, sandbox, send_mail):
    new = nobody.post("/signup", "/signup", **NEW)
    known = nobody.post("/signup", "/signup", **NEW | {"email": "ANA@test.test "})
    assert new.status_code == known.status_code == 200
    assert plain(new.text).replace(NEW["email"], "·") == plain(known.text).replace("ANA@test.test", "·")
    asked = nobody.post("/password-reset", "/login", email="ana@test.test")
    unknown = nobody.post("/password-reset", "/login", email="nope@test.test")
    assert plain(asked.text).replace("ana@", "·") == plain(unknown.text).replace("nope@", "·")
    wrong = nobody.post("/session", "/login", email="ana@test.test", password="x")
    nowhere = nobody.post("/session", "/login", email="nope@test.test", password="x")
    assert wrong.status_code == nowhere.status_code == 422
    assert plain(wrong.text).replace("ana@", "·") == plain(nowhere.text).replace("nope@", "·")
    send_mail()
    assert {one["to"] for one in sandbox.letters()} == {"nia@new.test", "ana@test.test"}
    assert len(sandbox.letters()) == 2


@pytest.mark.parametrize(
    "fault",
    [{"email": "no address"}, {"email": "a@b"}, {"email": "a b@c.test"}, {"name": "  "}, {"name": "A\r\nBcc: x"},
     {"password": "short"}, {"password": "x" * 2000}, {"workspace": ""}, {"workspace": "x" * 101}],
)  # fmt: skip
def test_a_bad_entry_is_said_and_nothing_typed_is_lost(nobody, runtime, fault):
    reply = nobody.post("/signup", "/signup", **NEW | fault)
    if fault == {"name": "A\r\nBcc: x"}:
        assert person(runtime, NEW["email"]).name == "A Bcc: x", "one line, so no header can be smuggled into a mail"
        return
    assert reply.status_code == 422
    assert 'aria-invalid="true"' in reply.text
    assert person(runtime, NEW["email"]) is None
    kept = NEW | fault
    assert all(kept[one] in reply.text for one in ("email", "name") if kept[one].strip() and "'" not in kept[one])
    assert kept["password"] not in reply.text


def test_a_reset_ends_every_session_and_its_link_is_good_once(ana, nobody, runtime, sandbox, send_mail):
    nobody.post("/password-reset", "/login", email="ana@test.test")
    link = mailed_path(send_mail, sandbox, "password-reset")
    assert nobody.client.get(link).status_code == 200
    assert ana.client.get("/integrations").status_code == 200, "opening the link changed nothing"
    assert nobody.post(link, link, password="short").status_code == 422
    assert nobody.post(link, link, password="a whole new password").status_code == 303
    assert ana.client.get("/integrations").status_code == 303, "the sessions of before are over"
    assert nobody.post(link, "/login", password="and another one entirely").status_code == 410
    nobody.email = "ana@test.test"
    assert nobody.sign_in(PASSWORD).status_code == 422
    assert nobody.sign_in("a whole new password").status_code == 303


def test_a_reset_link_grows_old(people, nobody, runtime, sandbox, monkeypatch, send_mail):
    nobody.post("/password-reset", "/login", email="ana@test.test")
    link = mailed_path(send_mail, sandbox, "password-reset")
    later = time.time() + 3700
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert nobody.client.get(link).status_code == 410
    assert nobody.post(link, "/login", password="a whole new password").status_code == 410


@pytest.mark.parametrize("token", ["x", "a.b.c", "%F0%9F%92%A5", "x" * 5000])
def test_a_forged_link_opens_nothing(nobody, token):
    assert nobody.client.get(f"/password-reset/{token}").status_code == 410
    assert nobody.post(f"/email-confirmation/{token}", "/login").status_code == 410


def test_ten_wrong_passwords_and_the_right_one_waits_too(people, app, sandbox):
    ana = AtTheBrowser(app, "ana@test.test")
    for _ in range(10):
        assert ana.sign_in("wrong").status_code == 422
    assert ana.sign_in().status_code == 429
    assert AtTheBrowser(app, "bob@test.test").sign_in().status_code == 303, "others are not held"
    sandbox.advance(minutes=16)
    assert ana.sign_in().status_code == 303


def test_the_session_is_a_new_one_after_sign_in(people, app):
    ana = AtTheBrowser(app, "ana@test.test")
    with ana.client.session_transaction() as before:
        before["browser"] = "planted by somebody else"
        before["workspace"] = people["borealis"]
    ana.sign_in()
    ana.client.get("/integrations")
    with ana.client.session_transaction() as after:
        assert after["browser"] != "planted by somebody else"
        assert after["workspace"] == people["aurora"]


@pytest.mark.parametrize("remember", [True, False])
def test_remember_me_outlives_the_browser(people, app, remember):
    ana = AtTheBrowser(app, "ana@test.test")
    reply = ana.sign_in(**({"remember": "1"} if remember else {}))
    cookies = reply.headers.getlist("Set-Cookie")
    assert all("HttpOnly" in one and "SameSite=Lax" in one for one in cookies), cookies
    ana.client.delete_cookie("shopimize")
    assert ana.client.get("/integrations").status_code == (200 if remember else 303)
    ana.post("/session/end")
    assert ana.client.get("/integrations").status_code == 303


def test_sign_out_ends_it(ana):
    assert ana.post("/session/end").location == "/login"
    assert ana.client.get("/integrations").status_code == 303


def test_the_demo_sign_in_is_only_in_the_demo(people, app):
    stranger = AtTheBrowser(app, "demo@shopimize.test")
    assert stranger.sign_in("demo").status_code == 422
    assert "demo" not in stranger.client.get("/login").text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test", "/%2f%2fevil.test", "/%5cevil.test",
     "javascript:alert(1)", "/\tevil", "/\nevil.test", "///evil.test", "/a//evil.test", "/..//evil", "http:evil.test",
     "/%252f%252fevil.test", "", "integrations", "/" + "x" * 600, "/\x00", "https:/evil.test", "\u2028/evil"],
)  # fmt: skip
def test_next_never_leaves_us(people, app, wanted):
    assert safe_next(wanted) == "/integrations"
    ana = AtTheBrowser(app, "ana@test.test")
    if "\0" not in wanted:
        assert ana.sign_in(next=wanted).location == "/integrations"


def test_next_brings_back_to_what_was_wanted(people, app):
    ana = AtTheBrowser(app, "ana@test.test")
    sent = ana.client.get("/integrations/abc?x=1").location
    assert sent == "/login?next=/integrations/abc?x%3D1"
    page = ana.client.get(sent).text
    assert 'name="next" value="/integrations/abc?x=1"' in page
    assert ana.sign_in(next="/integrations/abc?x=1").location == "/integrations/abc?x=1"


def test_only_workspaces_of_ones_own(ana, people):
    assert ana.post("/workspace", workspace=people["borealis"]).status_code == 404
    assert ana.post("/workspaces", workspace="Second").status_code == 303
    page = ana.client.get("/integrations").text
    assert "Second" in page
    assert ana.post("/workspace", workspace=people["aurora"]).status_code == 303


def test_a_link_leads_into_the_workspace_it_is_about(ana, acts):
    integration = acts.connects("shopify")
    ana.post("/workspaces", workspace="Second")
    assert "Connect your store" in ana.client.get("/integrations").text
    page = ana.client.get(f"/integrations/{integration}")
    assert page.status_code == 200
    assert "Cedar" in page.text
    ana.post("/workspaces", workspace="Third")
    assert ana.post(f"/integrations/{integration}/pause").status_code == 303


def test_every_answer_is_hardened(ana, nobody):
    for someone, path in ((ana, "/integrations"), (nobody, "/login"), (nobody, "/nowhere"), (nobody, "/heartbeat")):
        headers = someone.client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
