"""Answers longer than any error is: what they say beside their data is heard all the same, and their data is not."""

from __future__ import annotations

import json

import pytest

from webapp.platforms import registry
from webapp.platforms.answer import LONGEST_WORD, Answer, Stage
from webapp.platforms.diagnosis import Cause


def diagnosed(slug: str, stage: Stage, said: object):
    body = json.dumps(said).encode()
    assert len(body) > LONGEST_WORD
    return registry()[slug].diagnose(Answer(stage, 200, {"content-type": "application/json"}, body))


def test_a_token_beside_thousands_of_accounts_is_good():
    many = [str(7_000_000_000_000_000_000 + one) for one in range(4_000)]
    data = {"access_token": "t", "advertiser_ids": many}
    assert diagnosed("tiktok_ads", Stage.TOKEN_EXCHANGE, {"code": 0, "message": "OK", "data": data}) is None


def test_a_dead_token_is_dead_however_many_accounts_it_was_for():
    targets = [{"scope": "ads_read", "target_ids": [str(10**15 + one) for one in range(5_000)]}]
    error = {"code": 190, "subcode": 460, "message": "The session was invalidated: the user changed the password."}
    data = {"is_valid": False, "error": error, "scopes": ["ads_read"], "granular_scopes": targets}
    assert diagnosed("meta_ads", Stage.TOKEN_INSPECT, {"data": data}).cause is Cause.PASSWORD_CHANGED


ORDERS = {"orders": {"nodes": [{"name": f"#{one}", "title": "api key or access token"} for one in range(4_000)]}}
DENIED = [{"message": "Access denied", "extensions": {"code": "ACCESS_DENIED", "requiredAccess": "read_orders"}}]


@pytest.mark.parametrize("first", ["data", "errors"])
def test_an_error_beside_a_page_of_orders_is_heard(first):
    said = {"data": ORDERS, "errors": DENIED}
    ordered = {first: said[first], **said}
    assert diagnosed("shopify", Stage.API, ordered).cause is Cause.SCOPE_MISSING


def test_what_a_shop_sells_is_no_error():
    assert diagnosed("shopify", Stage.API, {"data": ORDERS, "extensions": {"cost": {}}}) is None
    short = b'{"data":{"orders":{"nodes":[{"title":"[API] Invalid API key or access token"}]}}}'
    assert registry()["shopify"].diagnose(Answer(Stage.API, 200, {}, short)) is None


@pytest.mark.parametrize(("body", "names"), [
    (b'{"a":1,"b":{"c":2}}', {"a", "b"}), (b'{"a":"%s","b":1}' % (b"x" * LONGEST_WORD), {"a", "b"}),
    (b'["a","%s"]' % (b"x" * LONGEST_WORD), set()), (b"[1]", set()), (b"", set()), (b'{"a":', set()),
    (b'{"a":"%s"' % (b"x" * LONGEST_WORD), set()),
])  # fmt: skip
def test_the_names_of_what_an_object_has(body, names):
    assert Answer(Stage.API, 200, {}, body).members == names
