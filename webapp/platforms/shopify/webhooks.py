"""Registering for webhooks at one shop: what is there already is left as it is.

https://shopify.dev/docs/api/admin-graphql/latest/mutations/webhookSubscriptionCreate
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.decode import decode
from webapp.platforms.diagnosis import Cause, Fault, Trouble, verdict
from webapp.platforms.paging import Trail
from webapp.platforms.shopify.records import PageInfo

REGISTERED = """
query Registered($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    nodes { topic uri }
    pageInfo { hasNextPage endCursor }
  }
}"""
REGISTER = """
mutation Register($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    userErrors { message }
  }
}"""


class _One(msgspec.Struct):
    topic: str
    uri: str


class _Connection(msgspec.Struct, rename="camel"):
    nodes: list[_One]
    page_info: PageInfo


class _ListedData(msgspec.Struct, rename="camel"):
    webhook_subscriptions: _Connection


class _Listed(msgspec.Struct):
    data: _ListedData


class _Error(msgspec.Struct):
    message: str


class _Payload(msgspec.Struct, rename="camel"):
    user_errors: list[_Error]


class _CreatedData(msgspec.Struct, rename="camel"):
    webhook_subscription_create: _Payload


class _Created(msgspec.Struct):
    data: _CreatedData


def register(ask: Callable[..., Answer], addresses: Mapping[str, str]) -> None:
    """Have each topic (`app/uninstalled`) sent to its address. Raises Trouble."""
    there = _registered(ask)
    for name, address in addresses.items():
        topic = name.upper().replace("/", "_")
        if (topic, address) in there:
            continue
        answer = ask(REGISTER, topic=topic, uri=address)
        errors = decode(answer, _Created).data.webhook_subscription_create.user_errors
        # Somebody else of ours may have been faster.
        if errors and "already been taken" not in errors[0].message:
            refused = verdict(Cause.BAD_REQUEST, fault=Fault.OURS, code=topic, message=errors[0].message)
            raise Trouble(refused, answer)


def _registered(ask: Callable[..., Answer]) -> set[tuple[str, str]]:
    found, trail, after = set[tuple[str, str]](), Trail(), None
    while True:
        answer = ask(REGISTERED, after=after)
        page = decode(answer, _Listed).data.webhook_subscriptions
        found |= {(one.topic, one.uri) for one in page.nodes}
        if not page.page_info.has_next_page:
            return found
        after = trail.follow(page.page_info.end_cursor, answer)
