"""Which shop answered, as an account of ours, and what it has granted."""

from __future__ import annotations

import msgspec

from webapp.platforms.consent import Account
from webapp.platforms.decode import zone_name


class Shop(msgspec.Struct, rename="camel"):
    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str


class _ShopData(msgspec.Struct):
    shop: Shop


class ShopAnswer(msgspec.Struct):
    data: _ShopData


class _Scope(msgspec.Struct):
    handle: str


class _Installation(msgspec.Struct, rename="camel"):
    access_scopes: list[_Scope]


class _ScopesData(msgspec.Struct, rename="camel"):
    current_app_installation: _Installation


class ScopesAnswer(msgspec.Struct):
    data: _ScopesData


def account_of(shop: Shop) -> Account:
    return Account(
        id=number_of(shop.id),
        name=shop.name,
        currency=shop.currency_code,
        timezone=zone_name(shop.iana_timezone),
        route=shop.myshopify_domain,
    )


def number_of(gid: str) -> str:
    return gid.rpartition("/")[2]


def with_reads(scopes: frozenset[str]) -> frozenset[str]:
    """Permission to write a thing holds permission to read it, and Shopify then lists only the former."""
    return scopes | {f"read_{one.removeprefix('write_')}" for one in scopes if one.startswith("write_")}
