"""A sync ended in trouble: who has to act decides what happens next.

reconnect, fix at the platform   an incident at once, mail owed, siblings asked at once
                                 (reconnect only while the breaker believes it: breaker.py)
operator                         an incident that says we are on it, and the operator told once (our_faults.py)
wait                             another try later; an incident only after an hour and five tries
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from webapp.lifecycle.breaker import believe_again, note_death
from webapp.lifecycle.claim import Claim, hold, let_go
from webapp.lifecycle.corroborate import corroborated, ended_at
from webapp.lifecycle.fall_together import fall_together
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.our_faults import note_fault
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.refresh import refuse
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.sharpen import sharpened
from webapp.lifecycle.tell import owe_delayed, owe_notices
from webapp.models.breaker import SLOWLY
from webapp.models.integration import Integration
from webapp.models.sync import Outcome, SyncRun
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Diagnosis, Remedy, Trouble
from webapp.queries.coverage import data_through
from webapp.queries.still_broken import MERCHANT

log = logging.getLogger(__name__)

PATIENCE = timedelta(hours=1)
PATIENT_TRIES = 5
CHECK_AGAIN = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=6)


def record_trouble(runtime: Runtime, claim: Claim, trouble: Trouble, *, run_id: int | None) -> None:
    """Write down one failed attempt, and open what it calls for. Raises LostClaim when it is no longer ours to say."""
    now = runtime.now()
    with runtime.database.reading() as session:
        integration = session.get_one(Integration, claim.integration_id)
        known = sharpened(session, runtime.platform(claim.platform), integration, trouble.diagnosis, now)
        diagnosis = corroborated(runtime, session, integration, known)
        run = session.get(SyncRun, run_id) if run_id is not None else None
        is_stale = run is not None and _is_of_yesterday(session, integration, run)
    dies = diagnosis.remedy is Remedy.RECONNECT and not is_stale
    # Before anything of it is opened, and in a commit of its own, so that every process counts every death.
    suspended = dies and note_death(runtime, claim, trouble.answer)
    with runtime.database.writing() as session:
        integration = hold(runtime, session, claim)
        bump(session, integration.workspace_id)
        let_go(session, claim)
        run = session.get(SyncRun, run_id) if run_id is not None else None
        if run is not None and _is_of_yesterday(session, integration, run):
            run.ended_at, run.outcome = now, Outcome.INTERRUPTED
            integration.next_sync_at = now
            return
        if suspended:
            believe_again(session, integration.login_id)
        elif integration.login_id is not None:
            refuse(session, integration.login_id, diagnosis, now)
        integration.failing_since = integration.failing_since or now
        integration.failed_tries += 1
        integration.failing_cause = diagnosis.cause
        slowly = now + SLOWLY * random.uniform(0.8, 1.2)
        integration.next_sync_at = slowly if suspended else _next_try(runtime, integration, diagnosis, now)
        if run is not None:
            run.ended_at, run.outcome, run.cause = now, Outcome.TROUBLE, diagnosis.cause
        if diagnosis.remedy is Remedy.OPERATOR:
            note_fault(runtime, session, integration.platform, Trouble(diagnosis, trouble.answer))
        if not suspended and _is_an_incident(integration, diagnosis, now):
            _open_or_update(runtime, session, integration, diagnosis, trouble, now)


def wait_after(tries: int, retry_after: float | None, *, longest: timedelta) -> timedelta:
    """How long to wait before the next try: what the platform asked for, else doubling with jitter up to `longest`."""
    if retry_after is not None:
        return min(timedelta(seconds=retry_after * random.uniform(1.0, 1.1)), LONGEST_WAIT)
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 12)
    return min(doubled, longest) * random.uniform(0.8, 1.2)


def _next_try(runtime: Runtime, integration: Integration, diagnosis: Diagnosis, now: datetime) -> datetime | None:
    if diagnosis.remedy is Remedy.RECONNECT:
        return None
    if diagnosis.remedy is Remedy.FIX_AT_PLATFORM:
        return now + min(CHECK_AGAIN, max(runtime.sync_interval * 4, timedelta(minutes=2)))
    return now + wait_after(integration.failed_tries, diagnosis.retry_after, longest=runtime.sync_interval)


def _is_an_incident(integration: Integration, diagnosis: Diagnosis, now: datetime) -> bool:
    if diagnosis.is_definite:
        return True
    if diagnosis.remedy is not Remedy.WAIT or integration.failing_since is None:
        return False
    return now - integration.failing_since >= PATIENCE and integration.failed_tries >= PATIENT_TRIES


def _open_or_update(
    runtime: Runtime,
    session: Session,
    integration: Integration,
    diagnosis: Diagnosis,
    trouble: Trouble,
    now: datetime,
) -> None:
    incident = open_incident(session, integration.id)
    if incident is not None and (incident.remedy is diagnosis.remedy or diagnosis.remedy is Remedy.WAIT):
        # Told once already; and "we could not check just now" never overwrites what was last proved.
        return
    told_at = ended_at(session, integration, diagnosis.cause)
    if incident is None:
        incident = Incident(
            integration_id=integration.id,
            workspace_id=integration.workspace_id,
            opened_at=now,
            began_at=told_at or integration.last_success_at or integration.failing_since or now,
            data_through=data_through(session, runtime.platform(integration.platform), integration),
            **_told(diagnosis, trouble),
        )
        session.add(incident)
        about = {"integration": integration.id, "platform": integration.platform}
        log.info("incident opened", extra={**about, "cause": str(diagnosis.cause), "remedy": str(diagnosis.remedy)})
    else:
        _turn(incident, diagnosis, trouble, told_at=told_at, now=now)
    session.flush()
    if diagnosis.remedy is Remedy.RECONNECT:
        fall_together(session, incident, now)
    if diagnosis.remedy in MERCHANT:
        owe_notices(runtime, session, incident, now)
    elif diagnosis.remedy is Remedy.WAIT:
        owe_delayed(session, incident, failing_since=integration.failing_since or now, now=now)


def _turn(
    incident: Incident, diagnosis: Diagnosis, trouble: Trouble, *, told_at: datetime | None, now: datetime
) -> None:
    """What could pass by itself does not, or the other way round. What needs somebody from now on begins now."""
    for name, value in _told(diagnosis, trouble).items():
        setattr(incident, name, value)
    if diagnosis.remedy in MERCHANT:
        incident.opened_at, incident.began_at = now, told_at or incident.began_at


def _told(diagnosis: Diagnosis, trouble: Trouble) -> dict[str, Any]:
    return {
        "cause": diagnosis.cause,
        "remedy": diagnosis.remedy,
        "fault": diagnosis.fault,
        "certainty": diagnosis.certainty,
        "candidates": [str(one) for one in diagnosis.candidates],
        "evidence": list(diagnosis.evidence),
        "stage": str(trouble.answer.stage),
        "http_status": trouble.answer.status,
        "code": diagnosis.code,
        "message": diagnosis.message,
        "account_closed": diagnosis.closed,
    }


def _is_of_yesterday(session: Session, integration: Integration, run: SyncRun) -> bool:
    """Whether somebody reconnected while this attempt ran: then what it met is not about the permission we have now."""
    grant = live_grant(session, integration.login_id) if integration.login_id is not None else None
    return grant is not None and grant.live_at is not None and grant.live_at > run.started_at
