"""The rows the Integrations page is made from, in a handful of queries whatever the number of integrations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from webapp.models.access import Grant, Login
from webapp.models.breaker import Breaker
from webapp.models.day_note import DayNote
from webapp.models.integration import Integration
from webapp.models.lease import Lease
from webapp.models.people import Person
from webapp.models.plan import local_day
from webapp.models.sync import Cursor, SyncRun
from webapp.models.trouble import Incident, Receipt, Snooze
from webapp.platforms.diagnosis import Cause
from webapp.queries.day_rows import Owner
from webapp.queries.explain import lacking_since
from webapp.queries.permission import PERMISSION, PermissionRow
from webapp.queries.under_way import WaitingFacts, under_way
from webapp.queries.usual_spend import usual_spend
from webapp.queries.widespread import failing_for_many

# One row an integration: who consented to what, until when it is being read, and the trouble it is in. Never a token.
_INTEGRATIONS = (
    select(Integration, PERMISSION, Lease.until, Incident)
    .join(Login, col(Login.id) == col(Integration.login_id), isouter=True)
    .join(
        Grant,
        and_(col(Grant.login_id) == col(Login.id), col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None)),
        isouter=True,
    )
    .join(Person, col(Person.id) == col(Grant.person_id), isouter=True)
    .join(
        Incident,
        and_(col(Incident.integration_id) == col(Integration.id), col(Incident.closed_at).is_(None)),
        isouter=True,
    )
    .join(Lease, col(Lease.integration_id) == col(Integration.id), isouter=True)
)


class BoardRow(NamedTuple):
    """An integration with what belongs to it; `leased_until` is when a reading under way must have ended."""

    integration: Integration
    permission: PermissionRow
    leased_until: datetime | None
    incident: Incident | None

    def is_held(self, now: datetime) -> bool:
        """Whether somebody may read it right now."""
        return self.leased_until is not None and self.leased_until > now

    @property
    def is_unanswered(self) -> bool:
        """Whether its platform is down, as far as it is concerned."""
        return self.integration.failing_since is not None and self.integration.failing_cause == Cause.PLATFORM_DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRows:
    """Everything fetched.

    `through` is each stream's mark and `notes` what differs, by platform and account; `suspended` are the platforms
    whose breaker has tripped, `failing` those that do not answer many workspaces.
    `successors` are the names of the accounts that took another's place, by integration.
    `under_way` is who has left for a platform and is not back.
    `responsible` are the names of those who are, by person.
    `snoozes`: who put reminders off, and until when, by incident. `usually`: what a day leaves out, by account.
    """

    rows: Sequence[BoardRow]
    receipts: dict[str, Receipt]
    people: dict[str, str]
    responsible: dict[str, str]
    snoozes: dict[str, tuple[str, datetime]]
    runs: dict[str, SyncRun]
    notes: dict[tuple[str, str], list[DayNote]]
    through: dict[tuple[str, str], dict[str, datetime | None]]
    successors: dict[str, str]
    under_way: list[WaitingFacts]
    suspended: frozenset[str]
    failing: frozenset[str]
    usually: dict[Owner, str]


def board_rows(session: Session, workspace_id: str, now: datetime, *which: ColumnElement[bool]) -> BoardRows:
    """The integrations of a workspace, or `which` of them."""
    mine = col(Integration.workspace_id) == workspace_id
    rows = [
        BoardRow(integration, PermissionRow(*permission), leased_until, incident)
        for integration, permission, leased_until, incident in session.exec(_INTEGRATIONS.where(mine, *which))
    ]
    receipts = session.exec(
        select(Receipt, Person)
        .join(Integration, col(Integration.id) == col(Receipt.integration_id))
        .join(Person, col(Person.id) == col(Receipt.person_id), isouter=True)
        .where(mine, *which, col(Receipt.dismissed_at).is_(None))
        .order_by(col(Receipt.away_to))
    ).all()
    through: dict[tuple[str, str], dict[str, datetime | None]] = defaultdict(dict)
    for platform, account_id, stream, at in session.exec(
        select(Cursor.platform, Cursor.account_id, Cursor.stream, Cursor.through).where(
            Cursor.workspace_id == workspace_id
        )
    ):
        through[(platform, account_id)][stream] = at
    notes: dict[tuple[str, str], list[DayNote]] = defaultdict(list)
    for note in session.exec(
        select(DayNote).where(DayNote.workspace_id == workspace_id, col(DayNote.settled_at).is_(None))
    ):
        notes[(note.platform, note.account_id)].append(note)
    return BoardRows(
        rows=rows,
        receipts={receipt.integration_id: receipt for receipt, _ in receipts},
        people={person.id: person.name for _, person in receipts if person is not None},
        responsible=_names(session, {one.integration.responsible_id for one in rows if one.integration.responsible_id}),
        snoozes=_snoozes(session, [one.incident.id for one in rows if one.incident is not None], now),
        runs=_runs(session, [one.integration.id for one in rows if one.is_held(now)]),
        notes=notes,
        under_way=under_way(session, workspace_id, now),
        successors=_successors(session, [one.integration.replaced_by for one in rows if one.integration.replaced_by]),
        through=through,
        failing=failing_for_many(session, {one.integration.platform for one in rows if one.is_unanswered}, now),
        usually=usual_spend(session, _holes(rows)),
        suspended=frozenset(session.exec(select(Breaker.platform).where(col(Breaker.released_at).is_(None)))),
    )


def _names(session: Session, person_ids: Collection[str]) -> dict[str, str]:
    if not person_ids:
        return {}
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(person_ids))).all())


def _holes(rows: Sequence[BoardRow]) -> dict[Owner, date]:
    """From which day on each account in trouble lacks data."""
    return {
        Owner(one.workspace_id, one.platform, one.account_id): local_day(
            lacking_since(incident, one), ZoneInfo(one.timezone)
        )
        for one, _, _, incident in rows
        if incident is not None
    }


def _snoozes(session: Session, incident_ids: Sequence[str], now: datetime) -> dict[str, tuple[str, datetime]]:
    if not incident_ids:
        return {}
    held = (
        select(Snooze.incident_id, Person.name, Snooze.until)
        .join(Person, col(Person.id) == col(Snooze.person_id))
        .where(col(Snooze.incident_id).in_(incident_ids), col(Snooze.until) > now)
    )
    return {incident_id: (name, until) for incident_id, name, until in session.exec(held)}


def _successors(session: Session, ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    named = select(Integration.id, Integration.account_name).where(col(Integration.id).in_(ids))
    return dict(session.exec(named).all())


def _runs(session: Session, syncing: Sequence[str]) -> dict[str, SyncRun]:
    """What is under way. Months of routine runs are kept, so only integrations that can have one are looked at."""
    if not syncing:
        return {}
    under_way = session.exec(
        select(SyncRun)
        .where(col(SyncRun.integration_id).in_(syncing), col(SyncRun.ended_at).is_(None))
        .order_by(col(SyncRun.started_at))
    )
    return {one.integration_id: one for one in under_way}
