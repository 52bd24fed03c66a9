"""What may be spoken to, how, and that whoever does not answer is given up."""

from __future__ import annotations

import socket

import pytest

from webapp.speak import BadAddress, checked, speak, target


@pytest.mark.parametrize(
    "address",
    ["http://example.com/x", "ftp://example.com", "https://", "https://user:secret@example.com/", "javascript:alert(1)",
     "https://127.0.0.1/x", "https://169.254.169.254/latest", "https://[::1]/", "https://10.0.0.7:8443/", "https://x:y/",
     "http://localhost:5001/chat"],
)  # fmt: skip
def test_an_address_inside_or_without_a_lock_is_not_taken(address):
    with pytest.raises(BadAddress):
        checked(address, allow_inside=False)


def test_only_the_sandbox_may_be_on_this_machine():
    assert checked(" http://localhost:5001/chat ", allow_inside=True) == "http://localhost:5001/chat"
    with pytest.raises(BadAddress):
        checked("http://192.168.1.1/chat", allow_inside=True)


# Apprise's part for mail, which nobody asked for, loads a module that leaves Python.
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_query_is_passed_on_and_changes_nothing_about_how_it_is_said():
    found = target("https://example.com:8443/a/b?method=GET&redirect=yes&verify=no&token=7")
    assert (found.method, found.redirects, found.verify_certificate, found.secure) == ("POST", False, True, True)
    assert found.params == {"method": "GET", "redirect": "yes", "verify": "no", "token": "7"}
    slack = target("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7x8?verify=no")
    assert (type(slack).__name__, slack.verify_certificate) == ("NotifySlack", True)


def test_an_answer_without_end_and_one_that_never_comes_are_given_up(monkeypatch, sandbox):
    monkeypatch.setattr("webapp.speak.SECONDS", 3.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert not speak(address, title="a", body="b", allow_inside=True)
    assert not speak(f"{sandbox.url}/chat", title="a", body="b"), "what is inside is refused at connecting, too"
