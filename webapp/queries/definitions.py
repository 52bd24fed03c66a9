"""What each figure means, written once: the page, its help and the docs say it in these words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.queries.profit import Sums

Money = Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """`words` say what the figure is; `example` says it once more with the merchant's own numbers."""

    key: str
    label: str
    words: str
    example: Callable[[Sums, Money], str]


DEFINITIONS = {
    one.key: one
    for one in (
        Definition(
            key="sales",
            label="Sales",
            words="What customers were charged for orders placed on these days, shipping and tax included, discounts "
            "taken off, before anything was given back. A cancelled order counts only with what was charged and "
            "given back. Test orders never count.",
            example=lambda sums, money: (
                f"{sums.orders} orders came to {money(sums.sales)}, of it "
                f"{money(sums.shipping)} for shipping; {money(sums.discounts)} of discounts were taken off."
            ),
        ),
        Definition(
            key="tax",
            label="Tax",
            words="Tax on those orders, as it stands after refunds. It is not yours, so it is taken off.",
            example=lambda sums, money: f"{money(sums.sales)} of sales held {money(sums.tax)} of tax.",
        ),
        Definition(
            key="revenue",
            label="Revenue",
            words="Sales without tax, booked on the day of the order.",
            example=lambda sums, money: f"{money(sums.sales)} − {money(sums.tax)} = {money(sums.revenue)}.",
        ),
        Definition(
            key="refunds",
            label="Refunds",
            words="What was given back on these days, whenever the order was placed, as in Shopify's own reports.",
            example=lambda sums, money: f"{money(sums.refunds)} was given back.",
        ),
        Definition(
            key="goods",
            label="Cost of goods",
            words="Units sold times what a unit cost on the day of its order. The first cost we ever saw counts for "
            "all days before it. What has no cost on record is left out, and said so. Goods that come back are not "
            "taken off again.",
            example=lambda sums, money: (
                f"{sums.units} units cost {money(sums.goods)}"
                + (f"; what sold for {money(sums.uncosted)} has no cost on record." if sums.uncosted else ".")
            ),
        ),
        Definition(
            key="ads",
            label="Ad spend",
            words="What your ad accounts say they spent, by the day of each account's own time zone, in your shop's "
            "currency by the rate of the day.",
            example=lambda sums, money: f"All accounts together spent {money(sums.ads)}.",
        ),
        Definition(
            key="fees",
            label="Payment fees",
            words="Not known to us yet, so they are not taken off. They are not zero.",
            example=lambda _sums, _money: "Your profit is lower by what payments cost you.",
        ),
        Definition(
            key="postage",
            label="Shipping costs",
            words="What you pay carriers is not known to us yet, so it is not taken off. It is not zero.",
            example=lambda sums, money: (
                f"Customers paid {money(sums.shipping)} for shipping; what it cost you is open."
            ),
        ),
        Definition(
            key="profit",
            label="Net profit",
            words="Revenue, less refunds, cost of goods and ad spend.",
            example=lambda sums, money: (
                f"{money(sums.revenue)} − {money(sums.refunds)} − {money(sums.goods)} − "
                f"{money(sums.ads)} = {money(sums.profit)}."
            ),
        ),
        Definition(
            key="margin",
            label="Margin",
            words="Net profit as a share of revenue after refunds.",
            example=lambda sums, money: f"{money(sums.profit)} of {money(sums.revenue - sums.refunds)}.",
        ),
        Definition(
            key="mer",
            label="MER",
            words="Revenue for each unit spent on ads, all platforms together. It does not ask whose ad brought which "
            "order.",
            example=lambda sums, money: f"{money(sums.revenue)} ÷ {money(sums.ads)}.",
        ),
        Definition(
            key="roas",
            label="ROAS",
            words="The value a platform says its ads brought, for each unit spent there. Platforms count the same "
            "order twice, so these do not add up.",
            example=lambda sums, money: f"Platforms claim {money(sum(sums.claimed.values()))} for {money(sums.ads)}.",
        ),
    )
}
