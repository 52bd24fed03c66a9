"""One walk through everything that needs Reconnect: what is done and by whom, what is next, and what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from webapp.models.guide import Guide
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.models.people import Person, Workspace
from webapp.models.trouble import Closing, Incident
from webapp.platforms.diagnosis import Remedy
from webapp.queries import wording
from webapp.queries.board import Situation, integrations_of
from webapp.queries.facts import IntegrationFacts
from webapp.queries.sentences import QUIET
from webapp.queries.stakes import UNKNOWN, Stake, dearest_first, stake_words, stakes_of
from webapp.queries.under_way import told_to
from webapp.words import say, say_number

# How long a page put together from facts may be shown again while no row has changed.
HOLDS = timedelta(minutes=10)
# Somebody who comes back to it later than this wants to know how it is now, not how that walk ended.
REMEMBERED = timedelta(days=7)
MENDED, COMING = (Health.CONNECTED, Health.EXPIRING), (Health.CATCHING_UP, Health.IMPORTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of them. `done`: who put it right and when, in words; None while it waits. `stake`: what waits meanwhile."""

    row: IntegrationFacts
    done: str | None = None
    stake: str | None = None

    @property
    def is_back(self) -> bool:
        return self.done is not None and self.row.health in MENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideFacts:
    """`place` of `total` is where one stands: those that are done and one more. `current` is the step to take now.

    `alike`: how many of the others may come back with the same sign-in. `summary` is what became of all, at the end.
    `elsewhere`: what is to be put right at its platform.
    """

    id: str | None
    title: str
    steps: tuple[Step, ...]
    current: Step | None
    place: int
    total: int
    alike: str | None
    summary: str | None
    elsewhere: tuple[IntegrationFacts, ...]
    digest: str

    @property
    def waiting(self) -> tuple[Step, ...]:
        return tuple(one for one in self.steps if one.done is None and one is not self.current)

    @property
    def done(self) -> tuple[Step, ...]:
        return tuple(one for one in self.steps if one.done is not None)

    @property
    def is_over(self) -> bool:
        return self.current is None

    @property
    def is_moving(self) -> bool:
        """Whether something is still coming in, so that it is worth looking again at once."""
        return any(one.row.progress is not None or one.row.syncing for one in self.done)


def guide_of(
    session: Session, situation: Situation, *, workspace_id: str, guide_id: str | None, viewer_id: str
) -> GuideFacts | None:
    """The walk with this id, or without one the present one: what would be walked through, or what was last.

    None when this workspace has no such walk.
    """
    now = situation.now
    broken = _open(session, workspace_id)
    wanted = guide_id or max((one.guide_id for one in broken if one.guide_id), default=None)
    if wanted is None and not broken:
        wanted = _latest(session, workspace_id, now)
    guide = session.get(Guide, wanted) if wanted else None
    if guide_id is not None and (guide is None or guide.workspace_id != workspace_id):
        return None
    incidents = _walked(session, guide.id) if guide is not None else []
    if guide is None or any(one.closed_at is None for one in incidents):
        incidents += [one for one in broken if one.guide_id is None]
    by_integration = {one.integration_id: one for one in sorted(incidents, key=lambda one: one.opened_at)}
    elsewhere = _elsewhere(session, workspace_id)
    found = {
        one.id: replace(one, waiting=told_to(one.waiting, viewer_id))
        for one in integrations_of(session, situation, workspace_id=workspace_id, ids={*by_integration, *elsewhere})
    }
    rows = [found[one] for one in by_integration]
    left = [one for one in rows if one.health is Health.NEEDS_RECONNECT]
    stakes = stakes_of(session, left, workspace_id=workspace_id, now=now)
    done = _done(session, [one for one in rows if one not in left], by_integration, viewer_id)
    to_do = [_step(one, stakes) for one in dearest_first(left, stakes)]
    revision = session.exec(select(Workspace.revision).where(Workspace.id == workspace_id)).one()
    return GuideFacts(
        id=guide.id if guide else None,
        title=_title(len(done), len(rows)),
        steps=(*done, *to_do),
        current=to_do[0] if to_do else None,
        place=len(done) + 1 if to_do else len(done),
        total=len(rows),
        alike=_alike(to_do),
        summary=_summary(done) if done and not to_do else None,
        elsewhere=tuple(found[one] for one in elsewhere if one not in by_integration),
        digest=f"{workspace_id}.{revision}.{int((now + HOLDS).timestamp())}",
    )


def _open(session: Session, workspace_id: str) -> list[Incident]:
    return _active(session, workspace_id, Remedy.RECONNECT)


def _elsewhere(session: Session, workspace_id: str) -> list[str]:
    return [one.integration_id for one in _active(session, workspace_id, Remedy.FIX_AT_PLATFORM)]


def _active(session: Session, workspace_id: str, remedy: Remedy) -> list[Incident]:
    return list(
        session.exec(
            select(Incident)
            .join(Integration, col(Integration.id) == col(Incident.integration_id))
            .where(
                Incident.workspace_id == workspace_id,
                col(Incident.closed_at).is_(None),
                Incident.remedy == remedy,
                col(Integration.paused_at).is_(None),
                col(Integration.disconnected_at).is_(None),
            )
        )
    )


def _walked(session: Session, guide_id: str) -> list[Incident]:
    return list(session.exec(select(Incident).where(Incident.guide_id == guide_id)))


def _latest(session: Session, workspace_id: str, now: datetime) -> str | None:
    return session.exec(
        select(Guide.id)
        .where(Guide.workspace_id == workspace_id, col(Guide.began_at) > now - REMEMBERED)
        .order_by(col(Guide.began_at).desc())
    ).first()


def _step(one: IntegrationFacts, stakes: Mapping[str, Stake]) -> Step:
    return Step(row=one, stake=stake_words(one, stakes.get(one.id, UNKNOWN)))


def _done(
    session: Session, rows: Iterable[IntegrationFacts], incidents: Mapping[str, Incident], viewer_id: str
) -> list[Step]:
    """In the order in which they were put right."""
    by_time = sorted(rows, key=lambda one: (incidents[one.id].closed_at or incidents[one.id].opened_at, one.id))
    closers = {incidents[one.id].closed_by for one in by_time} - {None}
    people = {one.id: one.name for one in session.exec(select(Person).where(col(Person.id).in_(closers)))}
    return [Step(row=one, done=_how(incidents[one.id], one, people, viewer_id)) for one in by_time]


def _how(incident: Incident, one: IntegrationFacts, people: Mapping[str, str], viewer_id: str) -> str:
    if incident.closed_at is None:
        return say("Paused or disconnected; nothing to do here.")
    when = wording.clock(incident.closed_at, one.timezone)
    who = say("you") if incident.closed_by == viewer_id else people.get(incident.closed_by or "", say("a colleague"))
    if incident.through_link:
        return say("Reconnected at {when} through the link {who} sent", who=who, when=when)
    if incident.closing is Closing.RECONNECTED:
        return say("Reconnected by {who} at {when}", who=who, when=when)
    if incident.closing is Closing.REPAIRED:
        return say("Repaired by the same sign-in of {who} at {when}", who=who, when=when)
    if incident.closing is Closing.DISCONNECTED:
        return say("Disconnected by {who} at {when}", who=who, when=when)
    return say("Works again by itself since {when}", when=when)


def _title(done: int, total: int) -> str:
    if total == 0:
        return say("Nothing needs a Reconnect")
    if done == total:
        return say("What came back")
    return say("Reconnect all: {place} of {total}", place=done + 1, total=total)


def _summary(steps: Sequence[Step]) -> str | None:
    """What became of those that are still looked after; None where something else is wrong now."""
    done = [one for one in steps if one.row.health not in QUIET]
    back = [one for one in done if one.is_back]
    if not done or any(one.row.health not in (*MENDED, *COMING) for one in done):
        return None
    if len(back) == len(done):
        return say_number(
            "{count} connection is back, with everything it missed.",
            "All {count} connections are back, with everything they missed.", len(done),
        )  # fmt: skip
    return say(
        "{back} of {all} are back with everything they missed; the rest comes in by itself. You can leave.",
        back=wording.count(len(back)), all=wording.count(len(done)),
    )  # fmt: skip


def _alike(to_do: Sequence[Step]) -> str | None:
    """Which others the same sign-in may mend: it is proven only when it is back."""
    if not to_do or not to_do[0].row.login:
        return None
    first = to_do[0].row
    same = [one for one in to_do[1:] if (one.row.platform, one.row.login) == (first.platform, first.login)]
    if not same:
        return None
    return say_number(
        "The same sign-in may bring {count} more of these back.",
        "The same sign-in may bring {count} more of these back.",
        len(same),
    )
