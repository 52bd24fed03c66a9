"""The overview's figures as lines: amount, the period before, the change, and what each leaves out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from webapp.models.cost_rule import CostKind
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.day_figures import ProductTotal
from webapp.queries.definitions import DEFINITIONS, KINDS
from webapp.queries.gaps import Completeness, Gap, Lack
from webapp.queries.moving import moving_words
from webapp.queries.overview_facts import LineFacts, PlatformLine, ProductLine, SaidOf
from webapp.queries.profit import Sums
from webapp.queries.stand_ins import Stood

Money = Callable[[int], str]
UNITS = ("unit", "units")
NO_COST = "Leaves out what {sold} of sales cost: there is no cost on record."
GUESSED = "Takes what sold for {sold} without a cost of its own to have cost {cost}, by your default percentage."
NOT_ALWAYS = "Leaves out {what} of days for which you entered none."


def lines_of(
    now: Sums,
    before: Sums,
    whole: Completeness,
    before_whole: Completeness,
    platforms: Mapping[str, Platform],
    money: Money,
    profit: str,
) -> tuple[LineFacts, ...]:
    """From sales to net profit, in the order of the sum; `profit` is as `profit_range` says it."""

    def line(key: str, sign: str, amount: int, then: int, gaps: Iterable[Lack], then_gaps: Iterable[Lack], *more: str,
             label: str | None = None, platform: str | None = None, even: bool = True,
             of: Collection[str] | None = None) -> LineFacts:  # fmt: skip
        comparable = even and not list(then_gaps)
        marks = [*(gap.words_in(money) for gap in gaps), *more]
        return LineFacts(
            key=key, label=label or DEFINITIONS[key].label, sign=sign, amount=money(amount),
            before=money(then) if comparable else None,
            change=_change(amount, then) if comparable and not marks else None, marks=tuple(marks), platform=platform,
            moving=moving_words(whole, of),
        )  # fmt: skip

    shops = [one.company for one in platforms.values() if one.kind == "store"]
    stores, then_stores = _of_stores(whole), _of_stores(before_whole)
    uncosted = [NO_COST.format(sold=money(now.uncosted))] if now.uncosted else []
    found = [
        line("sales", "", now.sales, before.sales, stores, then_stores, of=shops),
        line("tax", "−", now.tax, before.tax, stores, then_stores, of=shops),
        line("refunds", "−", now.refunds, before.refunds, stores, then_stores, of=shops),
        line("goods", "−", now.goods, before.goods, stores, then_stores, *uncosted, of=shops),
    ]
    if _is_away(now, whole, platforms):
        found = [replace(one, amount=None) for one in found]
    guessed = guessed_words(now, money)
    if CostKind.GOODS in now.entered:
        one = line(
            "assumed",
            "−",
            now.assumed,
            before.assumed,
            stores,
            then_stores,
            even=_known(CostKind.GOODS, before),
            of=shops,
        )
        found.append(replace(one, marks=(*one.marks, *guessed)))
    for slug, platform in platforms.items():
        if platform.kind == "ads":
            spend, gaps = now.spend_at(slug), _of(whole, slug)
            one = line(
                "ads", "−", spend, before.spend_at(slug), [*gaps, *_stood(whole, slug)],
                [*_of(before_whole, slug), *_stood(before_whole, slug)],
                label=f"{platform.name} spend", platform=slug, of=[platform.company],
            )  # fmt: skip
            # Nothing at all is here: that is not known, which is not zero.
            found.append(one if spend or not gaps or slug in whole.partly else replace(one, amount=None))
    partly = []
    for key in ("fees", "postage", "fixed"):
        kind = KINDS[key]
        lacks = [NOT_ALWAYS.format(what=DEFINITIONS[key].label.lower())] if not _known(kind, now) else []
        if kind not in now.entered:
            found.append(_unknown(key))
            continue
        partly += lacks
        # A fixed cost needs no orders, but is counted only from where the store's data begins.
        gaps, then_gaps = (
            [gap for gap in some if gap.before or kind is not CostKind.FIXED] for some in (stores, then_stores)
        )
        found.append(line(key, "−", getattr(now, key), getattr(before, key), gaps, then_gaps, *lacks,
                          even=_known(kind, before), of=shops if kind is not CostKind.FIXED else []))  # fmt: skip
    even = all(_known(kind, now) == _known(kind, before) for kind in now.entered | before.entered)
    last = line(
        "profit", "=", now.profit, before.profit, whole.lacks, before_whole.lacks, *uncosted, *partly, even=even
    )
    return (*found, replace(last, amount=profit, marks=(*last.marks, *guessed)))


def _of_goods(now: Sums, money: Money) -> list[str]:
    """What keeps the cost of goods, and all that is made of it, from being wholly known."""
    return [*([NO_COST.format(sold=money(now.uncosted))] if now.uncosted else []), *guessed_words(now, money)]


def guessed_words(now: Sums, money: Money) -> list[str]:
    """What is said wherever the default percentage is in a figure."""
    return [GUESSED.format(sold=money(now.assumed_for), cost=money(now.assumed))] if now.assumed_for else []


def ratios_of(
    now: Sums,
    before: Sums,
    whole: Completeness,
    before_whole: Completeness,
    platforms: Mapping[str, Platform],
    money: Money,
) -> tuple[LineFacts, ...]:
    """Margin and MER, only as good as what they are made of; and what stands behind them."""
    shops, ads = ([one.company for one in platforms.values() if one.kind == kind] for kind in ("store", "ads"))
    everything = moving_words(whole)
    marks = tuple(one.words_in(money) for one in whole.lacks)
    comparable = not before_whole.lacks
    revenue = _ratio_line("revenue", now.revenue, before.revenue, _of_stores(whole), _of_stores(before_whole),
                          money, moving_words(whole, shops))  # fmt: skip
    if _is_away(now, whole, platforms):
        revenue = replace(revenue, amount=None)
    spent = _ratio_line("ads", now.ads, before.ads, _of_ads(whole), _of_ads(before_whole), money,
                        moving_words(whole, ads))  # fmt: skip
    margin = LineFacts(
        key="margin", label=DEFINITIONS["margin"].label, sign="", amount=_percent(now.margin),
        before=_percent(before.margin) if comparable else None, change=None, moving=everything,
        marks=(*marks, *_of_goods(now, money)),
    )  # fmt: skip
    mer = LineFacts(
        key="mer", label=DEFINITIONS["mer"].label, sign="", amount=_times(now.efficiency),
        before=_times(before.efficiency) if comparable else None, change=None, moving=everything, marks=marks,
    )  # fmt: skip
    return revenue, spent, margin, mer


def _ratio_line(
    key: str, amount: int, then: int, lacks: Sequence[Lack], then_lacks: Sequence[Lack], money: Money,
    moving: tuple[str, ...],
) -> LineFacts:  # fmt: skip
    """One amount beside the profit, compared only with what is as whole as itself."""
    return LineFacts(
        key=key, label=DEFINITIONS[key].label, sign="", amount=money(amount),
        before=None if then_lacks else money(then),
        change=None if lacks or then_lacks else _change(amount, then),
        marks=tuple(one.words_in(money) for one in lacks), moving=moving,
    )  # fmt: skip


def profit_range(now: Sums, whole: Completeness, money: Money) -> tuple[str, str]:
    """The profit as it is shown: one amount, or a range where something is left out; and why, in one sentence."""
    lacking = [gap for gap in whole.gaps if not gap.is_store]
    subjects = list(dict.fromkeys(gap.subject for gap in whole.gaps))
    if now.uncosted:
        subjects.append(f"the cost of {money(now.uncosted)} of sales")
    stood = " ".join(dict.fromkeys(f"{one.subject}." for one in whole.stood))
    if not subjects:
        return money(now.profit), stood
    left_out = f"Leaves out {wording.listed(subjects)}. {stood}".strip()
    if any(gap.is_store for gap in whole.gaps):
        if not now.orders and not now.profit:
            return "Not known", left_out
        return f"{money(now.profit)} counted", f"{left_out} It may be more or less."
    if any(gap.low is None or gap.high is None for gap in lacking):
        return f"At most {money(now.profit)}", f"{left_out} How much that is cannot be told."
    most = now.profit - sum(gap.low or 0 for gap in lacking)
    least = now.profit - sum(gap.high or 0 for gap in lacking) - now.uncosted
    if money(least) == money(most):
        return money(most), left_out
    return f"{money(least)} to {money(most)}", left_out


def platform_lines(
    now: Sums, whole: Completeness, platforms: Mapping[str, Platform], money: Money
) -> tuple[PlatformLine, ...]:
    """Where ads are bought, what was spent most on first."""
    found = []
    # Of spend that is not wholly known nobody has a known share.
    may_share = now.ads and not any(_of(whole, slug) for slug, platform in platforms.items() if platform.kind == "ads")
    for slug, platform in platforms.items():
        if platform.kind != "ads":
            continue
        spend = now.spend_at(slug)
        claimed = sum(amount for (at, _), amount in now.claimed.items() if at == slug)
        # What stands in brought nothing that a platform could claim.
        told = spend - sum(amount for (at, _), amount in now.stood_in.items() if at == slug)
        found.append(
            (
                -spend,
                PlatformLine(
                    slug=slug, name=platform.name, mark=platform.mark,
                    spend=money(spend) if spend or not _of(whole, slug) or slug in whole.partly else None,
                    share=_percent(spend / now.ads) if may_share else None, claimed=money(claimed),
                    roas=_times(claimed / told) if told else None,
                    clicks=wording.count(sum(number for (at, _), number in now.clicks.items() if at == slug)),
                    marks=tuple(one.words_in(money) for one in whole.lacks if one.platform == slug),
                    moving=moving_words(whole, [platform.company]),
                ),
            )
        )  # fmt: skip
    return tuple(one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].name)))


def product_lines(
    products: Sequence[ProductTotal],
    money_at: Callable[[str, str], Money],
    homes: Mapping[tuple[str, str], str],
    said_of: Callable[[str, str], SaidOf],
) -> tuple[ProductLine, ...]:
    """What each sold for and left before ads, in its store's currency; no cost known: neither cost nor rest is told."""
    return tuple(
        ProductLine(
            variant_id=one.variant_id,
            home=homes.get((one.platform, one.account_id)) if one.variant_id else None,
            title=one.title if one.variant_id else f"{one.title} and other items that are no product",
            units=wording.count(one.units),
            sales=money(one.sales_micros),
            goods=None if one.unknown_units else money(one.goods_micros + one.assumed_micros),
            left=None if one.unknown_units else money(one.sales_micros - one.goods_micros - one.assumed_micros),
            mark=_cost_mark(one, money),
            marks=said.marks,
            moving=said.moving,
        )
        for one in products
        for money in (money_at(one.platform, one.account_id),)
        for said in (said_of(one.platform, one.account_id),)
    )


def _cost_mark(one: ProductTotal, money: Money) -> str | None:
    said = []
    if one.unknown_units:
        said.append(f"No cost on record for {wording.counted(one.unknown_units, UNITS)}.")
    if one.assumed_units:
        said.append(
            f"{money(one.assumed_micros)} of it is your default percentage, for "
            f"{wording.counted(one.assumed_units, UNITS)} without a cost of their own."
        )
    return " ".join(said) or None


def _known(kind: CostKind, sums: Sums) -> bool:
    return kind in sums.entered and kind not in sums.lacking


def _unknown(key: str) -> LineFacts:
    return LineFacts(
        key=key, label=DEFINITIONS[key].label, sign="−", amount=None, before=None, change=None,
        marks=(DEFINITIONS[key].words,),
    )  # fmt: skip


def _of_stores(whole: Completeness) -> list[Gap]:
    return [gap for gap in whole.gaps if gap.is_store]


def _is_away(now: Sums, whole: Completeness, platforms: Mapping[str, Platform]) -> bool:
    """Whether nothing at all of the orders is here: that is not known, which is not zero."""
    partly = any(slug in whole.partly for slug, platform in platforms.items() if platform.kind == "store")
    return bool(_of_stores(whole)) and not partly and not now.orders


def _of_ads(whole: Completeness) -> list[Lack]:
    return [one for one in whole.lacks if not (isinstance(one, Gap) and one.is_store)]


def _of(whole: Completeness, slug: str) -> list[Gap]:
    return [gap for gap in whole.gaps if gap.platform == slug]


def _stood(whole: Completeness, slug: str) -> list[Stood]:
    return [one for one in whole.stood if one.platform == slug]


def _change(now: int, before: int) -> str | None:
    if before <= 0 or now < 0:
        return None
    share = (now - before) / before
    if abs(share) >= 10:
        return f"× {now / before:.0f}"
    percent = round(share * 100)
    return f"{'+' if percent > 0 else '−' if percent else ''}{abs(percent)} %"


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:,.1f} %".replace("-", "−")


def _times(number: float | None) -> str | None:
    return None if number is None else f"{number:.2f}"
