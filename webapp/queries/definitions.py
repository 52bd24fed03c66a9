"""What each figure means, written once: the page, its help and the docs say it in these words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.models.cost_rule import CostKind
from webapp.queries import wording
from webapp.queries.profit import CHARGED, Sums

Money = Callable[[int], str]
COUNTS = ("orders", "units")


@dataclass(frozen=True, slots=True)
class Definition:
    """`words` say what the figure is; `says` says it once more with the merchant's own numbers, each a name of `Sums`.

    Where `kind` was not entered there are no numbers, and `otherwise` is said instead.
    """

    label: str
    words: str
    says: str
    kind: CostKind | None = None
    otherwise: str = ""

    def example(self, sums: Sums, money: Money) -> str:
        says = self.otherwise if self.kind is not None and self.kind not in sums.entered else self.says
        return says.format_map(_Numbers(sums, money))


class _Numbers(dict[str, str]):
    """Every figure by its name, reckoned and written when it is asked for."""

    def __init__(self, sums: Sums, money: Money) -> None:
        super().__init__()
        self._sums, self._money = sums, money

    def __missing__(self, name: str) -> str:
        if name == "kept":
            return self._money(self._sums.revenue - self._sums.refunds)
        if name == "all_claimed":
            return self._money(sum(self._sums.claimed.values()))
        if name == "all_goods":
            return self._money(self._sums.goods + self._sums.assumed)
        number: int = getattr(self._sums, name)
        return wording.count(number) if name in COUNTS else self._money(number)


DEFINITIONS = {
    "sales": Definition(
        "Sales",
        "What customers were charged for orders placed on these days, shipping and tax included, discounts taken off, "
        "before anything was given back. A cancelled order counts only with what was charged and given back. Test "
        "orders never count.",
        "{orders} orders came to {sales}, of it {shipping} for shipping; {discounts} of discounts were taken off.",
    ),
    "tax": Definition(
        "Tax",
        "Tax on those orders, as it stands after refunds. It is not yours, so it is taken off.",
        "{sales} of sales held {tax} of tax.",
    ),
    "revenue": Definition(
        "Revenue", "Sales without tax, booked on the day of the order.", "{sales} − {tax} = {revenue}."
    ),
    "refunds": Definition(
        "Refunds",
        "What was given back on these days, whenever the order was placed, as in Shopify's own reports.",
        "{refunds} was given back.",
    ),
    "goods": Definition(
        "Cost of goods",
        "Units sold times what a unit cost on the day of its order. The first cost we ever saw counts for all days "
        "before it. What has no cost on record is left out, and said so. Goods that come back are not taken off again.",
        "Of {units} units, those with a cost of their own cost {goods}; what sold for {uncosted} has no cost at all.",
    ),
    "assumed": Definition(
        "Goods by default percentage",
        "For what has no cost of its own: the percentage that you entered of what it sold for. A guess, and named as "
        "one; a product's own cost goes before it.",
        "What sold for {assumed_for} without a cost of its own is taken to have cost {assumed}.",
        CostKind.GOODS,
        "You have entered none, so what sold for {uncosted} has no cost.",
    ),
    "ads": Definition(
        "Ad spend",
        "What your ad accounts say they spent, by the day of each account's own time zone, in your shop's currency by "
        "the rate of the day. Days that are missing hold what you entered for them, if anything, and are named.",
        "All accounts together spent {ads}.",
    ),
    "fees": Definition(
        "Payment fees",
        "The percentage of sales and the amount for each order that you entered, as in effect on the day of the order. "
        "Not entered, they are not taken off; they are not zero.",
        "{sales} of sales and {orders} orders cost {fees} in fees.",
        CostKind.FEES,
        "Your profit is lower by what payments cost you.",
    ),
    "postage": Definition(
        "Shipping costs",
        "What you pay carriers: what you entered for each order, as a percentage of sales, or for a month, which is "
        "spread over its days. Not entered, it is not taken off; it is not zero.",
        "Customers paid {shipping} for shipping; it cost you {postage}.",
        CostKind.POSTAGE,
        "Customers paid {shipping} for shipping; what it cost you is open.",
    ),
    "fixed": Definition(
        "Fixed costs",
        "What you entered as the cost of a month, spread over its days, from the day your store's data begins.",
        "These days' part of your months comes to {fixed}.",
        CostKind.FIXED,
        "Rent, wages and software are open.",
    ),
    "profit": Definition(
        "Net profit",
        "Revenue, less refunds, cost of goods, ad spend, and what you entered of payment fees, shipping and fixed "
        "costs.",
        "{revenue} − {refunds} − {all_goods} − {ads} − {others} = {profit}.",
    ),
    "margin": Definition("Margin", "Net profit as a share of revenue after refunds.", "{profit} of {kept}."),
    "mer": Definition(
        "MER",
        "Revenue for each unit spent on ads, all platforms together. It does not ask whose ad brought which order.",
        "{revenue} ÷ {ads}.",
    ),
    "roas": Definition(
        "ROAS",
        "The value a platform says its ads brought, for each unit spent there. Platforms count the same order twice, "
        "so these do not add up.",
        "Platforms claim {all_claimed} for {ads}.",
    ),
}  # fmt: skip
# The kinds of cost that are a figure of their own, by the figure's name.
KINDS = {name: kind for kind, name in CHARGED.items()}


def not_entered(sums: Sums) -> list[str]:
    """The labels of what is not taken off because nobody said what it is; goods have marks of their own."""
    return [DEFINITIONS[name].label for name, kind in KINDS.items() if name != "assumed" and kind not in sums.entered]
