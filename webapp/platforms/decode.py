"""A platform's good answer as typed values: what does not fit its shape is a garbled answer, never half a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from webapp.platforms.answer import Answer, without_nul
from webapp.platforms.consent import TokenSet
from webapp.platforms.diagnosis import Cause, Trouble, verdict
from webapp.platforms.streams import Total, Window

T = TypeVar("T")
LARGEST = 2**63 - 1
# A non-negative whole number that fits a database column.
Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
MOST_DIGITS = 18
# No shop on the web is older; and no order is placed in a year that nobody has reached.
YEARS = range(1990, 2100)
LONGEST_LIFE = timedelta(days=3650)
# Anything at all: a token must not be thrown away for what is said beside it.
Lifetime = object
SHORTEST_LIFE_SECONDS = 60.0
_DECODERS: dict[tuple[type[Any], bool], msgspec.json.Decoder[Any]] = {}


class OAuthTokens(msgspec.Struct):
    """A token answer as RFC 6749 §5.1 has it, with the spread of types seen in the wild."""

    access_token: str
    refresh_token: str | None = None
    expires_in: Lifetime = None
    refresh_token_expires_in: Lifetime = None
    scope: str | None = None


def decode(answer: Answer, shape: type[T], *, in_quotes: bool = False) -> T:
    """The body as `shape`; raises Trouble when it is not that. `in_quotes`: numbers may be written as text."""
    with reading(answer):
        return _decoder(shape, in_quotes).decode(without_nul(answer.body))


def _decoder(shape: type[T], in_quotes: bool) -> msgspec.json.Decoder[T]:
    # Made once for each shape; there are as many as classes in the platform modules.
    known = shape, in_quotes
    if known not in _DECODERS:
        _DECODERS[known] = msgspec.json.Decoder(shape, strict=not in_quotes)
    return _DECODERS[known]


def decode_tokens(answer: Answer) -> OAuthTokens:
    """A token answer, read more kindly than data: NaN and its like are no JSON, but the token beside them is good."""
    with reading(answer):
        found = msgspec.convert(answer.json, OAuthTokens)
    if found.scope:
        # JSON can spell half a character, which no database keeps.
        found.scope = found.scope.encode("utf-8", "replace").decode()
    return found


@contextmanager
def reading(answer: Answer) -> Iterator[None]:
    """Whatever cannot be understood in here makes the whole answer garbled, so that no page is stored by half."""
    try:
        yield
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise garbled(answer, str(error)) from None


def garbled(answer: Answer, why: str) -> Trouble:
    """A good status with a body that no honest answer has: passing trouble, to be asked again."""
    return Trouble(
        verdict(Cause.PLATFORM_DOWN, transient=True, code="garbled", message=f"The answer makes no sense: {why}"),
        answer,
    )


@lru_cache(2048)
def micros(amount: str) -> int:
    """A decimal amount as whole micros; ValueError when it is none, or too large for a database column."""
    # Nearly every amount there is: digits, a point, at most six digits. A page holds thousands.
    units, _, part = amount.partition(".")
    digits = units + part.ljust(6, "0")
    if units and len(units) <= 12 and len(part) <= 6 and digits.isascii() and digits.isdigit():
        return int(digits)
    try:
        exact = Decimal(amount)
    except ArithmeticError:
        raise ValueError("not an amount") from None
    return micros_of(exact)


def micros_of(amount: Decimal) -> int:
    """As `micros`, of an amount that JSON holds as a number."""
    return whole(amount, 6)


def whole(number: Decimal, places: int = 0) -> int:
    """A decimal, its point moved by some places, as a whole number; ValueError for one that no database column holds.

    JSON may write a whole number as 1.5E7 or 15000000.0.
    """
    # Looking at the exponent first: to write "1e999999999" out takes minutes, in which nothing can stop it.
    if not number.is_finite() or number.adjusted() > MOST_DIGITS:
        raise ValueError("not an amount")
    return within(int(number.scaleb(places).to_integral_value()))


def count(number: str | int, most: int = LARGEST) -> int:
    """A non-negative whole number that fits a database column; ValueError otherwise."""
    found = int(number)
    if not 0 <= found <= most:
        raise ValueError("not a count")
    return found


def within(number: int) -> int:
    """A whole number, a sum perhaps, that fits a database column; ValueError otherwise."""
    if abs(number) > LARGEST:
        raise ValueError("too large")
    return number


def instant(at: datetime) -> datetime:
    """A time at which something can have happened in a shop; ValueError otherwise, and for one without an offset.

    Towards both ends of the calendar, arithmetic with days and zones overflows wherever it is done.
    """
    if at.tzinfo is None or at.year not in YEARS:
        raise ValueError("not a time at which anything happened")
    return at


def plain(text: str) -> str:
    """Text a database accepts: PostgreSQL refuses NUL. What `decode` read has none."""
    return text.replace("\x00", "")


def zone_name(name: str | None) -> str:
    """A time zone name that can be used; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name or "UTC").key
    except (KeyError, ValueError, OSError):
        return "UTC"


def local_day(instant: datetime, timezone: str) -> date:
    """The calendar day of an instant where the account is."""
    return instant.astimezone(ZoneInfo(zone_name(timezone))).date()


def day_within(day: str | date, window: Window) -> date:
    """A day, ISO where it is text, that lies in the window; ValueError otherwise."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    if not window.first <= found <= window.last:
        raise ValueError("a day that was not asked for")
    return found


def spend_totals(window: Window, found: Iterable[tuple[str, int, str | None]]) -> dict[date, Total]:
    """A total for every day of the window from (ISO day, micros, currency); zero for days that are not mentioned.

    ValueError for a day that was not asked for, or one that comes twice: an account has one total a day.
    """
    totals: dict[date, Total | None] = dict.fromkeys(window.days)
    for text, amount, currency in found:
        day = day_within(text, window)
        if totals[day] is not None:
            raise ValueError("one day twice")
        totals[day] = Total(amount_micros=amount, currency=currency)
    return {day: total or Total(amount_micros=0) for day, total in totals.items()}


def token_set(
    answer: Answer,
    found: OAuthTokens,
    *,
    now: datetime,
    life: timedelta | None,
    refresh_life: timedelta | None = None,
    scopes: frozenset[str] | None = None,
) -> TokenSet:
    """The tokens of an answer; `life` and `refresh_life` are what the platform means where it states nothing usable."""
    access, refresh = _token(answer, found.access_token), found.refresh_token or None
    return TokenSet(
        access_token=access,
        refresh_token=_token(answer, refresh) if refresh else None,
        access_expires_at=expiry(found.expires_in, now=now, life=life),
        refresh_expires_at=expiry(found.refresh_token_expires_in, now=now, life=refresh_life) if refresh else None,
        scopes=scopes,
    )


def expiry(stated: Lifetime, *, now: datetime, life: timedelta | None) -> datetime | None:
    """When something ends that was said to live `stated` seconds.

    Nothing, nonsense, zero, less, and what no platform means (under a minute) count as not stated: reading them as
    "ended" would renew without end.
    """
    try:
        seconds = float(stated) if isinstance(stated, int | float | str) else 0.0
    except (ValueError, OverflowError):
        seconds = 0.0
    if not seconds >= SHORTEST_LIFE_SECONDS:
        return None if life is None else now.astimezone(UTC) + life
    return now.astimezone(UTC) + timedelta(seconds=min(seconds, LONGEST_LIFE.total_seconds()))


def _token(answer: Answer, token: str) -> str:
    # A token goes into a header as it is: one with a line break in it would write headers of its own.
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise garbled(answer, "it holds no usable token")
    return token
