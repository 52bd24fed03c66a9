"""The days an integration is compared over, and what the platform says about them when it is asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.lifecycle.allowance import Allowance, counted
from webapp.lifecycle.note_days import differing, open_notes, vanished_campaigns
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant, Login
from webapp.models.comparison import Figures, closed_days, windows_over
from webapp.models.day_note import NOTED_DAYS, Evidence
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.models.receipt_day import before_in, days_in
from webapp.models.trouble import Receipt
from webapp.platforms.api import Api
from webapp.platforms.base import Platform
from webapp.platforms.consent import Account, TokenSet
from webapp.platforms.streams import Reading, Stream, Total
from webapp.queries.coverage import covered, figures

# A receipt whose days differ is held against the totals again for a week: what is corrected late is still told.
RECEIPT_LASTS = timedelta(days=7)
RECEIPT_WAITS = timedelta(days=60)
# A long absence is checked bit by bit, newest days first, so that no platform is asked for a year at once.
RECEIPT_DAYS = 35
# How long a day may take to be read again before it is compared as it is.
PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agenda:
    """The days to ask for by stream; `waits` while some of them were asked for again and not read since."""

    days: Mapping[str, frozenset[date]]
    waits: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What the platform answered."""

    totals: Mapping[str, Mapping[date, Total]]
    evidence: Evidence


def agenda_of(session: Session, platform: Platform, integration: Integration, now: datetime) -> Agenda:
    """The last closed days, those noted as different, those of receipts and before them; only days read whole."""
    today = local_day(now, ZoneInfo(integration.timezone))
    readable = integration.readable_from(today)
    wanted: dict[str, frozenset[date]] = {}
    waits = False
    noted = open_notes(session, integration)
    receipts = unsettled_receipts(session, integration, now)
    lines = [line for one in receipts for line in days_in(one.days)]
    for stream in platform.dated_streams:
        known = covered(session, integration, stream)
        days = closed_days(today)
        if stream.reading is Reading.CHANGES:
            # What was deleted while nobody could tell us is in no list of changes, and only missed by counting.
            days |= {day for one in receipts for day in before_in(one.before).get(stream.name, {})}
        days |= {day for name, day in noted if name == stream.name and today - day <= timedelta(days=NOTED_DAYS)}
        unchecked = (line.day for line in lines if line.stream == stream.name and line.is_unchecked(today))
        days |= set(sorted(unchecked, reverse=True)[:RECEIPT_DAYS])
        days = {day for day in days if day >= readable and day in known and known[day].complete}
        waits |= any(known[day].is_asked_again and now - (known[day].again_at or now) < PATIENCE for day in days)
        wanted[stream.name] = frozenset(days)
    return Agenda(wanted, waits)


def ask_totals(runtime: Runtime, platform: Platform, integration: Integration, login: Login, agenda: Agenda) -> Said:
    """The platform's totals of these days and, where they differ from ours, what may explain it. Raises Trouble."""
    assert login.id is not None
    api = runtime.api(
        platform, token=usable_token(runtime, login.id), tenant=login.tenant,
        renew=renewer(runtime, login.id), patience=1,
    )  # fmt: skip
    with counted(runtime, platform, api):
        return _asked(runtime, platform, integration, login, agenda, api)


def _asked(
    runtime: Runtime,
    platform: Platform,
    integration: Integration,
    login: Login,
    agenda: Agenda,
    api: Api,
) -> Said:
    account = platform.probe(api, integration.account)
    zone = ZoneInfo(integration.timezone)
    totals: dict[str, Mapping[date, Total]] = {}
    off: set[date] = set()
    allowance = Allowance(runtime, platform)
    for stream in platform.dated_streams:
        days = agenda.days[stream.name]
        asked: dict[date, Total] = {}
        for window in windows_over(days, longest=stream.window_days, zone=zone):
            # What is kept for everybody's newest days is not for comparing.
            allowance.admit(window, today=window.last + timedelta(days=7))
            asked |= platform.totals(api, integration.account, stream, window)
        totals[stream.name] = {day: total for day, total in asked.items() if day in days}
        with runtime.database.reading() as session:
            ours = ours_of(session, integration, stream, days)
        off |= differing(ours, totals[stream.name], currency=integration.currency)
    return Said(totals, _evidence(runtime, platform, integration, api, login, account, off))


def ours_of(
    session: Session, integration: Integration, stream: Stream, days: Collection[date]
) -> Mapping[date, Figures]:
    """What we have of these days."""
    if not days:
        return {}
    return {day: one for day, one in figures(session, integration, stream, since=min(days)).items() if day in days}


def unsettled_receipts(session: Session, integration: Integration, now: datetime) -> Sequence[Receipt]:
    """Receipts that have not been held against the platform's totals yet, or did not match them a short while ago."""
    return session.exec(
        select_row(Receipt).where(
            Receipt.integration_id == integration.id,
            col(Receipt.days).is_not(None),
            or_(
                col(Receipt.checked_at).is_(None) & (col(Receipt.complete_at) > now - RECEIPT_WAITS),
                col(Receipt.matches).is_(False) & (col(Receipt.complete_at) > now - RECEIPT_LASTS),
            ),
        )
    ).all()


def _evidence(
    runtime: Runtime,
    platform: Platform,
    integration: Integration,
    api: Api,
    login: Login,
    account: Account,
    off: Collection[date],
) -> Evidence:
    if not off:
        return Evidence(timezone=account.timezone, currency=account.currency)
    with runtime.database.reading() as session:
        vanished = vanished_campaigns(session, integration, since=min(off))
        grant = session.exec(
            select_row(Grant).where(
                Grant.login_id == login.id, col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None)
            )
        ).one_or_none()
    unsaid = TokenSet(
        access_token=api.token, refresh_token=None, access_expires_at=None, refresh_expires_at=None, scopes=None
    )
    given = frozenset(grant.scopes if grant else platform.scopes)
    # Some platforms only say with the token what it may do: then what they said is what there is.
    granted = platform.granted_scopes(api, unsaid) or given
    needed = (*platform.scopes, *(one for one in platform.optional_scopes if one in given))
    missing = tuple(one for one in needed if one not in granted)
    return Evidence(timezone=account.timezone, currency=account.currency, missing_scopes=missing, vanished=vanished)
