"""Hold what we have against the platform's own totals: every night, and as soon as a recovery is complete.

equal           quiet
differs         the day is read once more first: the simplest cure
still differs   a note on that day with the reason, and a warning when it is material two nights running

It asks with the permission there is and opens no incident: whatever is wrong with the permission, the sync finds out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from webapp.lifecycle.ask_totals import Agenda, Said, agenda_of, ask_totals, ours_of, unsettled_receipts
from webapp.lifecycle.comparison_due import ComparisonClaim, claim_comparison, hold_comparison, put_off
from webapp.lifecycle.note_days import note_days, notes_of, read_again
from webapp.lifecycle.recover import open_incident, open_receipt
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.write_receipt import check_receipt
from webapp.models.access import Login
from webapp.models.comparison import Figures, closed_days, next_night
from webapp.models.integration import Integration
from webapp.models.plan import local_day
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Trouble

log = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
RECHECK = timedelta(minutes=10)
LATER = timedelta(hours=1)
A_DAY = timedelta(days=1)


def compare_due(runtime: Runtime) -> int:
    """Compare whatever is due, for ten seconds at most; how many were compared comes back.

    A platform that does not answer well is left alone for the rest of the round.
    """
    began, done = time.monotonic(), 0
    willing = {platform.slug for platform in runtime.platforms()}
    while willing and time.monotonic() - began < ROUND_SECONDS and not runtime.stopping.is_set():
        claim = claim_comparison(runtime, willing)
        if claim is None:
            break
        try:
            done += _compare(runtime, claim)
        except Trouble as trouble:
            log.info("comparing %s: %s", claim.integration_id, trouble)
            put_off(runtime, claim, _wait_after(runtime, trouble))
            if trouble.diagnosis.transient:
                willing.discard(claim.platform)
    return done


def _compare(runtime: Runtime, claim: ComparisonClaim) -> bool:
    """One comparison, asked and written down; False when it is not the time for it. Raises Trouble."""
    now, platform = runtime.now(), runtime.platform(claim.platform)
    with runtime.database.reading() as session:
        integration = session.get_one(Integration, claim.integration_id)
        login = session.get(Login, integration.login_id) if integration.login_id is not None else None
        calm = login is not None and _is_calm(session, integration)
        agenda = agenda_of(session, platform, integration, now) if calm else Agenda({}, False)
    if login is None or not calm:
        put_off(runtime, claim, LATER)
        return False
    if agenda.waits:
        put_off(runtime, claim, _soon(runtime))
        return False
    said = ask_totals(runtime, platform, integration, login, agenda)
    return _write(runtime, claim, platform, said)


def _is_calm(session: Session, integration: Integration) -> bool:
    """Imported, read to the end, and without trouble: anything else is told elsewhere, and is no difference."""
    return (
        integration.is_active
        and integration.imported_at is not None
        and integration.failing_since is None
        and open_incident(session, integration.id) is None
        and open_receipt(session, integration.id) is None
    )


def _write(runtime: Runtime, claim: ComparisonClaim, platform: Platform, said: Said) -> bool:
    now = runtime.now()
    with runtime.database.writing() as session:
        comparison = hold_comparison(session, claim)
        if comparison is None:
            return False
        integration = session.get_one(Integration, claim.integration_id)
        ours: dict[str, Mapping[date, Figures]] = {}
        changed = pending = False
        for stream in platform.dated_streams:
            totals = said.totals[stream.name]
            ours[stream.name] = ours_of(session, integration, stream, totals)
            again, news = note_days(
                session, integration, stream,
                ours=ours[stream.name], theirs=totals, evidence=said.evidence, now=now,
            )  # fmt: skip
            if again:
                read_again(session, integration, stream, again, now)
            pending, changed = pending or bool(again), changed or news
        notes = notes_of(session, integration)
        for receipt in unsettled_receipts(session, integration, now):
            news, unfinished = check_receipt(receipt, integration, ours=ours, totals=said.totals, notes=notes, now=now)
            pending, changed = pending or unfinished, changed or news
        zone = ZoneInfo(integration.timezone)
        closed = closed_days(local_day(now, zone))
        told = {day for days in said.totals.values() for day, one in days.items() if one.is_given and day in closed}
        comparison.first_day, comparison.last_day = _latest_in_a_row(told)
        comparison.compared_at, comparison.lease_until = now, None
        comparison.due_at = now + _soon(runtime) if pending else next_night(integration.id, zone, now)
        if changed:
            bump(session, integration.workspace_id)
    return True


def _latest_in_a_row(days: Collection[date]) -> tuple[date, date] | tuple[None, None]:
    if not days:
        return None, None
    first = last = max(days)
    while first - A_DAY in days:
        first -= A_DAY
    return first, last


def _wait_after(runtime: Runtime, trouble: Trouble) -> timedelta:
    if not trouble.diagnosis.transient:
        return LATER
    return max(timedelta(seconds=trouble.diagnosis.retry_after or 0), _soon(runtime))


def _soon(runtime: Runtime) -> timedelta:
    return min(RECHECK, 2 * runtime.sync_interval)
