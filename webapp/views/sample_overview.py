"""The overview in the states a demo does not reach: tens of millions in three currencies with holes, and nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from webapp.models.day_sum import AdDay, Because, StoreDay
from webapp.models.restated import DayFigure, Restated
from webapp.platforms import registry
from webapp.queries.definitions import not_entered
from webapp.queries.gaps import Completeness, Gap, told
from webapp.queries.money_of import Exchange
from webapp.queries.moving import moving_words
from webapp.queries.overview import money_in
from webapp.queries.overview_facts import OverviewFacts, ProductLine
from webapp.queries.overview_lines import lines_of, platform_lines, profit_range, ratios_of
from webapp.queries.period import last_days
from webapp.queries.profit import Sums, tally
from webapp.queries.profit_chart import chart_of
from webapp.queries.restated import ChangeFacts, Changes
from webapp.views.samples import NOW

TODAY = NOW.date()
PERIOD = last_days(30, TODAY)
ADS = {"meta_ads": "USD", "google_ads": "EUR", "tiktok_ads": "JPY"}
MILLION = 1_000_000_000_000
LONG = "Meadow tent, four-season, for two – ripstop nylon, forest green / extra large"
NAMES = (LONG, "Ridge_jacket_mens_waterproof_3layer_AW26_navy_L", "Summit gloves S")
NOTHING = Completeness(gaps=(), changing={}, partly=frozenset({"shopify"}), running=frozenset())


def _gap(slug: str, company: str, *days: date, **found: object) -> Gap:
    return Gap(platform=slug, company=company, account_id="1", account_name=f"{company} account", is_store=False,
               days=days, **found)  # type: ignore[arg-type]  # fmt: skip


def _days() -> Iterator[date]:
    yield from (*PERIOD.before.days, *PERIOD.days)


def _sold(day: date, place: int) -> StoreDay:
    return StoreDay(
        workspace_id="", platform="shopify", account_id="1", day=day, currency="USD", orders=900, units=1400,
        sales_micros=(3 + place % 7) * MILLION, tax_micros=MILLION // 4, refund_micros=MILLION // 9,
        goods_micros=(1 + place % 2) * MILLION, uncosted_micros=MILLION // 20, discount_micros=0,
        shipping_micros=0,
    )  # fmt: skip


def _spent(slug: str, currency: str, day: date, place: int) -> AdDay:
    return AdDay(
        workspace_id="", platform=slug, account_id="1", day=day, currency=currency,
        spend_micros=(1 + place % 3) * MILLION // 4, impressions=0, clicks=90_000, conversions_micros=0,
        value_micros=MILLION,
    )  # fmt: skip


def _large() -> OverviewFacts:
    away, no_rate = PERIOD.days[-3:], PERIOD.days[-8:-5]
    rates = {("EUR", day): Decimal("1.08") for day in _days()} | {
        ("JPY", day): Decimal("0.0065") for day in _days() if day not in no_rate
    }
    tallied = tally(
        [_sold(day, place) for place, day in enumerate(_days())],
        [
            _spent(slug, currency, day, place)
            for slug, currency in ADS.items()
            for place, day in enumerate(_days())
            if not (slug == "meta_ads" and day in away)
        ],
        Exchange("USD", rates),
    )
    whole = Completeness(
        gaps=(
            _gap("meta_ads", "Meta", *away, ranges=tuple((day, MILLION // 4, MILLION // 2) for day in away)),
            _gap("tiktok_ads", "TikTok", *no_rate, needs_rate="JPY"),
        ),
        changing={"Shopify": (TODAY,), "Google": tuple(PERIOD.days)},
        partly=frozenset({"shopify", *ADS}),
        running=frozenset({TODAY}),
    )
    return _facts(tallied.total(PERIOD.days), tallied.total(PERIOD.before.days), whole, tallied.by_day)


def _facts(now: Sums, before: Sums, whole: Completeness, by_day: dict[date, Sums]) -> OverviewFacts:
    money, platforms = money_in("USD"), {slug: registry()[slug] for slug in ("shopify", *(ADS if by_day else ()))}
    shown, words = profit_range(now, whole, money)
    tallied = tally([], [], Exchange("USD"))
    tallied.by_day.update(by_day)
    return OverviewFacts(
        period=PERIOD, currency="USD", digest="", problem=None, profit=shown, profit_words=words,
        is_loss=now.profit < 0,
        lines=lines_of(now, before, whole, NOTHING, platforms, money, shown),
        ratios=ratios_of(now, before, whole, NOTHING, platforms, money),
        chart=chart_of(PERIOD, tallied, whole, money, {}), platforms=platform_lines(now, whole, platforms, money),
        products=tuple(_product(place, name) for place, name in enumerate(NAMES)) if by_day else (), more_products=0,
        gaps=told(whole.gaps, money), notes=moving_words(whole), meanings=(),
        status=("Some days are not wholly here.", "amber") if whole.gaps else ("Everything is here.", "green"),
        compared_with=PERIOD.before.words, not_entered=tuple(not_entered(now)),
        may_stand_in=bool(whole.gaps),
    )  # fmt: skip


def _product(place: int, name: str) -> ProductLine:
    return ProductLine(
        variant_id=str(place), home=None, title=name, units="14,204", sales="$38,856,781",
        goods=None if place else "$18,260,913", left=None if place else "$20,595,868",
        mark="No cost on record for 12 units." if place else None,
    )  # fmt: skip


def _changed() -> Changes:
    kept = Restated(
        workspace_id="", platform="google_ads", account_id="1", day=TODAY, figure=DayFigure.SPEND, old_micros=1,
        new_micros=2, currency="EUR", because=Because.ROWS, at=datetime.combine(TODAY, NOW.timetz()),
    )  # fmt: skip
    line = ChangeFacts(
        day="Tue 10 Nov", figure="Google spend", old="€1,175,619.50", new="€1,180,910.00", by="+€5,290.50",
        why="corrected by Google", noticed="Thu 12 Nov, 10:00", kept=kept,
    )  # fmt: skip
    return Changes(lines=(line,), more=12, since=NOW - timedelta(days=2))


OVERVIEWS = {
    "profit": (_large(), _changed()),
    "profit-empty": (_facts(Sums(), Sums(), NOTHING, {}), Changes(lines=(), more=0, since=None)),
}
