"""What the operator page shows: the queue of our faults, the breakers, and what the platforms said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select
from sqlmodel import Session, col
from sqlmodel import select as select_row

from webapp.models.breaker import Breaker
from webapp.models.integration import Integration
from webapp.models.our_fault import OurFault
from webapp.models.people import Person
from webapp.models.trouble import Incident
from webapp.platforms.answer import dig_text
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Remedy
from webapp.queries.breaker import back_and_dead

RECENTLY = timedelta(days=30)
AT_MOST = 10
Platforms = Callable[[str], Platform]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """The last answer, as it was kept: without secrets, cut short."""

    at: str
    stage: str
    status: str
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultFacts:
    """One fault of ours: `workspaces` and `integrations` are those that wait for it now."""

    id: str
    name: str
    mark: str | None
    cause: str
    code: str
    message: str
    since: datetime
    last_at: datetime
    workspaces: int
    integrations: int
    answer: AnswerFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerFacts:
    """One time a breaker tripped: what it counted then, and how they stand now."""

    id: str
    name: str
    mark: str | None
    tripped_at: datetime
    workspaces: int
    dead: int
    active: int
    still_dead: int
    back: int
    answer: AnswerFacts | None
    released_at: datetime | None
    released_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFacts:
    faults: tuple[FaultFacts, ...]
    tripped: tuple[BreakerFacts, ...]
    released: tuple[BreakerFacts, ...]


def operator_facts(session: Session, platform: Platforms, *, now: datetime) -> OperatorFacts:
    """Everything of the page; no merchant, account or person is named in it."""
    breakers = [
        _breaker(session, platform, one)
        for one in session.exec(
            select_row(Breaker)
            .where(col(Breaker.released_at).is_(None) | (col(Breaker.tripped_at) >= now - RECENTLY))
            .order_by(col(Breaker.tripped_at).desc())
        )
    ]
    return OperatorFacts(
        faults=_faults(session, platform),
        tripped=tuple(one for one in breakers if one.released_at is None),
        released=tuple(one for one in breakers if one.released_at is not None)[:AT_MOST],
    )


def _faults(session: Session, platform: Platforms) -> tuple[FaultFacts, ...]:
    waiting = {
        (slug, cause, code): (workspaces, integrations)
        for slug, cause, code, workspaces, integrations in session.execute(
            select(
                col(Integration.platform),
                col(Incident.cause),
                col(Incident.code),
                func.count(distinct(col(Integration.workspace_id))),
                func.count(),
            )
            .join(Integration, col(Integration.id) == col(Incident.integration_id))
            .where(col(Incident.closed_at).is_(None), col(Incident.remedy) == Remedy.OPERATOR)
            .group_by(col(Integration.platform), col(Incident.cause), col(Incident.code))
        )
    }
    found = []
    for fault in session.exec(select_row(OurFault).where(col(OurFault.resolved_at).is_(None))):
        workspaces, integrations = waiting.get((fault.platform, fault.cause, fault.code), (0, 0))
        of = platform(fault.platform)
        found.append(
            FaultFacts(
                id=fault.id, name=of.name, mark=of.mark, cause=fault.cause, code=fault.code, message=fault.message,
                since=fault.opened_at, last_at=fault.last_at, workspaces=workspaces, integrations=integrations,
                answer=_answer(fault.answer),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.workspaces, one.since)))


def _breaker(session: Session, platform: Platforms, one: Breaker) -> BreakerFacts:
    of = platform(one.platform)
    person = session.get(Person, one.released_by) if one.released_by else None
    back, still_dead = back_and_dead(session, one) if one.released_at is None else (0, 0)
    return BreakerFacts(
        id=one.id, name=of.name, mark=of.mark, tripped_at=one.tripped_at, workspaces=one.workspaces, dead=one.dead,
        active=one.active, still_dead=still_dead, back=back, answer=_answer(one.answer), released_at=one.released_at,
        released_by=person.name if person else None,
    )  # fmt: skip


def _answer(kept: Mapping[str, object] | None) -> AnswerFacts | None:
    if kept is None:
        return None
    headers = kept.get("headers")
    return AnswerFacts(
        at=dig_text(kept, "at")[:19].replace("T", " "),
        stage=dig_text(kept, "stage"),
        status=dig_text(kept, "failure") or dig_text(kept, "status"),
        headers=tuple((str(name), str(value)) for name, value in headers.items()) if isinstance(headers, dict) else (),
        body=dig_text(kept, "body"),
    )
