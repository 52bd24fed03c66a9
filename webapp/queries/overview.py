"""The overview of a workspace: one stretch of days against the one before it, with everything it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.models.plan import day_start, local_day
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.calendar_rows import fetch_days
from webapp.queries.cost_rules import DefaultShare, StoreCosts, store_costs
from webapp.queries.day_figures import ad_figures, product_totals, store_figures
from webapp.queries.definitions import DEFINITIONS, Meaning, not_entered
from webapp.queries.gaps import COMPARABLE, Completeness, completeness, may_stand_in_for, told
from webapp.queries.moving import moving_words
from webapp.queries.overview_facts import LineFacts, OverviewFacts, SaidOf
from webapp.queries.overview_lines import lines_of, platform_lines, product_lines, profit_range, ratios_of
from webapp.queries.period import Period, period_of
from webapp.queries.profit import Sums, Tally, tally
from webapp.queries.profit_chart import chart_of
from webapp.queries.rates import exchange_of
from webapp.queries.restated import was_by_day
from webapp.queries.stand_ins import back_words, count_in, standing_of

Platforms = Callable[[str], Platform]
SHOWN_PRODUCTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """A stretch reckoned up, and the one before; what pages and spreadsheets are made of."""

    period: Period
    problem: str | None
    currency: str
    integrations: tuple[Integration, ...]
    platforms: Mapping[str, Platform]
    tallied: Tally
    now_sums: Sums
    before_sums: Sums
    whole: Completeness
    before_whole: Completeness
    turn_at: datetime
    revision: int
    sources: tuple[str, ...] = ()
    costs: tuple[StoreCosts, ...] = ()

    @property
    def defaults(self) -> list[DefaultShare]:
        """The default percentages of all stores."""
        return [share for one in self.costs for share in one.defaults]

    @property
    def homes(self) -> dict[tuple[str, str], str]:
        """Each account's integration."""
        return {(one.platform, one.account_id): one.id for one in self.integrations}

    def shop_money(self, micros: int) -> str:
        """An amount in the shop's currency in words."""
        return money_in(self.currency)(micros)

    def said_of(self, platform: str, account_id: str) -> SaidOf:
        """What figures in this account's own currency leave out of its days, and why they may still change."""
        lacks = [one for one in self.whole.lacks_of_rows if (one.platform, one.account_id) == (platform, account_id)]
        return SaidOf(
            marks=tuple(one.words_in(self.shop_money) for one in lacks),
            moving=moving_words(self.whole, [self.platforms[platform].company] if platform in self.platforms else []),
        )

    def money_at(self, platform: str, account_id: str) -> Callable[[int], str]:
        """Amounts in an account's own currency in words."""
        own = next((one for one in self.integrations if (one.platform, one.account_id) == (platform, account_id)), None)
        return money_in(own.currency if own else self.currency)


def reckon(
    session: Session, platform: Platforms, *, workspace_id: str, asked: Mapping[str, str], now: datetime
) -> Reckoning | None:
    """The stretch asked for; None while nothing has ever been connected."""
    # Before anything it is about: what changes while this is put together makes another revision.
    revision = session.exec(select(Workspace.revision).where(Workspace.id == workspace_id)).one()
    integrations = session.exec(
        select(Integration).where(Integration.workspace_id == workspace_id).order_by(col(Integration.created_at))
    ).all()
    if not integrations:
        return None
    platforms = {one.platform: platform(one.platform) for one in integrations}
    shop = next((one for one in integrations if platforms[one.platform].kind == "store"), integrations[0])
    zone = ZoneInfo(shop.timezone)
    today = local_day(now, zone)
    period, problem = period_of(asked, today)
    first, last = period.before.first - COMPARABLE, period.last + COMPARABLE
    money = exchange_of(session, shop.currency, {one.currency for one in integrations}, first, last)
    costs = store_costs(session, [one for one in integrations if platforms[one.platform].kind == "store"], workspace_id)
    tallied = tally(
        store_figures(session, workspace_id, period.before.first, period.last),
        ad_figures(session, workspace_id, first, last),
        money,
        costs,
        [*period.before.days, *period.days],
    )
    streams = fetch_days(session, integrations, since=first)
    standing = standing_of(session, workspace_id, period.before.first, period.last, money)
    complete = partial(
        completeness, integrations=integrations, platforms=platforms, streams=streams, tallied=tallied,
        standing=standing, now=now,
    )  # fmt: skip
    # Both before anything stands in: what days compare with is what platforms said of them.
    whole, before_whole = complete(period), complete(period.before)
    count_in(tallied, standing, [*whole.stood, *before_whole.stood])
    return Reckoning(
        period=period,
        problem=problem,
        currency=shop.currency,
        integrations=tuple(integrations),
        platforms=platforms,
        tallied=tallied,
        now_sums=tallied.total(period.days),
        before_sums=tallied.total(period.before.days),
        whole=whole,
        before_whole=before_whole,
        revision=revision,
        sources=money.sources,
        costs=tuple(costs),
        turn_at=min(day_start(local_day(now, ZoneInfo(one.timezone)) + timedelta(days=1), ZoneInfo(one.timezone))
                    for one in integrations),
    )  # fmt: skip


def overview_of(session: Session, found: Reckoning, *, workspace_id: str) -> OverviewFacts:
    """Everything the page shows of it."""
    period, money = found.period, money_in(found.currency)
    products = product_totals(session, workspace_id, period.first, period.last, found.defaults)
    shown, words = profit_range(found.now_sums, found.whole, money)
    return OverviewFacts(
        period=period,
        currency=found.currency,
        digest=f"{workspace_id}.{found.revision}.{int(found.turn_at.timestamp())}",
        problem=found.problem,
        profit=shown,
        profit_words=words,
        is_loss=found.now_sums.profit < 0,
        lines=_unlike(
            found,
            lines_of(found.now_sums, found.before_sums, found.whole, found.before_whole, found.platforms, money, shown),
        ),
        ratios=_unlike(
            found,
            ratios_of(found.now_sums, found.before_sums, found.whole, found.before_whole, found.platforms, money),
        ),
        chart=chart_of(
            period,
            found.tallied,
            found.whole,
            money,
            was_by_day(session, found.platforms.__getitem__, workspace_id, period.first, period.last),
        ),
        platforms=platform_lines(found.now_sums, found.whole, found.platforms, money),
        products=product_lines(products[:SHOWN_PRODUCTS], found.money_at, found.homes, found.said_of),
        more_products=max(0, len(products) - SHOWN_PRODUCTS),
        gaps=(*told(found.whole.gaps, money), *(one.words_in(money) for one in found.whole.stood)),
        may_stand_in=bool(found.whole.stood) or any(may_stand_in_for(gap) for gap in found.whole.gaps),
        notes=tuple(_notes(found)),
        meanings=meanings_of(DEFINITIONS, found),
        status=_status(found),
        compared_with=f"all of {period.before.words}" if _is_begun(found) else period.before.words,
        not_entered=tuple(not_entered(found.now_sums)),
    )


def meanings_of(figures: Iterable[str], found: Reckoning | None) -> tuple[Meaning, ...]:
    """What these figures mean, with the numbers of the stretch where there are any."""
    if found is None:
        return tuple(DEFINITIONS[one].told() for one in figures)
    return tuple(DEFINITIONS[one].told(found.now_sums, found.shop_money) for one in figures)


def stamp_of(found: Reckoning) -> str:
    """What the page says of the whole, in one line, for lists that leave it and get copied."""
    _, words = profit_range(found.now_sums, found.whole, money_in(found.currency))
    lacking = not_entered(found.now_sums)
    said = [words, f"Not entered: {wording.listed(lacking).lower()}." if lacking else ""]
    return " ".join(one for one in said if one) or "Complete"


def _is_begun(found: Reckoning) -> bool:
    """Whether it is one day that is not over yet."""
    return found.period.length == 1 and bool(found.whole.running)


def _unlike(found: Reckoning, lines: tuple[LineFacts, ...]) -> tuple[LineFacts, ...]:
    """A day that has just begun is not 68 % less than a whole one: no change is told of it."""
    return tuple(replace(one, change=None) for one in lines) if _is_begun(found) else lines


def _status(found: Reckoning) -> tuple[str, str]:
    """One sentence on how whole all this is, and its tone."""
    if not any(found.platforms[one.platform].kind == "store" for one in found.integrations):
        return "No store is connected, so there is no revenue to count yet.", "grey"
    if found.whole.gaps:
        return "Some days are not wholly here. What is left out is named beside each figure.", "amber"
    if found.whole.stood:
        return "What is not here yet, you have said yourself. It is named beside each figure.", "amber"
    if found.now_sums.uncosted:
        return "All orders and all spend of these days are here. Some products have no cost on record.", "amber"
    return "Everything of these days is here.", "green"


def _notes(found: Reckoning) -> Sequence[str]:
    """What is not a gap, and still to be known."""
    notes = [*moving_words(found.whole), *back_words(found.whole.back, money_in(found.currency))]
    others = sorted({one.currency for one in found.integrations} - {found.currency})
    if others and found.sources:
        notes.append(
            f"{wording.listed(others)} {'is' if len(others) == 1 else 'are'} converted by the daily rates of "
            f"{wording.listed(found.sources)}; on days without a rate by the last one, four days old at most."
        )
    zones = {one.timezone for one in found.integrations}
    shop = next((one for one in found.integrations if found.platforms[one.platform].kind == "store"), None)
    if shop is not None and len(zones) > 1:
        apart = dict.fromkeys(
            found.platforms[one.platform].name for one in found.integrations if one.timezone != shop.timezone
        )
        notes.append(
            f"{wording.listed(list(apart))} {'begins' if len(apart) == 1 else 'begin'} the day at another hour than "
            f"your shop ({shop.timezone}): a day's spend is the ad account's own day."
        )
    return notes


def money_in(currency: str) -> Callable[[int], str]:
    """Amounts of this currency in words."""
    return lambda micros: wording.money(micros, currency).replace("-", "−")
