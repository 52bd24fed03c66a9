"""Dates, counts, money and lists as a merchant reads them, in the language spoken here (CLDR forms through Babel)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_currency

from webapp.words import ENGLISH, say, say_number, say_unit, spoken, unit, written

MICROS = 1_000_000
DAYS, HOURS, MINUTES, SECONDS = (
    unit("day", "days"), unit("hour", "hours"), unit("minute", "minutes"), unit("second", "seconds"),
)  # fmt: skip
CONNECTIONS = unit("connection", "connections")

count = written
counted = say_unit


def day(value: date) -> str:
    """ "Tue 12 Nov"."""
    return _dated(value, "EEE d MMM", "MMMEd", spoken().locale)


def dated(value: date) -> str:
    """ "12 Nov 2027": for what may be more than a year away."""
    return _dated(value, "d MMM yyyy", "yMMMd", spoken().locale)


def short_day(value: date) -> str:
    """ "12 Nov"."""
    return _dated(value, "d MMM", "MMMd", spoken().locale)


def month(value: date) -> str:
    """ "Nov"."""
    return _dated(value, "MMM", "MMM", spoken().locale)


def days_listed(days: Sequence[date]) -> str:
    """ "3 Aug", "3 Aug to 14 Aug and 20 Aug": neighbours as one stretch; `days` oldest first."""
    stretches: list[list[date]] = []
    for one in days:
        if stretches and one - stretches[-1][-1] == timedelta(days=1):
            stretches[-1].append(one)
        else:
            stretches.append([one])
    return listed([stretch(run[0], run[-1]) for run in stretches])


def stretch(first: date, last: date) -> str:
    """ "12 Nov", "12 Nov to 14 Nov", with both years where they differ."""
    if first == last:
        return short_day(first)
    as_said = short_day if first.year == last.year else dated
    return say("{first} to {last}", first=as_said(first), last=as_said(last))


def clock(value: datetime, zone: str) -> str:
    """ "14:10", in the account's zone."""
    return _timed(value.astimezone(ZoneInfo(zone)).time().replace(second=0, microsecond=0), spoken().locale)


def moment(value: datetime, zone: str) -> str:
    """ "Tue 12 Nov, 14:10", in the account's zone."""
    return say("{day}, {time}", day=day(value.astimezone(ZoneInfo(zone)).date()), time=clock(value, zone))


def rate(per_second: float, what: str) -> str:
    """ "about 120 orders a second", "about 40 orders a minute"."""
    if per_second >= 1:
        return say("about {count} {what} a second", count=count(round(per_second)), what=what)
    return say("about {count} {what} a minute", count=count(max(1, round(per_second * 60))), what=what)


def money(micros: int, currency: str) -> str:
    """ "$2,184": whole units from a hundred on, cents below."""
    return _paid(micros, currency, spoken().locale)


def exact_money(micros: int, currency: str) -> str:
    """ "$2,184.30": as it stands on an order, cents always shown."""
    return format_currency(micros / MICROS, currency, locale=spoken().locale)


def listed(names: Sequence[str]) -> str:
    """ "Meta", "Meta and TikTok", "Meta, Google and TikTok"."""
    locale = spoken().locale
    # American English puts a comma before its "and"; ours does not.
    return format_list(list(names), locale="en_GB" if locale.language == ENGLISH else locale)


def span(length: timedelta) -> str:
    """A length of time in one unit: "40 seconds", "12 minutes", "5 hours", "3 days"."""
    seconds = max(0, int(length.total_seconds()))
    for size, what in ((86_400, DAYS), (3_600, HOURS), (60, MINUTES)):
        if seconds >= size:
            return counted(seconds // size, what)
    return counted(seconds, SECONDS)


def ago(then: datetime, now: datetime) -> str:
    """ "just now", "1 min ago", "3 h ago", "2 days ago"."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return say("just now")
    if minutes < 60:
        return say_number("{count} min ago", "{count} min ago", minutes)
    if minutes < 48 * 60:
        return say_number("{count} h ago", "{count} h ago", minutes // 60)
    return say_number("{count} day ago", "{count} days ago", minutes // 1440)


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
        return say("today, {time}", time=clock(value, zone))
    last_full = (local - timedelta(microseconds=1)).date()
    if last_full == today - timedelta(days=1):
        if (local.hour, local.minute) == (0, 0):
            return say("yesterday")
        return say("yesterday, {time}", time=clock(value, zone))
    return moment(value, zone)


def sentence(words: str) -> str:
    """ "the password was changed" as a sentence of its own."""
    return f"{words[:1].upper()}{words[1:]}." if words else ""


@lru_cache(2048)
def _dated(value: date, ours: str, skeleton: str, locale: Locale) -> str:
    if locale.language == ENGLISH:
        return format_date(value, ours, locale=locale)
    # Without `fuzzy` a language that has no such form raises.
    return format_skeleton(skeleton, value, fuzzy=True, locale=locale)


@lru_cache(2048)
def _timed(value: time, locale: Locale) -> str:
    if locale.language == ENGLISH:
        return f"{value:%H:%M}"
    return format_skeleton("Hm", datetime.combine(date.min, value), fuzzy=True, locale=locale)


@lru_cache(4096)
def _paid(micros: int, currency: str, locale: Locale) -> str:
    amount = micros / MICROS
    whole = abs(amount) >= 100
    pattern = locale.currency_formats["standard"].pattern.split(";")[0].replace(".00", "") if whole else None
    return format_currency(
        round(amount) if whole else amount, currency, pattern, locale=locale, currency_digits=not whole
    )
