"""The faults a stand-in can be told to show: some happen once to the permissions there are, some stay until off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sandbox.world import World


class Switch(NamedTuple):
    name: str
    label: str
    says: str


ONCE = (
    Switch("password_changed", "Password changed", "The person changed the password; today's permissions end."),
    Switch("access_revoked", "App removed", "Somebody removed the app in the platform's settings."),
    Switch("security_policy", "Security policy", "A policy asks for a fresh sign-in before anything works again."),
    Switch("token_expired", "Permission aged out", "The permission reached the age it was given for."),
)
LASTING = (
    Switch("outage", "Outage", "The platform answers with server errors."),
    Switch("rate_limited", "Rate limit", "The platform says that too much was asked, and when to come back."),
    Switch("slow", "Slow", "Every answer takes three seconds."),
    Switch("garbled", "Garbled answers", "Answers break off in the middle."),
    Switch("account_disabled", "Account disabled", "The account is closed or unpaid; the permission is fine."),
    Switch("late_data", "Late data", "Figures of the last three days are corrected afterwards."),
    Switch(
        "deleted_rows", "Deleted rows", "Some orders, or one campaign, of the last days were deleted at the platform."
    ),
    Switch("hidden_rows", "Hidden rows", "Reports leave out one campaign, or every fifth order; totals still have it."),
    Switch("fewer_scopes", "Fewer permissions", "The next consents leave one permission out."),
    Switch("other_account", "Wrong person", "The next consents are given by somebody who does not reach the account."),
    Switch("recent_only", "Recent orders only", "The next consents reach only the last 60 days of orders."),
    Switch("declined", "Declined", "The next consents are declined."),
    Switch("rotation_strict", "Rotation: strict", "A refresh token works once; a second use ends the permission."),
    Switch("rotation_grace", "Rotation: grace", "A used refresh token works for a minute more, then as under strict."),
    Switch("unready_reports", "Reports never ready", "Reports that are made to order stay in the making."),
)
MAIL = (
    Switch("smtp_451", "Mail: try later", "The mail server asks to try again later."),
    Switch("smtp_550", "Mail: no such address", "The mail server refuses the address for good."),
    Switch("smtp_mute", "Mail: silent", "The mail server takes the connection and never says a word."),
)
NAMES = frozenset(switch.name for switch in (*ONCE, *LASTING, *MAIL))
# Those that concern the last days before they were first turned on.
OF_LAST_DAYS = frozenset({"late_data", "deleted_rows"})
ONCE_NAMES = frozenset(switch.name for switch in ONCE)


def is_on(world: World, platform: str, name: str, account: str | None = None) -> bool:
    """Whether the switch is on for the platform, or for just this account of it."""
    return any(
        one["switch"] == name
        and one["platform"] in (platform, "mail")
        and (one["account"] is None or one["account"] == account)
        for one in world.data["switches"]
    )


def since_when(world: World, platform: str, name: str, account: str) -> datetime | None:
    """When a switch of the last days was first turned on; None while it is off."""
    turned = turned_when(world, platform, name)
    return turned[0] if turned is not None and is_on(world, platform, name, account) else None


def turned_when(world: World, platform: str, name: str) -> tuple[datetime, datetime] | None:
    """When a switch of the last days was first turned on, and when it was turned last, on or off; None before that."""
    turned = world.data["turned"].get(f"{platform} {name}")
    return (datetime.fromisoformat(turned[0]), datetime.fromisoformat(turned[1])) if turned else None


def turn(world: World, platform: str, account: str | None, name: str, on: bool) -> None:
    """Turn a lasting switch, or let a once-only one happen now to every permission it concerns."""
    with world.changing() as data:
        if name in ONCE_NAMES:
            if on:
                _kill(data["grants"].values(), platform, account, name)
            return
        one = {"platform": platform, "account": account, "switch": name}
        if name in OF_LAST_DAYS and on != (one in data["switches"]):
            now, which = world.now().isoformat(), f"{platform} {name}"
            data["turned"][which] = [data["turned"].get(which, [now])[0], now]
        data["switches"] = [other for other in data["switches"] if other != one]
        if on:
            data["switches"].append(one)


def _kill(grants: Iterable[dict[str, Any]], platform: str, account: str | None, cause: str) -> None:
    for grant in grants:
        if grant["platform"] == platform and (account is None or account in grant["accounts"]):
            grant["death"] = grant["death"] or cause
