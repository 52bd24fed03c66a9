"""What was left over: the arithmetic, once for everything that shows it. Micros of the shop's currency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from webapp.models.cost_rule import CostKind
from webapp.models.day_sum import AdDay, StoreDay
from webapp.queries.cost_rules import StoreCosts
from webapp.queries.money_of import Exchange

Account = tuple[str, str]
AMOUNTS = (
    "orders", "units", "sales", "refunds", "tax", "shipping", "discounts", "goods", "uncosted", "assumed",
    "assumed_for", "fees", "postage", "fixed",
)  # fmt: skip
CHARGED = {CostKind.GOODS: "assumed", CostKind.FEES: "fees", CostKind.POSTAGE: "postage", CostKind.FIXED: "fixed"}


@dataclass(slots=True, kw_only=True)
class Sums:
    """Of one day or many. `spend` by platform and account, `stood_in` what of it is no platform's word; `claimed` is
    the value the platforms say they brought.

    `uncosted` is what sold without any cost; what sold for `assumed_for` is taken to cost `assumed`, by the default
    percentage. `entered` are the kinds of cost that were entered for some day, `lacking` for some day were not.
    """

    orders: int = 0
    units: int = 0
    sales: int = 0
    refunds: int = 0
    tax: int = 0
    shipping: int = 0
    discounts: int = 0
    goods: int = 0
    uncosted: int = 0
    assumed: int = 0
    assumed_for: int = 0
    fees: int = 0
    postage: int = 0
    fixed: int = 0
    entered: set[CostKind] = field(default_factory=set)
    lacking: set[CostKind] = field(default_factory=set)
    spend: Counter[Account] = field(default_factory=Counter)
    claimed: Counter[Account] = field(default_factory=Counter)
    clicks: Counter[Account] = field(default_factory=Counter)
    stood_in: Counter[Account] = field(default_factory=Counter)

    @property
    def revenue(self) -> int:
        return self.sales - self.tax

    @property
    def ads(self) -> int:
        return sum(self.spend.values())

    @property
    def profit(self) -> int:
        return self.revenue - self.refunds - self.goods - self.assumed - self.ads - self.others

    @property
    def others(self) -> int:
        """What was entered beside goods and ads; what was not entered is not in it."""
        return self.fees + self.postage + self.fixed

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

    def add_costs(self, costs: StoreCosts, day: date, sold: StoreDay | None, money: Exchange) -> None:
        """Count in what a store's day costs by what was entered; its currency is known to be convertible."""
        charged = costs.charged(day, sold)
        for kind, micros in charged.items():
            setattr(self, CHARGED[kind], getattr(self, CHARGED[kind]) + (money.worth(micros, costs.currency, day) or 0))
        if sold is not None and CostKind.GOODS in charged:
            # Now it has a cost, if only a guess.
            covered = money.worth(sold.uncosted_micros, sold.currency, day) or 0
            self.uncosted, self.assumed_for = self.uncosted - covered, self.assumed_for + covered
        self.entered |= charged.keys()
        self.lacking |= (CHARGED.keys() if sold is not None else {CostKind.FIXED}) - charged.keys()

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

    def on(self, day: date) -> Sums:
        """A day's own sums, to be counted into."""
        return self.by_day.setdefault(day, Sums())

    def total(self, days: Iterable[date]) -> Sums:
        whole = Sums()
        for day in days:
            one = self.by_day.get(day)
            if one is None:
                continue
            for name in AMOUNTS:
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
            whole.entered |= one.entered
            whole.lacking |= one.lacking
            whole.spend.update(one.spend)
            whole.claimed.update(one.claimed)
            whole.clicks.update(one.clicks)
            whole.stood_in.update(one.stood_in)
        return whole


def tally(
    stores: Iterable[StoreDay],
    ads: Iterable[AdDay],
    money: Exchange,
    costs: Sequence[StoreCosts] = (),
    days: Sequence[date] = (),
) -> Tally:
    """Every day summed, in the shop's currency; `days` are those that `costs` count on."""
    found = Tally()
    sold: dict[tuple[str, str, date], StoreDay] = {}
    for store in stores:
        if not found.on(store.day).add_store(store, money):
            found.unconverted.add((store.platform, store.account_id, store.day))
        sold[store.platform, store.account_id, store.day] = store
    for one in ads:
        if not found.on(one.day).add_ads(one, money):
            found.unconverted.add((one.platform, one.account_id, one.day))
    for charge in costs:
        for day in days:
            if charge.first_day <= day <= charge.last_day and money.knows(charge.currency, day):
                of_day = sold.get((charge.platform, charge.account_id, day))
                found.on(day).add_costs(charge, day, of_day, money)
    return found
