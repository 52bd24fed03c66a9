"""What a store costs beside its goods, on each of its days, as its merchant says: pure arithmetic over a day's sums."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.cost_rule import CostKind, CostRule
from webapp.models.day_sum import StoreDay
from webapp.models.integration import Integration
from webapp.models.plan import local_day

WHOLE = 1_000_000
Rules = Mapping[tuple[CostKind, str], Sequence[CostRule]]


class DefaultShare(NamedTuple):
    """The share of its price that a thing of this store is taken to cost, from a day until before another."""

    platform: str
    account_id: str
    from_day: date
    until: date
    share_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCosts:
    """One store's rules, each kind and name oldest first. They count from `first_day`, where its data begins, to
    `last_day`, its last day with us where it was disconnected."""

    platform: str
    account_id: str
    currency: str
    first_day: date
    last_day: date
    rules: Rules

    def on(self, day: date) -> list[CostRule]:
        """Those in effect; none outside the store's days."""
        if not self.first_day <= day <= self.last_day:
            return []
        found = []
        for rules in self.rules.values():
            at = bisect_right(rules, day, key=lambda one: one.from_day)
            if at:
                found.append(rules[at - 1])
        return found

    def charged(self, day: date, sold: StoreDay | None) -> dict[CostKind, int]:
        """What the day cost, micros of the store's currency; a kind without a rule in effect is absent, which is not
        zero. `sold` is None where nothing was."""
        found: dict[CostKind, int] = defaultdict(int)
        for rule in self.on(day):
            amount = month_share(rule.month_micros, day)
            if sold is not None:
                base = sold.uncosted_micros if rule.kind is CostKind.GOODS else sold.sales_micros
                amount += share_of(base, rule.share_ppm) + rule.order_micros * sold.orders
            found[rule.kind] += amount
        return dict(found)

    @property
    def defaults(self) -> list[DefaultShare]:
        """The shares that stand in for a cost, stretch by stretch."""
        rules = self.rules.get((CostKind.GOODS, ""), ())
        return [
            DefaultShare(
                self.platform, self.account_id, max(one.from_day, self.first_day),
                rules[at].from_day if at < len(rules) else date.max, one.share_ppm,
            )
            for at, one in enumerate(rules, start=1)
        ]  # fmt: skip


def share_of(micros: int, ppm: int) -> int:
    """A share of an amount, to the nearest micro."""
    return (micros * ppm + WHOLE // 2) // WHOLE


def default_on(defaults: Iterable[DefaultShare], platform: str, account_id: str, day: date) -> int | None:
    """The share in effect for this store on a day."""
    return next(
        (one.share_ppm for one in defaults
         if (one.platform, one.account_id) == (platform, account_id) and one.from_day <= day < one.until),
        None,
    )  # fmt: skip


def month_share(micros: int, day: date) -> int:
    """A day's part of a monthly amount; the days of a month come to exactly the month."""
    length = monthrange(day.year, day.month)[1]
    return micros * day.day // length - micros * (day.day - 1) // length


def store_costs(session: Session, stores: Iterable[Integration], workspace_id: str) -> list[StoreCosts]:
    """Of every store, once anything was entered for one of them: what the others lack is to be known, too."""
    rules: dict[tuple[str, str], dict[tuple[CostKind, str], list[CostRule]]] = defaultdict(lambda: defaultdict(list))
    for one in session.exec(
        select(CostRule).where(CostRule.workspace_id == workspace_id).order_by(col(CostRule.from_day))
    ):
        rules[one.platform, one.account_id][one.kind, one.name].append(one)
    if not rules:
        return []
    return [
        StoreCosts(
            platform=one.platform, account_id=one.account_id, currency=one.currency, first_day=one.first_day,
            last_day=local_day(one.disconnected_at, ZoneInfo(one.timezone)) if one.disconnected_at else date.max,
            rules=rules[one.platform, one.account_id],
        )
        for one in stores
    ]  # fmt: skip
