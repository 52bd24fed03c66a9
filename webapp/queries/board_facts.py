"""The facts of the Integrations page as a whole: its rows are in facts.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from webapp.platforms.consent import TenantField
from webapp.queries.facts import IntegrationFacts
from webapp.queries.under_way import WaitingFacts, all_told_to, told_to


@dataclass(frozen=True, slots=True, kw_only=True)
class OutbreakFacts:
    """Several that dropped together and are still open: one card instead of three alarms. `evidence`: what `likely`
    rests on."""

    id: str
    title: str
    likely: str
    members: tuple[IntegrationFacts, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFacts:
    """A platform one can add: what it is, how far back the first import goes, and what to ask before leaving."""

    slug: str
    name: str
    mark: str | None
    kind: str
    depth_note: str
    lifetimes: str
    asks: TenantField | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """What came of asking everything at once. `is_pending`: answers are still coming in."""

    said: str
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteFacts:
    """Alerts are muted: by whom, and until when, told in `timezone`."""

    by: str
    until: datetime
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideNote:
    """Several need Reconnect, or did when somebody began to walk through them: `place` of `total` is next."""

    integration_id: str
    place: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole page. `digest` changes exactly when anything shown does.

    `waiting` is who has left to connect something for the first time; told in `timezone`.
    """

    status: str
    tone: str
    rows: tuple[IntegrationFacts, ...]
    outbreak: OutbreakFacts | None
    needs: int
    platforms: tuple[PlatformFacts, ...]
    digest: str
    can_change: bool
    check: CheckFacts | None = None
    mute: MuteFacts | None = None
    guide: GuideNote | None = None
    waiting: tuple[WaitingFacts, ...] = ()
    timezone: str = "UTC"

    def told_to(self, viewer_id: str) -> Board:
        """The same board to one of those who read it."""
        if not self.waiting and all(one.waiting is None for one in self.rows):
            return self
        rows = {one.id: replace(one, waiting=told_to(one.waiting, viewer_id)) for one in self.rows}
        outbreak = self.outbreak
        if outbreak is not None:
            outbreak = replace(outbreak, members=tuple(rows[one.id] for one in outbreak.members))
        return replace(self, rows=tuple(rows.values()), outbreak=outbreak, waiting=all_told_to(self.waiting, viewer_id))
