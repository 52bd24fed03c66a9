"""Customers, users and accounts as Microsoft's customer management describes them.

Source: learn.microsoft.com/advertising/customer-management-service (User, AdvertiserAccount).
"""

from __future__ import annotations

import msgspec

from webapp.platforms.consent import Account, Identity

CLOSED = {"Draft": "a draft", "Inactive": "inactive", "Suspended": "suspended"}
# PauseReason of an AdvertiserAccount: 1 the user, 2 billing, 4 both.
UNPAID = ("2", "4")


class _Name(msgspec.Struct, rename="pascal"):
    first_name: str | None = None
    last_name: str | None = None


class _Contact(msgspec.Struct, rename="pascal"):
    email: str | None = None


class User(msgspec.Struct, rename="pascal"):
    id: str | int
    user_name: str | None = None
    name: _Name | None = None
    contact_info: _Contact | None = None


class WhoAmI(msgspec.Struct, rename="pascal"):
    user: User


class Advertiser(msgspec.Struct, rename="pascal"):
    id: str | int
    parent_customer_id: str | int
    name: str | None = None
    number: str | None = None
    currency_code: str | None = None
    account_life_cycle_status: str | None = None
    pause_reason: str | int | None = None


class Found(msgspec.Struct, rename="pascal"):
    accounts: list[Advertiser] | None = None


class Described(msgspec.Struct, rename="pascal"):
    account: Advertiser


def account_of(one: Advertiser) -> Account:
    why = closed(one)
    # Not the zone that the account describes itself with: its days are UTC's, see report.py.
    return Account(
        id=str(one.id), name=one.name or one.number or f"Account {one.id}", currency=one.currency_code or "USD",
        timezone="UTC", route=str(one.parent_customer_id), note=f"Microsoft says: {why}" if why else None,
    )  # fmt: skip


def closed(one: Advertiser) -> str | None:
    """Why nothing can run in it, in words; None while it is open."""
    if one.account_life_cycle_status == "Pause" and str(one.pause_reason) in UNPAID:
        return "paused because a payment is open"
    return CLOSED.get(one.account_life_cycle_status or "")


def identity_of(user: User) -> Identity:
    name = " ".join(part for part in (user.name.first_name, user.name.last_name) if part) if user.name else ""
    email = user.contact_info.email if user.contact_info else None
    if not email and user.user_name and "@" in user.user_name:
        email = user.user_name
    return Identity(subject=str(user.id), name=name or user.user_name or email or "Microsoft", email=email or None)
