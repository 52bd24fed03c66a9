"""What no honest platform says, of every platform alike: each is a garbled answer at once, and nothing of it stored."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime

import msgspec
import pytest

from tests.platforms.said import ACCOUNT, HONEST, IN_MICROS, REPLIES, read, records
from webapp.platforms import registry
from webapp.platforms.answer import Answer, Stage
from webapp.platforms.decode import LARGEST, decode, decode_tokens, instant, micros, micros_of, whole
from webapp.platforms.diagnosis import Trouble, retry_after

SLUGS, SHOPIFY = sorted(registry()), registry()["shopify"]
each = pytest.mark.parametrize("slug", SLUGS)
amounts = pytest.mark.parametrize("what", ["spend", "value"])


def garbled(canned, week, slug, **said):
    with pytest.raises(Trouble) as trouble:
        records(canned, week, slug, **said)
    return trouble.value.diagnosis.transient and trouble.value.diagnosis.code == "garbled"


def test_every_platform_has_its_say():
    assert sorted(REPLIES) == SLUGS


@each
def test_an_honest_row_is_read(canned, week, slug):
    assert len(records(canned, week, slug, **{what: "12000000" for where, what in IN_MICROS if where == slug})) == 1


@each
@amounts
@pytest.mark.parametrize("amount", ["1e99999999", "1e1000000", "-1e99999999", "9" * 5_000])
def test_an_amount_of_a_million_digits_is_never_written_out(canned, week, slug, what, amount):
    began = time.monotonic()
    assert garbled(canned, week, slug, **{what: amount})
    assert time.monotonic() - began < 5


@each
@amounts
def test_an_amount_is_as_large_as_a_column_holds_and_no_larger(canned, week, slug, what):
    in_micros = (slug, what) in IN_MICROS
    largest, beyond = (str(one) if in_micros else f"{one // 10**6}.{one % 10**6}" for one in (LARGEST, LARGEST + 1))
    assert str(LARGEST).encode() in msgspec.json.encode(records(canned, week, slug, **{what: largest}))
    assert garbled(canned, week, slug, **{what: beyond})


@pytest.mark.parametrize(
    ("said", "meant"), [('"12"', 12), ("12", 12), ('"-1"', None), (str(2**63), None), ('"many"', None)]
)
def test_meta_may_put_a_count_in_quotes_and_nothing_else_into_it(canned, week, said, meant):
    (row,) = REPLIES["meta_ads"](HONEST)[0]["data"]
    spelled = json.dumps({"data": [{**row, "spend": "1", "action_values": [], "clicks": "<clicks>"}]})
    reply = 200, spelled.replace('"<clicks>"', said).encode()
    if meant is None:
        with pytest.raises(Trouble) as trouble:
            read(canned, week, "meta_ads", [reply])
        assert trouble.value.diagnosis.code == "garbled"
    else:
        assert [one.clicks for one in read(canned, week, "meta_ads", [reply])] == [meant]


@each
@pytest.mark.parametrize("what", ["account", "campaign", "name", "currency"])
def test_a_nul_reaches_no_record(canned, week, slug, what):
    try:
        found = records(canned, week, slug, **{what: f"{HONEST[what]}\0", "spend": "12000000"})
    except Trouble:
        return
    assert found
    assert b"\\u0000" not in msgspec.json.encode(found)


@each
def test_an_id_that_fits_no_index_is_refused(canned, week, slug):
    assert garbled(canned, week, slug, campaign="7" * 4_000)


@each
@pytest.mark.parametrize("at", [
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z",
    "1970-01-01T00:00:00Z",
])  # fmt: skip
def test_a_time_at_which_nothing_can_have_happened_is_refused(canned, week, slug, at):
    assert garbled(canned, week, slug, at=at)


def test_a_time_without_its_offset_is_refused(canned, week):
    assert garbled(canned, week, "shopify", at="2026-11-02T09:00:00")


def shopify_says(canned, nodes, **others):
    listed = {"nodes": nodes, "pageInfo": {"hasNextPage": False}}
    canned.replies = [{"data": {"orders": listed, "productVariants": listed, **others}}]
    return canned.api(SHOPIFY, tenant="aurora.myshopify.com")


def test_a_nul_reaches_no_variant(canned, week):
    variant = {"id": "gid://shopify/ProductVariant/1", "displayName": "Tent\0", "sku": "T\0", "price": "1",
               "product": {"id": "gid://shopify/Product/1\0"},
               "inventoryItem": {"unitCost": {"amount": "1\0", "currencyCode": "USD\0"}}}  # fmt: skip
    api = shopify_says(canned, [variant])
    (page,) = SHOPIFY.read(api, ACCOUNT, SHOPIFY.stream("products"), week, resume=None)
    assert b"\\u0000" not in msgspec.json.encode(page.records)
    assert (page.records[0].title, page.records[0].currency) == ("Tent", "USD")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-02T09:00:00"])
def test_a_roll_of_impossible_times_is_refused(canned, week, at):
    api = shopify_says(canned, [{"id": "gid://shopify/Order/1", "name": "#1", "createdAt": at, "test": False}])
    with pytest.raises(Trouble):
        SHOPIFY.roll(api, ACCOUNT, week, before=week.start)


def test_more_pieces_than_a_column_holds_are_refused(canned, week):
    (reply,) = REPLIES["shopify"](HONEST)
    text = json.dumps(reply).replace("<spend in words>", "1").replace("<value in words>", "1")
    with pytest.raises(Trouble):
        read(canned, week, "shopify", [(200, text.replace('"quantity": 1', f'"quantity": {2**31}').encode())])


@each
@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("levels", [500, 200_000])
def test_an_answer_nested_without_end_is_garbled(canned, week, slug, opening, levels):
    deep = opening * levels + b"1" + (b"]" if opening == b"[" else b"}") * levels
    with pytest.raises(Trouble) as trouble:
        read(canned, week, slug, [(200, deep)])
    assert (trouble.value.diagnosis.transient, trouble.value.diagnosis.code) == (True, "garbled")


@pytest.mark.parametrize("text", ["1e99999999", "-1e99999999", "1e1000000", "NaN", "sNaN", "Infinity", "0e99999999"])
def test_a_number_is_refused_before_it_is_written_out(text):
    for made in (whole, micros_of):
        with pytest.raises(ValueError, match="not an amount"):
            made(Decimal(text))
    with pytest.raises(ValueError, match="not an amount"):
        micros(text)


@pytest.mark.parametrize(("text", "meant"), [
    ("12.34", 12_340_000), ("0.0000005", 0), ("-5", -5_000_000), ("1e-99999999", 0), ("1.5E7", 15_000_000_000_000),
    ("9223372036854.775807", LARGEST), ("-9223372036854.775807", -LARGEST),
])  # fmt: skip
def test_an_amount_is_exact(text, meant):
    assert micros(text) == micros_of(Decimal(text)) == meant


@pytest.mark.parametrize("text", ["9223372036854.775808", "-9223372036854.775808", "9999999999999", "1e13"])
def test_an_amount_that_no_column_holds_is_none(text):
    for made in (micros, lambda one: micros_of(Decimal(one))):
        with pytest.raises(ValueError, match="too large"):
            made(text)


@pytest.mark.parametrize(("spelled", "meant"), [
    (rb"7\u0000", "7"), (rb"\u0000\u0000", ""), (rb"\\u0000", r"\u0000"), (rb"\\\u0000", "\\"),
    (rb"\\\\u0000\u0000.", r"\\u0000."), (b"plain", "plain"),
])  # fmt: skip
def test_only_what_spells_a_nul_is_taken_out(spelled, meant):
    answer = Answer(Stage.API, 200, {}, b'{"access_token": "%s"}' % spelled)
    assert decode(answer, dict[str, str]) == answer.json == {"access_token": meant}


def test_backslashes_without_end_are_read_in_no_time():
    began = time.monotonic()
    decode(Answer(Stage.API, 200, {}, b'["%s\\u0000"]' % (b"\\" * 2_000_000)), list[str])
    assert time.monotonic() - began < 5


def test_half_a_character_beside_a_token_is_no_reason_to_throw_it_away():
    found = decode_tokens(Answer(Stage.TOKEN_REFRESH, 200, {}, rb'{"access_token": "a", "scope": "x\ud800 y\u0000"}'))
    assert (found.access_token, found.scope) == ("a", "x? y")


def test_a_shop_may_be_as_old_as_the_web():
    for at in (datetime(1995, 1, 1, tzinfo=UTC), datetime.now(UTC)):
        assert instant(at) == at


@pytest.mark.parametrize("header", [
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +99999999999999999999", "1e400", "nan",
    format_datetime(datetime(9999, 12, 31, tzinfo=UTC), usegmt=True),
])  # fmt: skip
def test_no_wait_is_longer_than_a_day_however_it_is_stated(header):
    assert (retry_after(Answer(Stage.API, 429, {"retry-after": header})) or 0) <= 86_400


def test_a_wait_of_four_hundred_digits_is_not_reckoned_with():
    beyond = "9" * 400
    usage = {"x-business-use-case-usage": json.dumps({"1": [{"estimated_time_to_regain_access": int(beyond)}]})}
    limited = b'{"error": {"code": 17, "message": "User request limit reached"}}'
    assert registry()["meta_ads"].diagnose(Answer(Stage.API, 400, usage, limited)).retry_after is None
    cost = {"requestedQueryCost": int(beyond), "throttleStatus": {"currentlyAvailable": 1, "restoreRate": 50}}
    throttled = {"errors": [{"extensions": {"code": "THROTTLED"}}], "extensions": {"cost": cost}}
    answer = Answer(Stage.API, 200, {}, json.dumps(throttled).encode())
    assert registry()["shopify"].diagnose(answer).retry_after is None
