"""Everything the Integrations page shows about a workspace, as plain facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import distinct
from sqlmodel import Session, col, func, select

from webapp.models.health import QUIET_NOTE, Facts, Health, health_of, turns_at
from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.models.plan import day_start, local_day
from webapp.models.trouble import Incident
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Certainty, Remedy
from webapp.queries import sentences, wording
from webapp.queries.board_facts import Board, GuideNote, OutbreakFacts, PlatformFacts
from webapp.queries.board_rows import BoardRow, BoardRows, board_rows
from webapp.queries.calendar import strips_of
from webapp.queries.checks import check_of
from webapp.queries.day_rows import Owner
from webapp.queries.deadlines import deletion_after, lost_days, lost_words, pause_deadline
from webapp.queries.differences import warning_of
from webapp.queries.explain import explain
from webapp.queries.facts import IncidentFacts, IntegrationFacts
from webapp.queries.health_facts import health_facts, through_all
from webapp.queries.mutes import mute_of
from webapp.queries.outbreak import largest
from webapp.queries.permission import permission_of
from webapp.queries.progress import catch_up_progress, import_progress
from webapp.queries.receipts import receipt_of
from webapp.words import say

Platforms = Callable[[str], Platform]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What facts depend on beside the rows: the time, how often we sync, since when this process runs."""

    now: datetime
    started_at: datetime
    sync_interval: timedelta
    platform: Platforms


def board_of(
    session: Session, situation: Situation, *, workspace_id: str, can_change: bool, platforms: Iterable[Platform]
) -> Board:
    """The whole page of one workspace."""
    revision, asked_at = session.exec(
        select(Workspace.revision, Workspace.check_asked_at).where(Workspace.id == workspace_id)
    ).one()
    rows = board_rows(session, workspace_id, situation.now)
    strips = strips_of(session, [row.integration for row in rows.rows], situation.platform, now=situation.now)
    facts, turns = [], []
    for row in rows.rows:
        one, turn = _facts(session, rows, row, situation)
        facts.append(replace(one, strip=strips[one.id]))
        turns.append(turn)
    facts.sort(key=lambda one: (one.badge.rank, one.kind != "store", one.platform_name, one.account_name))
    outbreak = _outbreak(rows, facts)
    attempted = {row.integration.id: row.integration.last_attempt_at for row in rows.rows}
    check, check_turn = check_of(asked_at, facts, attempted, situation.now)
    status, tone, status_turn = sentences.status_of(facts, situation.now, says_checked=check is None)
    first = tuple(one for one in rows.under_way if one.integration_id is None)
    turn_at = min((*turns, status_turn, *([check_turn] if check_turn else []), *(one.until for one in first)))
    return Board(
        status=status,
        tone=tone,
        rows=tuple(facts),
        outbreak=outbreak,
        needs=sum(1 for one in facts if one.health.needs_merchant),
        platforms=tuple(_platform_facts(platform) for platform in platforms),
        digest=f"{workspace_id}.{revision}.{int(turn_at.timestamp())}",
        can_change=can_change,
        check=check,
        mute=mute_of(session, workspace_id, _home_zone(facts)),
        guide=_guide(session, rows, facts),
        waiting=first,
        timezone=_home_zone(facts),
    )


def integration_of(
    session: Session, situation: Situation, *, workspace_id: str, integration_id: str
) -> IntegrationFacts | None:
    """One integration of this workspace; None when it has no such."""
    rows = board_rows(session, workspace_id, situation.now, col(Integration.id) == integration_id)
    return _facts(session, rows, rows.rows[0], situation)[0] if rows.rows else None


def integrations_of(
    session: Session, situation: Situation, *, workspace_id: str, ids: Iterable[str]
) -> list[IntegrationFacts]:
    """Several integrations of this workspace, in no particular order."""
    rows = board_rows(session, workspace_id, situation.now, col(Integration.id).in_(list(ids)))
    return [_facts(session, rows, row, situation)[0] for row in rows.rows]


def _home_zone(facts: Sequence[IntegrationFacts]) -> str:
    """Where this business is, as far as we know: where its store is, else its first account."""
    return next((one.timezone for one in sorted(facts, key=lambda one: one.kind != "store")), "UTC")


def _facts(session: Session, rows: BoardRows, row: BoardRow, situation: Situation) -> tuple[IntegrationFacts, datetime]:
    integration, permission, leased_until, incident = row
    now, platform, login = situation.now, situation.platform(integration.platform), permission.login
    receipt = rows.receipts.get(integration.id)
    through = through_all(platform, rows.through.get((platform.slug, integration.account_id), {}))
    facts = health_facts(
        integration,
        permission,
        situation,
        remedy=incident.remedy if incident else None,
        through=through,
        is_catching_up=receipt is not None and receipt.complete_at is None,
        suspended=platform.slug in rows.suspended,
    )
    health = health_of(facts, now)
    is_widespread = facts.suspended or (platform.slug in rows.failing and row.is_unanswered)
    run = rows.runs.get(integration.id)
    progress = None
    if health is Health.IMPORTING:
        progress = import_progress(session, integration, platform, run, now)
    elif health is Health.CATCHING_UP:
        progress = catch_up_progress(session, integration, platform, receipt, run, through, now)
    waiting = next(
        (one for one in rows.under_way if one.integration_id == integration.id and one.since >= integration.granted_at),
        None,
    )
    snooze = rows.snoozes.get(incident.id) if incident else None
    incident_facts = (
        IncidentFacts(
            id=incident.id,
            began_at=incident.began_at,
            opened_at=incident.opened_at,
            closed_at=incident.closed_at,
            closed_by=None,
            explanation=explain(
                incident,
                integration,
                platform,
                login=login,
                usually=rows.usually.get(
                    Owner(integration.workspace_id, integration.platform, integration.account_id), ""
                ),
                now=now,
            ),
            snoozed=_snoozed(snooze, integration),
            causes=frozenset({incident.cause, *map(Cause, incident.candidates)}),
            is_sure=incident.certainty is Certainty.SURE,
        )
        if incident
        else None
    )
    receipt_facts = receipt_of(receipt, integration, platform, rows.people) if receipt else None
    noted = [note for note in rows.notes[(platform.slug, integration.account_id)] if note.is_warned_of]
    warning = None
    if noted and health in (Health.CONNECTED, Health.EXPIRING):
        warning = warning_of(noted, integration, platform, login=login)
    died_at = integration.died_paused_at if incident is None else None
    one = IntegrationFacts(
        id=integration.id,
        platform=platform.slug,
        platform_name=platform.name,
        company=platform.company,
        kind=platform.kind,
        mark=platform.mark,
        account_name=integration.account_name,
        account_id=integration.account_id,
        timezone=integration.timezone,
        health=health,
        label=say(health.badge.label, company=platform.company),
        waiting=waiting,
        is_replaced=integration.replaced_by is not None,
        is_widespread=is_widespread and health in sentences.PASSING,
        sentence=sentences.row_sentence(
            health, integration, platform,
            incident=incident_facts, receipt=receipt_facts, progress=progress, ends_at=facts.ends_at, now=now,
            is_widespread=is_widespread, successor=rows.successors.get(integration.replaced_by or ""),
            deadline=pause_deadline(integration, platform, through, died_at, now),
        ),
        warning=warning,
        complete_through=through,
        checked_at=integration.proved_at,
        login=login,
        ends_at=facts.ends_at,
        syncing=run is not None,
        progress=progress,
        incident=incident_facts,
        receipt=receipt_facts,
        manage_url=platform.manage_url(integration.account_id),
        permission=permission_of(permission, platform, integration.timezone),
        quiet_note=_quiet_note(health, facts.ends_at, integration.timezone, now),
        responsible=rows.responsible.get(integration.responsible_id or ""),
        lost_note=lost_words(lost_days(session, platform, integration, now), integration, platform),
    )  # fmt: skip
    ends = deletion_after(platform, incident.began_at if incident else died_at, now)
    return one, _turn(
        facts,
        integration,
        now,
        leased_until,
        ends,
        snooze[1] if snooze else None,
        waiting.until if waiting else None,
    )


def _snoozed(snooze: tuple[str, datetime] | None, integration: Integration) -> str | None:
    if snooze is None:
        return None
    name, until = snooze
    when = wording.moment(until, integration.timezone)
    return say("Snoozed by {name} until {when}. Nobody is reminded before that.", name=name, when=when)


def _turn(facts: Facts, integration: Integration, now: datetime, *changes: datetime | None) -> datetime:
    zone = ZoneInfo(integration.timezone)
    midnight = day_start(local_day(now, zone) + timedelta(days=1), zone)
    ends = [at for at in (turns_at(facts, now), *changes) if at is not None and at > now]
    return min([midnight, *ends])


def _quiet_note(health: Health, at: datetime | None, zone: str, now: datetime) -> str | None:
    # Where the badge says it already, or the permission is gone, it would only be said twice.
    if health in (Health.EXPIRING, Health.NEEDS_RECONNECT, Health.DISCONNECTED):
        return None
    if at is None or not timedelta(0) < at - now <= QUIET_NOTE:
        return None
    return say("This permission ends {day}.", day=wording.day(at.astimezone(ZoneInfo(zone)).date()))


def _outbreak(rows: BoardRows, facts: Sequence[IntegrationFacts]) -> OutbreakFacts | None:
    incidents = {row.integration.id: row.incident for row in rows.rows}
    together = []
    for one in facts:
        incident = incidents[one.id]
        if incident is not None and incident.outbreak_id is not None and incident.remedy is Remedy.RECONNECT:
            together.append((one, incident.outbreak_id))
    return largest(facts, together)


def _guide(session: Session, rows: BoardRows, facts: Sequence[IntegrationFacts]) -> GuideNote | None:
    """How far a walk through several has come, or that there is one to begin."""
    incidents = {row.integration.id: row.incident for row in rows.rows}
    left = [one for one in facts if one.health is Health.NEEDS_RECONNECT]
    walked = {incident.guide_id for one in left if (incident := incidents[one.id]) is not None and incident.guide_id}
    done = (
        session.exec(
            select(func.count(distinct(col(Incident.integration_id)))).where(
                col(Incident.guide_id).in_(walked),
                col(Incident.integration_id).not_in([one.id for one in left]),
            )
        ).one()
        if walked
        else 0
    )
    if not left or len(left) + done < 2:
        return None
    return GuideNote(integration_id=left[0].id, place=done + 1, total=len(left) + done)


def _platform_facts(platform: Platform) -> PlatformFacts:
    return PlatformFacts(
        slug=platform.slug,
        name=platform.name,
        mark=platform.mark,
        kind=platform.kind,
        depth_note=platform.depth_note,
        lifetimes=platform.lifetimes,
        asks=platform.tenant,
    )
