"""What a report leaves out although the platform's own total still contains it: hidden from us, and not deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from webapp.models.comparison import ROUNDING_MICROS
from webapp.models.data import SpendRow
from webapp.models.integration import Integration
from webapp.platforms.records import Record, Spend
from webapp.platforms.streams import Total, Window


@dataclass(frozen=True, slots=True)
class Doubt:
    """One day of which something is not reported any more: what still is, in how many rows, and what is not."""

    seen_micros: int
    rows: int
    missing_micros: int


def in_doubt(
    session: Session, integration: Integration, window: Window, *, read_since: datetime, arriving: Iterable[Record]
) -> dict[date, Doubt]:
    """The window's days that hold spend not reported since `read_since`, nor in the last page, which is `arriving`."""
    mine = (
        col(SpendRow.workspace_id) == integration.workspace_id,
        col(SpendRow.platform) == integration.platform,
        col(SpendRow.account_id) == integration.account_id,
    )
    figures = (col(SpendRow.day), col(SpendRow.campaign_id), col(SpendRow.spend_micros))
    reported = {(one.day, one.campaign_id): one.spend_micros for one in arriving if isinstance(one, Spend)}
    unseen = session.exec(
        select(*figures).where(
            *mine, col(SpendRow.day).between(window.first, window.last), col(SpendRow.read_at) < read_since
        )
    ).all()
    missing: dict[date, int] = {}
    for day, campaign, micros in unseen:
        if (day, campaign) not in reported:
            missing[day] = missing.get(day, 0) + micros
    if not missing:
        return {}
    stored = session.exec(
        select(*figures).where(*mine, col(SpendRow.day).in_(list(missing)), col(SpendRow.read_at) >= read_since)
    ).all()
    seen = {(day, campaign): micros for day, campaign, micros in stored} | reported
    return {
        one: Doubt(
            seen_micros=sum(micros for (day, _), micros in seen.items() if day == one),
            rows=sum(day == one for day, _ in seen),
            missing_micros=micros,
        )
        for one, micros in missing.items()
    }


def still_counted(doubts: Mapping[date, Doubt], totals: Mapping[date, Total], *, currency: str) -> frozenset[date]:
    """The days whose total has room for what is not reported, and those of which there is no final total yet.

    A platform that gives no amount at all says nothing for the row either.
    """
    return frozenset(day for day, doubt in doubts.items() if _has_room(doubt, totals.get(day), currency))


def _has_room(doubt: Doubt, total: Total | None, currency: str) -> bool:
    if total is None:
        return True
    if total.amount_micros is None or total.currency not in (None, currency):
        return False
    rounding = ROUNDING_MICROS * (doubt.rows + 1)
    # What cost nothing is in no total, so a total says nothing about it.
    costs = doubt.missing_micros > rounding
    return costs and total.amount_micros >= doubt.seen_micros + doubt.missing_micros - rounding
