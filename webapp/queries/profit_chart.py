"""Net profit day by day as bars, drawn on the server; weeks or months where there would be too many of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from webapp.queries import wording
from webapp.queries.gaps import Completeness
from webapp.queries.overview_facts import BarFacts, ChartFacts
from webapp.queries.period import Period
from webapp.queries.profit import Sums, Tally
from webapp.queries.restated import words_of

WIDTH, HEIGHT, AIR = 1000.0, 200.0, 0.2
DAILY, WEEKLY = 92, 400
Money = Callable[[int], str]


def chart_of(
    period: Period, tallied: Tally, whole: Completeness, money: Money, was: Mapping[date, tuple[str, ...]]
) -> ChartFacts:
    """`was` is what days that moved were at first.

    One bar for each step of the period, from the newest zero line up for profit and down for loss."""
    steps, step = _steps(period)
    sums = [tallied.total(days) for days in steps]
    highest, lowest = max((one.profit for one in sums), default=0), min((one.profit for one in sums), default=0)
    highest, lowest = max(highest, 0), min(lowest, 0)
    scale = HEIGHT / (highest - lowest) if highest > lowest else 0.0
    zero, wide = HEIGHT if not scale else highest * scale, WIDTH / max(1, len(steps))
    bars = tuple(
        _bar(
            place,
            days,
            one,
            whole,
            money,
            zero=zero,
            scale=scale,
            wide=wide,
            moved=words_of(was.get(days[0], ()) if len(days) == 1 else ()),
        )
        for place, (days, one) in enumerate(zip(steps, sums, strict=True))
    )
    lacking = sum(bar.state == "lacking" for bar in bars)
    best = max(range(len(sums)), key=lambda at: sums[at].profit) if sums else 0
    summary = f"Net profit by {step}, {period.words}. Highest: {bars[best].name}, {money(sums[best].profit)}."
    ends = wording.short_day if period.first.year == period.last.year else wording.dated
    return ChartFacts(
        bars=bars,
        zero=round(zero, 1),
        top=money(highest),
        bottom=money(lowest) if lowest else None,
        first=ends(period.first),
        last=ends(period.last),
        step=step,
        says_something=any(one.profit for one in sums),
        summary=f"{summary} {wording.counted(lacking, (step, step + 's'))} not wholly counted." if lacking else summary,
    )


def _bar(
    place: int, days: Sequence[date], one: Sums, whole: Completeness, money: Money, *, zero: float, scale: float,
    wide: float,
    moved: str,
) -> BarFacts:  # fmt: skip
    lacks = [gap for day in days for gap in whole.on(day)]
    gaps = {gap.subject: None for gap in lacks}
    changing = any(set(some) & set(days) for some in whole.changing.values())
    state = "lacking" if gaps else "changing" if whole.running & set(days) else "whole"
    name = wording.day(days[0])
    if len(days) > 1:
        name = f"{wording.short_day(days[0])} to {wording.dated(days[-1])}"
    high = max(abs(one.profit) * scale, 1.5)
    stood = {one.subject: None for day in days for one in whole.stood_on(day)}
    state = "lacking" if stood else state
    mark = f"Leaves out {wording.listed(list(gaps))}" if gaps else "May still change" if changing else ""
    mark = ". ".join(said for said in (mark, *stood, moved) if said)
    orders, spend = any(gap.is_store for gap in lacks), any(not gap.is_store for gap in lacks)
    figures = ((one.revenue, orders), (one.refunds, orders), (one.goods + one.assumed, orders), (one.ads, spend),
               (one.others, orders), (one.profit, orders or spend))  # fmt: skip
    # Nothing of it is here, which is not zero.
    cells = tuple(money(amount) if amount or not lacking else "not known" for amount, lacking in figures)
    told = f"{name}: net profit {cells[-1]}. Revenue {cells[0]}, ads {cells[3]}."
    return BarFacts(
        name=name,
        x=round(place * wide + wide * AIR / 2, 2),
        y=round(zero if one.profit < 0 else zero - high, 1),
        width=round(wide * (1 - AIR), 2),
        height=round(high, 1),
        state=state,
        is_loss=one.profit < 0,
        says=f"{told} {mark}." if mark else told,
        cells=cells,
        mark=mark,
    )


def _steps(period: Period) -> tuple[list[list[date]], str]:
    days = period.days
    if len(days) <= DAILY:
        return [[day] for day in days], "day"
    by_week = len(days) <= WEEKLY
    steps: list[list[date]] = []
    for day in days:
        begins = (day - timedelta(days=day.weekday())) if by_week else day.replace(day=1)
        if not steps or day == begins:
            steps.append([])
        steps[-1].append(day)
    return steps, "week" if by_week else "month"
