"""What a stretch's figures leave out: days that are missing, partial or not convertible, and what they may hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.models.day_state import DayState, day_state, worst
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.stand_in import StandInKind
from webapp.platforms.base import Platform
from webapp.queries import wording
from webapp.queries.calendar_rows import StreamDays, StreamKey
from webapp.queries.period import Period
from webapp.queries.profit import Tally
from webapp.queries.stand_ins import Back, Standing, Stood
from webapp.queries.stand_ins import Key as StandInKey

# Days that a missing one is compared with: the same weekday first, else any, of the weeks before and after it.
COMPARABLE = timedelta(days=28)
A_FEW = 3
LACKING = (DayState.MISSING, DayState.PARTIAL, DayState.BEFORE)
# What may yet be known: what is from before an account's data begins nobody has to stand in for.
AWAY = (DayState.MISSING, DayState.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days of one account that are not counted, or not wholly; `before`: all of them are from before its data begins
    here. `ranges` say for each what its spend probably comes to beyond what is counted, `low` and `high` for all of
    them; None where there is nothing to compare with, or it is a store."""

    platform: str
    company: str
    account_id: str
    account_name: str
    is_store: bool
    days: tuple[date, ...]
    before: bool = False
    needs_rate: str | None = None
    ranges: tuple[tuple[date, int, int], ...] = ()

    @property
    def low(self) -> int | None:
        return sum(low for _, low, _ in self.ranges) if self.ranges else None

    @property
    def high(self) -> int | None:
        return sum(high for _, _, high in self.ranges) if self.ranges else None

    @property
    def subject(self) -> str:
        return f"orders from {self.account_name}" if self.is_store else f"{self.company} spend"

    def words_in(self, money: Callable[[int], str]) -> str:
        """ "12 Nov to 14 Nov leave out TikTok spend; on comparable days it ran $180 to $240."."""
        verb = "leaves" if len(self.days) == 1 else "leave"
        said = f"{wording.days_listed(self.days)} {verb} out {self.subject}"
        if self.needs_rate is not None:
            return f"{said}: there is no exchange rate for {self.needs_rate}."
        if self.is_store or self.before:
            return f"{said}{': your data begins later' if self.before else ''}."
        if self.low is None or self.high is None:
            return f"{said}; there are no comparable days to say how much it may be."
        low, high = money(self.low), money(self.high)
        return f"{said}; on comparable days it ran {low if low == high else f'{low} to {high}'}."


Lack = Gap | Stood


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """`gaps` are what is left out, `changing` the days that may still move, by the company that may move them.

    `partly` are the platforms of which at least one day is wholly here, `running` the days that are not over. `stood`
    is what stands in for days that would be gaps, `back` what stood in for days that are here now.
    """

    gaps: tuple[Gap, ...]
    changing: Mapping[str, tuple[date, ...]]
    partly: frozenset[str]
    running: frozenset[date]
    stood: tuple[Stood, ...] = ()
    back: tuple[Back, ...] = ()

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """Whatever keeps a figure from being the platforms' own word."""
        return (*self.gaps, *self.stood)

    @property
    def lacks_of_rows(self) -> tuple[Lack, ...]:
        """The same of rows in their own currency, which leave out nothing for want of a rate."""
        return (*(gap for gap in self.gaps if gap.needs_rate is None), *self.stood)

    def on(self, day: date) -> list[Gap]:
        return [gap for gap in self.gaps if day in gap.days]

    def stood_on(self, day: date) -> list[Stood]:
        return [one for one in self.stood if day in one.days]


def completeness(
    period: Period,
    integrations: Sequence[Integration],
    platforms: Mapping[str, Platform],
    streams: Mapping[StreamKey, StreamDays],
    tallied: Tally,
    standing: Mapping[StandInKey, Standing],
    *,
    now: datetime,
) -> Completeness:
    """How whole a stretch is, account by account."""
    gaps: list[Gap] = []
    partly: set[str] = set()
    changing: dict[str, list[date]] = defaultdict(list)
    stood: list[Stood] = []
    back: list[Back] = []
    for one in integrations:
        platform, today = platforms[one.platform], local_day(now, ZoneInfo(one.timezone))
        states = dict(_states(period.days, one, platform, streams, today, now))
        lacking = [day for day, state in states.items() if state in LACKING]
        if len(lacking) < len(states):
            partly.add(one.platform)
        here = {day: standing[key] for day in states if (key := (one.platform, one.account_id, day)) in standing}
        away = {day: found for day, found in here.items() if states[day] in AWAY}
        stood += _stood(one, platform, away, tallied)
        back += [_back(one, platform, day, found, tallied) for day, found in here.items() if day not in away]
        lacking = [day for day in lacking if day not in away]
        unrated = [day for day in states if (one.platform, one.account_id, day) in tallied.unconverted]
        if unrated:
            gaps.append(_gap(one, platform, unrated, needs_rate=one.currency))
        if lacking := [day for day in lacking if day not in unrated]:
            whole = {day for day, state in _states(_around(period), one, platform, streams, today, now)
                     if state in (DayState.COMPLETE, DayState.CHANGING) and day < today}  # fmt: skip
            early = all(states[day] is DayState.BEFORE for day in lacking)
            gaps.append(_gap(one, platform, lacking, before=early,
                             ranges=_ranges(one, platform, lacking, whole, tallied)))  # fmt: skip
        changing[platform.company] += [day for day, state in states.items() if state is DayState.CHANGING]
    return Completeness(
        gaps=tuple(gaps),
        changing={name: tuple(sorted(set(days))) for name, days in changing.items() if days},
        partly=frozenset(partly),
        running=frozenset(local_day(now, ZoneInfo(one.timezone)) for one in integrations) & frozenset(period.days),
        stood=tuple(stood),
        back=tuple(back),
    )


def may_stand_in_for(gap: Gap) -> bool:
    """Whether a person may say what it was."""
    return not gap.is_store and not gap.before and gap.needs_rate is None


def told(gaps: Sequence[Gap], money: Callable[[int], str]) -> tuple[str, ...]:
    """A sentence for each gap; what begins later on the same day is one."""
    early: dict[tuple[date, ...], list[str]] = defaultdict(list)
    for gap in gaps:
        if gap.before:
            early[gap.days].append(gap.subject)
    return (
        *(gap.words_in(money) for gap in gaps if not gap.before),
        *(
            f"{wording.days_listed(days)} {'leaves' if len(days) == 1 else 'leave'} out {wording.listed(subjects)}: "
            "your data begins later."
            for days, subjects in early.items()
        ),
    )


def _states(
    days: Iterable[date], one: Integration, platform: Platform, streams: Mapping[StreamKey, StreamDays], today: date,
    now: datetime,
) -> Iterable[tuple[date, DayState]]:  # fmt: skip
    read = [
        (stream, streams.get((one.platform, one.account_id, stream.name), StreamDays({}, {})))
        for stream in platform.dated_streams
    ]
    gone = local_day(one.disconnected_at, ZoneInfo(one.timezone)) if one.disconnected_at else None
    for day in days:
        # Ahead of us where the account is, or after the merchant took it away: nothing is expected.
        if day > today or (gone is not None and day >= gone):
            continue
        yield (
            day,
            worst(day_state(one, stream, found.covered, day, today=today) for stream, found in read),
        )


def _around(period: Period) -> list[date]:
    length = period.length + 2 * COMPARABLE.days
    return [period.first - COMPARABLE + timedelta(days=number) for number in range(length)]


def _ranges(
    one: Integration, platform: Platform, lacking: Sequence[date], whole: set[date], tallied: Tally
) -> tuple[tuple[date, int, int], ...]:
    """What spend each lacking day probably holds beyond what is counted; nothing where one compares with nothing."""
    if platform.kind == "store":
        return ()
    found, account = [], (one.platform, one.account_id)
    for day in lacking:
        near = [other for other in whole if abs(other - day) <= COMPARABLE]
        alike = [other for other in near if other.weekday() == day.weekday()]
        spent = [_spent(tallied, account, other) for other in (alike if len(alike) >= A_FEW else near)]
        if not spent:
            return ()
        counted = _spent(tallied, account, day)
        found.append((day, max(0, min(spent) - counted), max(0, max(spent) - counted)))
    return tuple(found)


def _spent(tallied: Tally, account: tuple[str, str], day: date) -> int:
    return tallied.by_day[day].spend[account] if day in tallied.by_day else 0


def _stood(one: Integration, platform: Platform, away: Mapping[date, Standing], tallied: Tally) -> list[Stood]:
    account = (one.platform, one.account_id)
    return [
        Stood(
            platform=one.platform, company=platform.company, account_id=one.account_id, kind=kind,
            days=tuple(sorted(days)), micros=sum(max(away[day].micros, _spent(tallied, account, day)) for day in days),
        )
        for kind in StandInKind
        if (days := [day for day, found in away.items() if found.kind is kind])
    ]  # fmt: skip


def _back(one: Integration, platform: Platform, day: date, found: Standing, tallied: Tally) -> Back:
    return Back(
        platform=one.platform, company=platform.company, account_id=one.account_id, kind=found.kind, day=day,
        stood_micros=found.micros, own_micros=_spent(tallied, (one.platform, one.account_id), day),
    )  # fmt: skip


def _gap(one: Integration, platform: Platform, days: Iterable[date], **found: object) -> Gap:
    return Gap(
        platform=one.platform, company=platform.company, account_id=one.account_id, account_name=one.account_name,
        is_store=platform.kind == "store", days=tuple(sorted(days)), **found,  # type: ignore[arg-type]
    )  # fmt: skip
