"""What was left over: the arithmetic, once for everything that shows it. Micros of the shop's currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from webapp.models.day_sum import AdDay, StoreDay
from webapp.queries.money_of import Exchange

Account = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Sums:
    """Of one day or many. `spend` by platform and account; `claimed` is the value the platforms say they brought."""

    orders: int = 0
    units: int = 0
    sales: int = 0
    refunds: int = 0
    tax: int = 0
    shipping: int = 0
    discounts: int = 0
    goods: int = 0
    uncosted: int = 0
    spend: Counter[Account] = field(default_factory=Counter)
    claimed: Counter[Account] = field(default_factory=Counter)
    clicks: Counter[Account] = field(default_factory=Counter)

    @property
    def revenue(self) -> int:
        return self.sales - self.tax

    @property
    def ads(self) -> int:
        return sum(self.spend.values())

    @property
    def profit(self) -> int:
        return self.revenue - self.refunds - self.goods - self.ads

    @property
    def margin(self) -> float | None:
        """Profit as a share of revenue after refunds; None without revenue."""
        kept = self.revenue - self.refunds
        return self.profit / kept if kept > 0 else None

    @property
    def efficiency(self) -> float | None:
        """Revenue for each unit spent on ads (MER); None where nothing was spent."""
        return self.revenue / self.ads if self.ads > 0 else None

    def spend_at(self, platform: str) -> int:
        return sum(amount for (slug, _), amount in self.spend.items() if slug == platform)

    def add_store(self, one: StoreDay, money: Exchange) -> bool:
        """Count a store's day in; False where its currency cannot be converted, and nothing is counted."""
        if not money.knows(one.currency, one.day):
            return False
        self.orders, self.units = self.orders + one.orders, self.units + one.units
        for name, micros in (
            ("sales", one.sales_micros), ("refunds", one.refund_micros), ("tax", one.tax_micros),
            ("shipping", one.shipping_micros), ("discounts", one.discount_micros), ("goods", one.goods_micros),
            ("uncosted", one.uncosted_micros),
        ):  # fmt: skip
            setattr(self, name, getattr(self, name) + (money.worth(micros, one.currency, one.day) or 0))
        return True

    def add_ads(self, one: AdDay, money: Exchange) -> bool:
        """Count an ad account's day in; False where its currency cannot be converted, and nothing is counted."""
        spend, value = (money.worth(micros, one.currency, one.day) for micros in (one.spend_micros, one.value_micros))
        if spend is None or value is None:
            return False
        account = (one.platform, one.account_id)
        self.spend[account] += spend
        self.claimed[account] += value
        self.clicks[account] += one.clicks
        return True


@dataclass(slots=True)
class Tally:
    """Days summed up: each by itself, and the (account, day) that could not be converted."""

    by_day: dict[date, Sums] = field(default_factory=dict)
    unconverted: set[tuple[str, str, date]] = field(default_factory=set)

    def total(self, days: Iterable[date]) -> Sums:
        whole = Sums()
        for day in days:
            one = self.by_day.get(day)
            if one is None:
                continue
            for name in ("orders", "units", "sales", "refunds", "tax", "shipping", "discounts", "goods", "uncosted"):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
            whole.spend.update(one.spend)
            whole.claimed.update(one.claimed)
            whole.clicks.update(one.clicks)
        return whole


def tally(stores: Iterable[StoreDay], ads: Iterable[AdDay], money: Exchange) -> Tally:
    """Every day summed, in the shop's currency."""
    found = Tally()
    for store in stores:
        if not found.by_day.setdefault(store.day, Sums()).add_store(store, money):
            found.unconverted.add((store.platform, store.account_id, store.day))
    for one in ads:
        if not found.by_day.setdefault(one.day, Sums()).add_ads(one, money):
            found.unconverted.add((one.platform, one.account_id, one.day))
    return found
