"""The overview's figures as CSV. What is not known is empty, never zero, and what a line leaves out is said in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from webapp.queries.day_figures import ProductTotal
from webapp.queries.definitions import KINDS, not_entered
from webapp.queries.drill import CampaignLine, OrderLine
from webapp.queries.moving import moving_words
from webapp.queries.overview import Reckoning, money_in, stamp_of
from webapp.queries.overview_lines import NO_COST
from webapp.queries.profit import Sums
from webapp.queries.restated import ChangeFacts
from webapp.views.spreadsheet import Cell, amount, table_csv

DAYS = ("Day", "Orders", "Sales", "Tax", "Refunds", "Cost of goods", "Sales without a cost")
CHARGES = ("Goods by default percentage", "Payment fees", "Shipping costs", "Fixed costs")
LAST = ("Net profit", "Currency", "Leaves out", "Stands in", "Not entered", "May still change")


def days_csv(found: Reckoning) -> str:
    """A line for each day, and one for all of them."""
    ads = [slug for slug, platform in found.platforms.items() if platform.kind == "ads"]
    names = [f"{found.platforms[slug].name} spend" for slug in ads]
    header = (*DAYS, *names, *CHARGES, *LAST)
    rows = [
        _day(found, day.isoformat(), (day,), found.tallied.by_day.get(day, Sums()), ads) for day in found.period.days
    ]
    return table_csv(header, [*rows, _day(found, "All", found.period.days, found.now_sums, ads)])


def _day(found: Reckoning, name: str, days: Sequence[date], sums: Sums, ads: Sequence[str]) -> list[Cell]:
    gaps = [gap for gap in found.whole.gaps if set(gap.days) & set(days)]
    unread = {gap.platform for gap in gaps if set(gap.days) >= set(days)}
    stores = any(gap.is_store and set(gap.days) >= set(days) for gap in gaps)
    changing = [company for company, some in found.whole.changing.items() if set(some) & set(days)]
    own = [None if stores and not value else value for value in
           (sums.sales, sums.tax, sums.refunds, sums.goods, sums.uncosted)]  # fmt: skip
    spend = [None if slug in unread and not sums.spend_at(slug) else sums.spend_at(slug) for slug in ads]
    money = money_in(found.currency)
    left_out = [gap.words_in(money) if name == "All" else gap.subject for gap in gaps]
    if sums.uncosted:
        sold = money(sums.uncosted)
        left_out.append(NO_COST.format(sold=sold) if name == "All" else f"the cost of {sold} of sales")
    stood = dict.fromkeys(f"{one.subject}." for one in found.whole.stood if set(one.days) & set(days))
    charges = [getattr(sums, key) if kind in sums.entered else None for key, kind in KINDS.items()]
    return [
        name, None if stores and not sums.orders else sums.orders, *map(amount, own), *map(amount, spend),
        *map(amount, charges), amount(sums.profit), found.currency,
        " ".join(left_out) if name == "All" else ", ".join(left_out), " ".join(stood), ", ".join(not_entered(sums)),
        ", ".join(changing),
    ]  # fmt: skip


def orders_csv(found: Reckoning, lines: Sequence[OrderLine]) -> str:
    header = ("Order", "Day", "Sales", "Tax", "Refunded since", "Currency", "Cancelled", "Stamp", LAST[-1])
    stamp, moving = stamp_of(found), _moving(found, "store")
    return table_csv(
        header,
        [
            [one.name, one.day.isoformat(), amount(one.sales_micros), amount(one.tax_micros), amount(one.refund_micros),
             one.currency, "yes" if one.cancelled else "no", stamp, moving]
            for one in lines
        ],
    )  # fmt: skip


def refunds_csv(found: Reckoning, lines: Sequence[tuple[date, str, date | None, int, str]]) -> str:
    header = ("Day", "Order", "Ordered on", "Amount", "Currency", "Stamp", LAST[-1])
    stamp, moving = stamp_of(found), _moving(found, "store")
    return table_csv(
        header,
        [
            [day.isoformat(), name, placed.isoformat() if placed else None, amount(micros), currency, stamp, moving]
            for day, name, placed, micros, currency in lines
        ],
    )


def changes_csv(found: Reckoning, lines: Sequence[ChangeFacts]) -> str:
    header = ("Day", "Figure", "Was", "Is", "Currency", "Why", "Noticed", "Stamp", LAST[-1])
    stamp, moving = stamp_of(found), _moving(found)
    return table_csv(
        header,
        [
            [one.kept.day.isoformat(), one.figure, amount(one.kept.old_micros), amount(one.kept.new_micros),
             one.kept.currency, one.why, one.kept.at.isoformat(timespec="minutes"), stamp, moving]
            for one in lines
        ],
    )  # fmt: skip


def campaigns_csv(found: Reckoning, lines: Sequence[CampaignLine]) -> str:
    header = ("Platform", "Campaign", "Id", "Spend", "Claimed value", "Clicks", "Days", "Currency", "Stamp", LAST[-1])
    stamp, moving = stamp_of(found), _moving(found, "ads")
    return table_csv(
        header,
        [
            [found.platforms[one.platform].name, one.name, one.campaign_id, amount(one.spend_micros),
             amount(one.value_micros), one.clicks, one.days, one.currency, stamp, moving]
            for one in lines
        ],
    )  # fmt: skip


def products_csv(found: Reckoning, totals: Sequence[ProductTotal]) -> str:
    currencies = {(one.platform, one.account_id): one.currency for one in found.integrations}
    header = ("Product", "Variant id", "Units", "Sales", "Cost of goods", "Units without a cost",
              "Goods by default percentage", "Currency", "Stamp", LAST[-1])  # fmt: skip
    stamp, moving = stamp_of(found), _moving(found, "store")
    return table_csv(
        header,
        [
            [one.title, one.variant_id, one.units, amount(one.sales_micros),
             amount(None if one.uncosted_units == one.units else one.goods_micros), one.uncosted_units,
             amount(one.assumed_micros if one.assumed_units else None),
             currencies.get((one.platform, one.account_id), found.currency), stamp, moving]
            for one in totals
        ],
    )  # fmt: skip


def _moving(found: Reckoning, kind: str | None = None) -> str:
    """Why figures of stores, of ad accounts or of both may still change."""
    companies = [one.company for one in found.platforms.values() if kind in (None, one.kind)]
    return " ".join(moving_words(found.whole, companies))
