"""What a platform told us by itself settles what its answer left open: why a permission is dead, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.integration import Integration
from webapp.models.signal import HeardSignal
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Cause, Certainty, Diagnosis, Remedy
from webapp.queries import wording
from webapp.queries.signals import explaining, permitted_at

# What a dead permission may be taken for; a missing scope or another account is another thing.
DEAD = frozenset({
    Cause.ACCESS_REVOKED, Cause.TOKEN_EXPIRED, Cause.PASSWORD_CHANGED, Cause.SECURITY_POLICY, Cause.REFRESH_INTERRUPTED,
})  # fmt: skip


def corroborated(runtime: Runtime, session: Session, integration: Integration, diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis, made sure by what we heard where it fits."""
    if diagnosis.remedy is not Remedy.RECONNECT or diagnosis.cause not in DEAD:
        return diagnosis
    heard = explaining(session, integration)
    if heard is None or heard.cause is None or _is_settled(diagnosis.cause, diagnosis.certainty, heard):
        return diagnosis
    evidence = (_told(runtime, session, integration, heard), *diagnosis.evidence)
    return replace(diagnosis, cause=heard.cause, certainty=Certainty.SURE, candidates=(), evidence=evidence)


def ended_at(session: Session, integration: Integration, cause: Cause) -> datetime | None:
    """When the permission ended, if the platform has told us that it did, and why."""
    heard = explaining(session, integration) if cause in DEAD else None
    if heard is None or heard.cause is not cause:
        return None
    return heard.happened_between(permitted_at(session, integration))


def corroborate_incident(runtime: Runtime, session: Session, integration: Integration, incident: Incident) -> bool:
    """An incident that was open before we heard: the same, afterwards. Whether it says more now."""
    heard = explaining(session, integration)
    if heard is None or heard.cause is None or incident.remedy is not Remedy.RECONNECT or incident.cause not in DEAD:
        return False
    told = _told(runtime, session, integration, heard)
    if told in incident.evidence or _is_settled(incident.cause, incident.certainty, heard):
        return False
    incident.cause, incident.certainty, incident.candidates = heard.cause, Certainty.SURE, []
    incident.evidence = [told, *incident.evidence]
    incident.began_at = heard.happened_between(permitted_at(session, integration))
    bump(session, integration.workspace_id)
    return True


def _is_settled(cause: Cause, certainty: Certainty, heard: HeardSignal) -> bool:
    """Whether the platform's own answer is sure of something else."""
    return certainty is Certainty.SURE and cause is not heard.cause


def _told(runtime: Runtime, session: Session, integration: Integration, heard: HeardSignal) -> str:
    at = heard.happened_between(permitted_at(session, integration))
    company, when = runtime.platform(heard.platform).company, wording.moment(at, integration.timezone)
    return f"{company} told us by itself, {when}: {heard.words} ({heard.name})."
