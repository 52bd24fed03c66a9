"""Snapchat's measurement as our rows, and the same days without campaigns: the ad account's own spend.

Source: developers.snap.com/api/marketing-api/Ads-API/measurement. DAY wants a start and an end at midnight where the
account is, offset included, and at most 31 times 24 hours between them. An ad account as a whole tells its spend only
(E1008 for anything more); `spend` and values are micros of the account's currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec

from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account
from webapp.platforms.decode import count, decode, micros_of, reading, spend_totals, whole, zone_name
from webapp.platforms.records import Spend
from webapp.platforms.streams import Total, Window

FIELDS = "impressions,swipes,spend,conversion_purchases,conversion_purchases_value"
PAGE_SIZE = 500
# A UUID today. An index takes no text without an end.
LONGEST_ID = 64
# Snapchat's own defaults, said aloud: an account may have set others, and figures would shift when somebody does.
ATTRIBUTION = {
    "swipe_up_attribution_window": "28_DAY",
    "view_attribution_window": "1_DAY",
    "action_report_time": "conversion",
}


class Paging(msgspec.Struct):
    next_link: str | None = None


class _Stats(msgspec.Struct):
    spend: int
    impressions: int = 0
    swipes: int = 0
    conversion_purchases: Decimal | None = None
    conversion_purchases_value: Decimal | None = None


class _Point(msgspec.Struct):
    start_time: datetime
    stats: _Stats


class _Campaign(msgspec.Struct):
    id: str
    timeseries: list[_Point] = []


class _Breakdown(msgspec.Struct):
    campaign: list[_Campaign] = []


class _Series(msgspec.Struct):
    id: str
    timeseries: list[_Point] = []
    finalized_data_end_time: datetime | None = None
    breakdown_stats: _Breakdown | None = None


class _Part(msgspec.Struct):
    timeseries_stat: _Series
    paging: Paging | None = None


class Measured(msgspec.Struct):
    """`timeseries_stats` of one ad account; the next page is told beside it or inside it."""

    timeseries_stats: list[_Part]
    paging: Paging | None = None


def by_campaign(window: Window, account: Account) -> dict[str, str]:
    """What to ask for the window's days, a row for each campaign."""
    return {**_days(window, account), "breakdown": "campaign", "fields": FIELDS, "limit": str(PAGE_SIZE), **ATTRIBUTION}


def by_account(window: Window, account: Account) -> dict[str, str]:
    """What to ask for the window's days, one figure a day for all of the account."""
    return {**_days(window, account), "fields": "spend"}


def rows(found: Measured, window: Window, account: Account, names: Mapping[str, str]) -> Iterator[Spend]:
    """The campaigns' days of one page that have anything in them; ValueError when it is not what was asked for."""
    for series in _own(found, account):
        for campaign in series.breakdown_stats.campaign if series.breakdown_stats else ():
            if len(campaign.id) > LONGEST_ID:
                raise ValueError("not an id")
            name = names.get(campaign.id) or f"Campaign {campaign.id[:8]}"
            for point in campaign.timeseries:
                row = _spend(point, campaign.id, name, window, account)
                # Days without delivery are told as zeros here, and not at all elsewhere: no row is no row.
                if row.spend_micros or row.impressions or row.clicks or row.conversions_micros or row.value_micros:
                    yield row


def account_totals(answer: Answer, window: Window, account: Account) -> Mapping[date, Total]:
    """The account's spend of each day that Snapchat calls final. Raises Trouble when the answer is not that.

    `finalized_data_end_time`: up to there delivery does not change any more. A total that may still move is none.
    """
    found = decode(answer, Measured)
    with reading(answer):
        series = list(_own(found, account))
        points = [point for one in series for point in one.timeseries]
        days = (
            (_day(point.start_time, window, account).isoformat(), count(point.stats.spend), None) for point in points
        )
        totals = spend_totals(window, days)
        ends = [one.finalized_data_end_time for one in series if one.finalized_data_end_time is not None]
        if any(end.tzinfo is None for end in ends):
            raise ValueError("an instant without its offset")
    if not ends:
        return totals
    return {day: one for day, one in totals.items() if _midnight(day + timedelta(days=1), account) <= min(ends)}


def next_cursor(found: Measured) -> str | None:
    """The cursor of the next page; only it is taken from the link, whose host is Snapchat's inner one at times."""
    links = [found.paging, *(part.paging for part in found.timeseries_stats)]
    return next((cursor_of(one) for one in links if one is not None and one.next_link), None)


def cursor_of(paging: Paging | None) -> str | None:
    """What `next_link` names as its cursor; an empty text for a link without one, None for no link."""
    if paging is None or not paging.next_link:
        return None
    return (parse_qs(urlsplit(paging.next_link).query).get("cursor") or [""])[0]


def _spend(point: _Point, campaign_id: str, name: str, window: Window, account: Account) -> Spend:
    return Spend(
        campaign_id=campaign_id,
        campaign_name=name,
        day=_day(point.start_time, window, account),
        spend_micros=count(point.stats.spend),
        currency=account.currency,
        impressions=count(point.stats.impressions),
        clicks=count(point.stats.swipes),
        conversions_micros=micros_of(point.stats.conversion_purchases or Decimal(0)),
        value_micros=count(whole(point.stats.conversion_purchases_value or Decimal(0))),
    )


def _own(found: Measured, account: Account) -> Iterator[_Series]:
    for part in found.timeseries_stats:
        if part.timeseries_stat.id != account.id:
            raise ValueError("another account's figures")
        yield part.timeseries_stat


def _days(window: Window, account: Account) -> dict[str, str]:
    start, end = _midnight(window.first, account), _midnight(window.last + timedelta(days=1), account)
    return {"granularity": "DAY", "start_time": _stamp(start), "end_time": _stamp(end)}


def _day(begins: datetime, window: Window, account: Account) -> date:
    """The account's day that begins at this instant; ValueError for another instant or a day not asked for."""
    if begins.tzinfo is None:
        raise ValueError("an instant without its offset")
    day = begins.astimezone(_zone(account)).date()
    if begins.astimezone(UTC) != _midnight(day, account).astimezone(UTC):
        raise ValueError("a day that does not begin at the account's midnight")
    if not window.first <= day <= window.last:
        raise ValueError("a day that was not asked for")
    return day


def _midnight(day: date, account: Account) -> datetime:
    # By way of UTC: where the clocks jump at midnight, the day begins at one o'clock.
    return datetime.combine(day, time(), tzinfo=_zone(account)).astimezone(UTC).astimezone(_zone(account))


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def _zone(account: Account) -> ZoneInfo:
    return ZoneInfo(zone_name(account.timezone))
