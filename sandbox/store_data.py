"""What a stand-in store sold: the same orders every time they are asked for, growing as the clock goes on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

CENT = 10_000
VARIANTS_PER_PRODUCT = 2
_WORDS = ("Ridge", "Fjord", "Summit", "Harbor", "Meadow", "Canyon", "Drift", "Ember", "Willow", "Cascade")
_THINGS = ("Jacket", "Pack", "Bottle", "Tent", "Cap", "Socks", "Lamp", "Gloves", "Mug", "Rope")


@dataclass(frozen=True, slots=True)
class Shop:
    """A store: `number` is its lasting id, `per_day` about how many orders it gets."""

    domain: str
    number: int
    name: str
    currency: str
    timezone: str
    per_day: int


@dataclass(frozen=True, slots=True)
class Variant:
    id: int
    product_id: int
    title: str
    sku: str
    price: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    variant: Variant
    quantity: int

    @property
    def total(self) -> int:
        return self.variant.price * self.quantity


@dataclass(frozen=True, slots=True)
class Refund:
    id: int
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order with everything that will ever happen to it; `as_of` tells what has happened by now."""

    id: int
    name: str
    at: datetime
    day: date
    lines: tuple[Line, ...]
    subtotal: int
    discount: int
    shipping: int
    tax: int
    refund: Refund | None
    cancelled_at: datetime | None
    test: bool

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping + self.tax


@dataclass(frozen=True, slots=True)
class Seen:
    """An order as it is at one moment: amounts in micros, `correction` already in them."""

    order: Order
    changed_at: datetime
    cancelled_at: datetime | None
    refund: Refund | None
    correction: int

    @property
    def refunded(self) -> int:
        return self.refund.amount if self.refund else 0

    @property
    def current_total(self) -> int:
        return self.order.total + self.correction - self.refunded


@lru_cache(maxsize=16)
def variants(shop: Shop) -> tuple[Variant, ...]:
    """25 products, two variants each; the last product has no cost on record."""
    dice = random.Random(f"{shop.domain} products")
    found = []
    for number in range(25):
        title = f"{_WORDS[number % 10]} {_THINGS[(number * 3 + number // 10) % 10]}"
        price = dice.randrange(1200, 18900) * CENT
        for size in range(VARIANTS_PER_PRODUCT):
            cost = None if number == 24 else price * dice.randrange(30, 55) // 100 // CENT * CENT
            base = shop.number * 1000 + number * 10
            found.append(
                Variant(
                    base + size + 1,
                    base,
                    f"{title} {'SL'[size]}",
                    f"{title[:3].upper()}-{number:02}{size}",
                    price,
                    cost,
                )
            )
    return tuple(found)


class Late(NamedTuple):
    """A correction of what was placed in the three days before `since`: made at `turned`, or taken back then where it
    does not hold any more. Both are changes: at Shopify an order never goes back to an earlier `updatedAt`."""

    since: datetime
    turned: datetime
    holds: bool


def orders_seen(shop: Shop, *, first_day: date, now: datetime, late: Late | None) -> Iterator[Seen]:
    """Every order placed by now, oldest first, as it is now."""
    day, today = first_day, now.astimezone(ZoneInfo(shop.timezone)).date()
    while day <= today:
        for placed in _placed_on(shop, day, (day - first_day).days):
            order = placed.order
            if order.at <= now:
                # Of most orders nothing more is ever heard.
                stays = late is None and order.refund is None and order.cancelled_at is None
                yield placed if stays else _as_of(order, now, late)
        day += timedelta(days=1)


def _as_of(order: Order, now: datetime, late: Late | None) -> Seen:
    refund = order.refund if order.refund and order.refund.at <= now else None
    cancelled = order.cancelled_at if order.cancelled_at and order.cancelled_at <= now else None
    times = [order.at, *([refund.at] if refund else []), *([cancelled] if cancelled else [])]
    correction = 0
    if late is not None and late.since - timedelta(days=3) <= order.at <= late.since:
        times.append(late.turned)
        correction = 150 * CENT if late.holds else 0
    return Seen(order, max(times), cancelled, refund, correction)


@lru_cache(maxsize=512)
def _placed_on(shop: Shop, day: date, number: int) -> tuple[Seen, ...]:
    """The day's orders, each as it was when it was placed."""
    dice = random.Random(f"{shop.domain} {day.isoformat()}")
    zone = ZoneInfo(shop.timezone)
    spread = max(1, shop.per_day // 7)
    how_many = dice.randrange(shop.per_day - spread, shop.per_day + spread + 1)
    moments = sorted(dice.randrange(86_400) for _ in range(how_many))
    placed = (
        _order(shop, day, number * 1000 + place, datetime.combine(day, time(), zone) + timedelta(seconds=second), dice)
        for place, second in enumerate(moments, start=1)
    )
    return tuple(Seen(order, order.at, None, None, 0) for order in placed)


def _order(shop: Shop, day: date, number: int, at: datetime, dice: random.Random) -> Order:
    order_id = shop.number * 10_000_000 + number
    choice = variants(shop)
    lines = tuple(
        Line(order_id * 10 + place, dice.choice(choice), dice.choice((1, 1, 1, 2, 3)))
        for place in range(1, dice.choice((1, 1, 2, 2, 3, 4)) + 1)
    )
    goods = sum(line.total for line in lines)
    discount = goods // 10 // CENT * CENT if dice.random() < 0.15 else 0
    shipping = dice.choice((0, 490, 790)) * CENT
    tax = (goods - discount) * 8 // 100 // CENT * CENT
    total = goods - discount + shipping + tax
    placed = at.astimezone(UTC)
    fate, after = dice.random(), timedelta(seconds=dice.randrange(40_000, 800_000))
    refund = Refund(order_id + 500_000, placed + after, min(lines[0].total, total)) if fate < 0.04 else None
    return Order(
        id=order_id, name=f"#{1000 + number}", at=placed, day=day, lines=lines, subtotal=goods - discount,
        discount=discount, shipping=shipping, tax=tax, refund=refund,
        cancelled_at=placed + after / 20 if 0.04 <= fate < 0.05 else None,
        test=0.05 <= fate < 0.056,
    )  # fmt: skip
