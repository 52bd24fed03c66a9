"""What is kept of a platform's answer for the operator: the reason, and never anything that opens a door."""

from __future__ import annotations

import json
import secrets
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.redact import BODY_LIMIT, redacted, redacted_headers, redacted_query

# Made here and of no use anywhere, in the shapes that platforms give theirs.
TOKENS = (
    f"shpat_{secrets.token_hex(16)}", f"ya29.a0Af{secrets.token_urlsafe(60)}1", f"1//0e{secrets.token_urlsafe(40)}2",
    f"EAAB{secrets.token_hex(60)}", f"Atza|IwEB{secrets.token_urlsafe(90)}3", f"pina_{secrets.token_hex(40)}",
    f"AQV{secrets.token_urlsafe(120)}4", secrets.token_urlsafe(27) + "5", secrets.token_hex(20),
    "e30." * 3 + secrets.token_urlsafe(30) + "6", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst",
)  # fmt: skip
PLACES = (
    lambda token: json.dumps({"access_token": token}),
    lambda token: json.dumps({"error": {"message": f"Malformed access token {token}", "code": 190}}),
    lambda token: json.dumps({"errors": [{"detail": {"input": [token]}}]}),
    lambda token: json.dumps({"next": f"https://graph.example/v1?access_token={quote(token)}&after=x"}),
    lambda token: json.dumps({token: "as a name"}),
    lambda token: f"<html>Authorization: Bearer {token}</html>",
    lambda token: f"token={token}&error=x",
    lambda token: f'{{"refresh_token": "{token}", broken',
)


@pytest.mark.parametrize("token", TOKENS, ids=map(str, range(len(TOKENS))))
def test_a_token_is_kept_nowhere(token):
    for place in PLACES:
        kept = redacted(place(token).encode())
        assert token not in kept
        assert token[8:24] not in kept, "not even a piece of it"
    assert token not in json.dumps(redacted_headers({"set-cookie": token, "location": token, "x-request-id": "a b",
                                                     "www-authenticate": f'Bearer token="{token}"'}))  # fmt: skip


def test_what_went_wrong_is_still_there():
    body = {"error": {"message": "Error validating client secret.", "type": "OAuthException", "code": 1,
                      "error_subcode": 33, "fbtrace_id": "AOwHiqyQhS85c4TaEd4S-bE"}}  # fmt: skip
    assert json.loads(redacted(json.dumps(body).encode())) == body
    assert redacted_headers({"retry-after": "30", "x-request-id": "abc-1", "set-cookie": "a=b"}) == {
        "retry-after": "30", "x-request-id": "abc-1",
    }  # fmt: skip


def test_short_secrets_go_by_their_names():
    kept = redacted(b'{"client_secret": "hunter2", "password": "pw", "email": "ana@aurora.test", "state": "x1"}')
    assert not [word for word in ("hunter2", 'pw"', "ana@", "x1") if word in kept]
    assert "ana@aurora.test" not in redacted(b'{"message": "no such user ana@aurora.test"}')


def test_the_way_back_keeps_only_its_errors():
    kept = json.loads(redacted_query("?error=access_denied&error_description=No&code=SplxlOBe&state=xyz"))
    assert kept == {"error": "access_denied", "error_description": "No"}


@given(st.binary(max_size=4_000))
def test_any_bytes_are_cut_and_never_an_exception(body):
    assert len(redacted(body)) <= BODY_LIMIT


def test_half_characters_and_nul_cannot_be_stored_and_are_not_kept():
    kept = redacted(b'{"message": "\\ud800 and \\u0000"}') + redacted(b"\0")
    assert kept.encode().decode() == kept
    assert "\0" not in kept


def test_a_long_run_of_anything_costs_no_time():
    for letter in (b"a", b"1", b"[", b"=", b"a1"):
        assert len(redacted(letter * 2_000_000)) <= BODY_LIMIT
