"""Dates, counts, money and lists as a merchant reads them (English, CLDR forms through Babel)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

LOCALE = "en_US"
MICROS = 1_000_000


@lru_cache(1024)
def day(value: date) -> str:
    """ "Tue 12 Nov"."""
    return format_date(value, "EEE d MMM", locale=LOCALE)


def short_day(value: date) -> str:
    """ "12 Nov"."""
    return format_date(value, "d MMM", locale=LOCALE)


def days_listed(days: Sequence[date]) -> str:
    """ "3 Aug", "3 Aug to 14 Aug and 20 Aug": neighbours as one stretch; `days` oldest first."""
    stretches: list[list[date]] = []
    for one in days:
        if stretches and one - stretches[-1][-1] == timedelta(days=1):
            stretches[-1].append(one)
        else:
            stretches.append([one])
    return listed([" to ".join(dict.fromkeys((short_day(run[0]), short_day(run[-1])))) for run in stretches])


def month(value: date) -> str:
    """ "Nov"."""
    return format_date(value, "MMM", locale=LOCALE)


def clock(value: datetime, zone: str) -> str:
    """ "14:10", in the account's zone."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def moment(value: datetime, zone: str) -> str:
    """ "Tue 12 Nov, 14:10", in the account's zone."""
    return f"{day(value.astimezone(ZoneInfo(zone)).date())}, {clock(value, zone)}"


def count(value: int) -> str:
    return format_decimal(value, locale=LOCALE)


def counted(value: int, unit: tuple[str, str]) -> str:
    """ "1 order", "412 orders"."""
    return f"{count(value)} {unit[0] if value == 1 else unit[1]}"


def rate(per_second: float, unit: str) -> str:
    """ "about 120 orders a second", "about 40 orders a minute"."""
    if per_second >= 1:
        return f"about {count(round(per_second))} {unit} a second"
    return f"about {count(max(1, round(per_second * 60)))} {unit} a minute"


def money(micros: int, currency: str) -> str:
    """ "$2,184": whole units from a hundred on, cents below."""
    amount = micros / MICROS
    whole = abs(amount) >= 100
    return format_currency(
        round(amount) if whole else amount, currency, "¤#,##0" if whole else None, locale=LOCALE,
        currency_digits=not whole,
    )  # fmt: skip


def listed(names: Sequence[str]) -> str:
    """ "Meta", "Meta and TikTok", "Meta, Google and TikTok"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def span(length: timedelta) -> str:
    """A length of time in one unit: "40 seconds", "12 minutes", "5 hours", "3 days"."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, (unit, f"{unit}s"))
    return counted(seconds, ("second", "seconds"))


def ago(then: datetime, now: datetime) -> str:
    """ "just now", "1 min ago", "3 h ago", "2 days ago"."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // 1440} days ago"


def ago_turns_at(then: datetime, now: datetime) -> datetime:
    """When `ago(then, …)` next reads differently."""
    minutes = max(0, int((now - then).total_seconds() // 60))
    step = 1 if minutes < 60 else 60 if minutes < 48 * 60 else 1440
    return then + timedelta(minutes=(minutes // step + 1) * step)


def through(value: datetime, zone: str, now: datetime) -> str:
    """How far data reaches: "today, 14:10", "yesterday", "Tue 12 Nov, 14:10"."""
    here = ZoneInfo(zone)
    local, today = value.astimezone(here), now.astimezone(here).date()
    if local.date() == today and (local.hour, local.minute) != (0, 0):
        return f"today, {clock(value, zone)}"
    last_full = (local - timedelta(microseconds=1)).date()
    if last_full == today - timedelta(days=1):
        return "yesterday" if (local.hour, local.minute) == (0, 0) else f"yesterday, {clock(value, zone)}"
    return moment(value, zone)
