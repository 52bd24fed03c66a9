"""The board over all workspaces of a person: which need somebody, in a handful of queries however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_
from sqlmodel import Session, col, select

from webapp.models.access import Grant, Login
from webapp.models.breaker import Breaker
from webapp.models.health import Badge, Health, health_of, turns_at
from webapp.models.integration import Integration
from webapp.models.people import Member, Person, Role, Workspace
from webapp.models.sync import Cursor
from webapp.models.trouble import Incident, Receipt
from webapp.platforms.diagnosis import Remedy
from webapp.queries.board import Situation
from webapp.queries.health_facts import health_facts, through_all
from webapp.queries.permission import PERMISSION, PermissionRow
from webapp.words import say, say_number

AN_HOUR = timedelta(hours=1)
NEEDS = "needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFacts:
    """An integration as it stands in the row of its workspace."""

    id: str
    platform: str
    platform_name: str
    mark: str | None
    account_name: str
    health: Health
    label: str

    @property
    def badge(self) -> Badge:
        return self.health.badge


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """A workspace with its integrations, those first that need somebody."""

    id: str
    name: str
    may_change: bool
    ones: tuple[OneFacts, ...]

    @property
    def broken(self) -> tuple[OneFacts, ...]:
        """What somebody has to put right."""
        return tuple(one for one in self.ones if one.health.needs_merchant)

    @property
    def needs(self) -> int:
        return len(self.broken)

    @property
    def tone(self) -> str:
        return self.ones[0].badge.tone if self.ones else "grey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """`places` are those the filter lets through, of `count`; `needs` counts integrations in all of them.

    `turns_at` is when the clock alone makes it another.
    """

    places: tuple[PlaceFacts, ...]
    count: int
    needs: int
    status: str
    tone: str
    platforms: tuple[tuple[str, str], ...]
    turns_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`state` is a health, or NEEDS; empty lets everything through."""

    text: str = ""
    platform: str = ""
    state: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.text or self.platform or self.state)


def agency_of(session: Session, situation: Situation, person_id: str) -> Agency:
    """All of it, unfiltered."""
    now, turns = situation.now, [situation.now + AN_HOUR]
    places = {
        workspace_id: (name, role)
        for workspace_id, name, role in session.exec(
            select(Workspace.id, Workspace.name, Member.role)
            .join(Member, col(Member.workspace_id) == col(Workspace.id))
            .where(Member.person_id == person_id)
        )
    }
    ones: dict[str, list[OneFacts]] = defaultdict(list)
    for workspace_id, one, turn in _ones(session, situation, person_id):
        ones[workspace_id].append(one)
        if turn is not None and turn > now:
            turns.append(turn)
    found = [
        _place(workspace_id, name, Role(role), ones[workspace_id]) for workspace_id, (name, role) in places.items()
    ]
    found.sort(key=_order)
    needing = sum(place.needs > 0 for place in found)
    return Agency(
        places=tuple(found),
        count=len(found),
        needs=sum(place.needs for place in found),
        status=_status(needing, len(found)),
        tone="red" if needing else "green",
        platforms=tuple(sorted({(one.platform, one.platform_name) for place in found for one in place.ones})),
        turns_at=min(turns),
    )


def filtered(agency: Agency, wanted: Filter) -> Agency:
    """Those workspaces with an integration that is wanted, and of each only what is."""
    return replace(agency, places=tuple(_wanted(agency.places, wanted))) if wanted.is_set else agency


def _wanted(places: Iterable[PlaceFacts], wanted: Filter) -> Iterator[PlaceFacts]:
    text = wanted.text.casefold()
    for place in places:
        ones = [one for one in place.ones if _is_wanted(one, wanted)]
        if not ones and (wanted.platform or wanted.state):
            continue
        if text and text not in place.name.casefold():
            ones = [one for one in ones if text in f"{one.account_name} {one.platform_name}".casefold()]
            if not ones:
                continue
        yield replace(place, ones=tuple(ones))


def _is_wanted(one: OneFacts, wanted: Filter) -> bool:
    is_state = wanted.state in ("", one.health) or (wanted.state == NEEDS and one.health.needs_merchant)
    return is_state and wanted.platform in ("", one.platform)


def _place(workspace_id: str, name: str, role: Role, ones: Collection[OneFacts]) -> PlaceFacts:
    in_order = sorted(ones, key=lambda one: (one.badge.rank, one.platform_name, one.account_name))
    return PlaceFacts(id=workspace_id, name=name, may_change=role.may_change, ones=tuple(in_order))


def _order(place: PlaceFacts) -> tuple[int, int, str, str]:
    return place.ones[0].badge.rank if place.ones else 99, -place.needs, place.name.casefold(), place.id


def _status(needing: int, count: int) -> str:
    if not needing:
        return say_number("All quiet in {count} workspace.", "All quiet in {count} workspaces.", count)
    return say_number(
        "{count} of {all} workspaces needs somebody.", "{count} of {all} workspaces need somebody.", needing, all=count
    )


def _ones(session: Session, situation: Situation, person_id: str) -> Iterator[tuple[str, OneFacts, datetime | None]]:
    """Every integration with its workspace, and when the clock alone changes its health."""
    mine = select(Member.workspace_id).where(Member.person_id == person_id)
    catching_up = set(
        session.exec(
            select(Receipt.integration_id)
            .join(Integration, col(Integration.id) == col(Receipt.integration_id))
            .where(
                col(Integration.workspace_id).in_(mine),
                col(Receipt.complete_at).is_(None),
                col(Receipt.dismissed_at).is_(None),
            )
        )
    )
    reached: dict[tuple[str, str, str], dict[str, datetime | None]] = defaultdict(dict)
    for cursor in session.exec(select(Cursor).where(col(Cursor.workspace_id).in_(mine))):
        reached[(cursor.workspace_id, cursor.platform, cursor.account_id)][cursor.stream] = cursor.through
    suspended = set(session.exec(select(Breaker.platform).where(col(Breaker.released_at).is_(None))))
    for integration, permission, remedy in session.exec(_ROWS.where(col(Integration.workspace_id).in_(mine))):
        platform = situation.platform(integration.platform)
        through = through_all(platform, reached[(integration.workspace_id, platform.slug, integration.account_id)])
        facts = health_facts(
            integration, PermissionRow(*permission), situation,
            remedy=Remedy(remedy) if remedy is not None else None, through=through,
            is_catching_up=integration.id in catching_up, suspended=platform.slug in suspended,
        )  # fmt: skip
        health = health_of(facts, situation.now)
        one = OneFacts(
            id=integration.id, platform=platform.slug, platform_name=platform.name, mark=platform.mark,
            account_name=integration.account_name, health=health,
            label=say(health.badge.label, company=platform.company),
        )  # fmt: skip
        yield integration.workspace_id, one, turns_at(facts, situation.now)


# Never a token, and nothing that only the workspace's own page shows.
_ROWS = (
    select(Integration, PERMISSION, Incident.remedy)
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
)
