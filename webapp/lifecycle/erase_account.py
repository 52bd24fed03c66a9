"""The platform asks us to delete an account's data: in every workspace that holds it, not before the time we named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from webapp.lifecycle.ask_at_once import is_over
from webapp.lifecycle.erase import erase
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.signal import PUT_OFF, HeardSignal
from webapp.platforms.diagnosis import Cause

log = logging.getLogger(__name__)


def erase_account(runtime: Runtime, signal: HeardSignal, about: Sequence[Integration]) -> datetime | None:
    """Delete everything imported from this account, one workspace a commit. None when it is done, else when to look
    again: a permission for it still works somewhere, or the merchant was told that there is time until then."""
    now = runtime.now()
    if any(not is_over(runtime, integration) for integration in about):
        return now + PUT_OFF[-1]
    with runtime.database.reading() as session:
        promised = max((_promised(runtime, session, one) for one in about), default=now)
    if now < promised:
        return promised
    for integration in about:
        with runtime.database.writing() as session:
            erase(session, session.get_one(Integration, integration.id), now, person_id=None)
        log.info("erased", extra={"integration": integration.id, "platform": integration.platform})
    return None


def _promised(runtime: Runtime, session: Session, integration: Integration) -> datetime:
    """Until when we have told the merchant that connecting again keeps everything (queries/deadlines.py)."""
    incident, grace = open_incident(session, integration.id), runtime.platform(integration.platform).deletes_after
    if grace is None:
        return runtime.now()
    if incident is None:
        died_at = integration.died_paused_at
        return died_at + grace if died_at is not None else runtime.now()
    if Cause.ACCESS_REVOKED not in (incident.cause, *incident.candidates):
        return runtime.now()
    return incident.began_at + grace
