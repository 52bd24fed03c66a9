"""What each figure means, written once: the overview and the help topics about it say it in these words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webapp.models.cost_rule import CostKind
from webapp.queries import wording
from webapp.queries.profit import CHARGED, Sums
from webapp.words import marked, say

Money = Callable[[int], str]
COUNTS = ("orders", "units")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A definition as it is read; `example` is empty for somebody who has no numbers here."""

    label: str
    words: str
    example: str


@dataclass(frozen=True, slots=True)
class Definition:
    """Messages. `words` say what the figure is; `says` says it once more with the merchant's own numbers, each a name
    of `Sums`.

    Where `kind` was not entered there are no numbers, and `otherwise` is said instead.
    """

    label: str
    words: str
    says: str
    kind: CostKind | None = None
    otherwise: str = ""

    def example(self, sums: Sums, money: Money) -> str:
        says = self.otherwise if self.kind is not None and self.kind not in sums.entered else self.says
        return say(says).format_map(_Numbers(sums, money))

    def told(self, sums: Sums | None = None, money: Money = str) -> Meaning:
        """In words, with the example where there are numbers of one's own."""
        example = self.example(sums, money) if sums is not None else ""
        return Meaning(label=say(self.label), words=say(self.words), example=example)


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
        marked("Sales"),
        marked(
            "What customers were charged for orders placed on these days, by your store's own clock, shipping and tax "
            "included, discounts taken off, before anything was given back. A cancelled order counts only with what "
            "was charged and given back. Test orders never count."
        ),
        marked(
            "{orders} orders came to {sales}, of it {shipping} for shipping; {discounts} of discounts were taken off."
        ),
    ),
    "tax": Definition(
        marked("Tax"),
        marked("Tax on those orders, as it stands after refunds. It is not yours, so it is taken off."),
        marked("{sales} of sales held {tax} of tax."),
    ),
    "revenue": Definition(
        marked("Revenue"),
        marked("Sales without tax, booked on the day of the order."),
        marked("{sales} − {tax} = {revenue}."),
    ),
    "refunds": Definition(
        marked("Refunds"),
        marked("What was given back on these days, whenever the order was placed, as in Shopify's own reports."),
        marked("{refunds} was given back."),
    ),
    "goods": Definition(
        marked("Cost of goods"),
        marked(
            "Units sold times what a unit cost on the day of its order. The first cost we ever saw counts for all "
            "days before it. What has no cost on record is left out, and said so. Goods that come back are not taken "
            "off again."
        ),
        marked(
            "Of {units} units, those with a cost of their own cost {goods}; what sold for {uncosted} has no cost at "
            "all."
        ),
    ),
    "assumed": Definition(
        marked("Goods by default percentage"),
        marked(
            "For what has no cost of its own: the percentage that you entered of what it sold for. A guess, and "
            "named as one; a product's own cost goes before it."
        ),
        marked("What sold for {assumed_for} without a cost of its own is taken to have cost {assumed}."),
        CostKind.GOODS,
        marked("You have entered none, so what sold for {uncosted} has no cost."),
    ),
    "ads": Definition(
        marked("Ad spend"),
        marked(
            "What your ad accounts say they spent, by the day of each account's own time zone, in your shop's "
            "currency by the rate of the day. Days that are missing hold what you entered for them, if anything, and "
            "are named."
        ),
        marked("All accounts together spent {ads}."),
    ),
    "fees": Definition(
        marked("Payment fees"),
        marked(
            "The percentage of sales and the amount for each order that you entered, as in effect on the day of the "
            "order. Not entered, they are not taken off; they are not zero."
        ),
        marked("{sales} of sales and {orders} orders cost {fees} in fees."),
        CostKind.FEES,
        marked("Your profit is lower by what payments cost you."),
    ),
    "postage": Definition(
        marked("Shipping costs"),
        marked(
            "What you pay carriers: what you entered for each order, as a percentage of sales, or for a month, which "
            "is spread over its days. Not entered, it is not taken off; it is not zero."
        ),
        marked("Customers paid {shipping} for shipping; it cost you {postage}."),
        CostKind.POSTAGE,
        marked("Customers paid {shipping} for shipping; what it cost you is open."),
    ),
    "fixed": Definition(
        marked("Fixed costs"),
        marked("What you entered as the cost of a month, spread over its days, from the day your store's data begins."),
        marked("These days' part of your months comes to {fixed}."),
        CostKind.FIXED,
        marked("Rent, wages and software are open."),
    ),
    "profit": Definition(
        marked("Net profit"),
        marked(
            "Revenue, less refunds, cost of goods, ad spend, and what you entered of payment fees, shipping and "
            "fixed costs."
        ),
        marked("{revenue} − {refunds} − {all_goods} − {ads} − {others} = {profit}."),
    ),
    "margin": Definition(
        marked("Margin"),
        marked("Net profit as a share of revenue after refunds."),
        marked("{profit} of {kept}."),
    ),
    "mer": Definition(
        marked("MER"),
        marked(
            "Revenue for each unit spent on ads, all platforms together. It does not ask whose ad brought which order."
        ),
        marked("{revenue} ÷ {ads}."),
    ),
    "roas": Definition(
        marked("ROAS"),
        marked(
            "The value a platform says its ads brought, for each unit spent there. Platforms count the same order "
            "twice, so these do not add up."
        ),
        marked("Platforms claim {all_claimed} for {ads}."),
    ),
}
# The kinds of cost that are a figure of their own, by the figure's name.
KINDS = {name: kind for kind, name in CHARGED.items()}


def not_entered(sums: Sums) -> list[str]:
    """The labels of what is not taken off because nobody said what it is; goods have marks of their own."""
    return [DEFINITIONS[name].label for name, kind in KINDS.items() if name != "assumed" and kind not in sums.entered]
