"""The facts a page or mail shows about integrations. Plain values only: no rows, no sessions, no tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from webapp.models.health import Badge, Health
from webapp.models.people import Role
from webapp.platforms.diagnosis import Cause
from webapp.queries.calendar_facts import StripFacts
from webapp.queries.permission import PermissionFacts
from webapp.queries.receipt_facts import ReceiptFacts
from webapp.queries.under_way import WaitingFacts
from webapp.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is looking, at which workspace, and what they may do there."""

    person_id: str
    name: str
    email: str
    workspace_id: str
    workspace_name: str
    role: Role
    workspaces: tuple[tuple[str, str], ...]
    confirmed: bool = True
    is_operator: bool = False
    mail_refused: bool = False

    @property
    def may_change(self) -> bool:
        return self.role.may_change


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import or a catch-up has come; rate and time left are None until there is something to reckon with."""

    stage: str
    done_days: int
    owed_days: int
    rows: int
    unit: str
    seconds_left: int | None
    rows_per_second: float | None = None

    @property
    def percent(self) -> int:
        return 100 if self.owed_days == 0 else min(100, self.done_days * 100 // self.owed_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The specific error, in a merchant's words; the platform's own stay under technical details.

    `first` are those of the steps that must be done at the platform before a reconnect can help.
    `noticed` is when it showed, `since` is up to where the data is complete: the hole begins there. `topic` is the help
    page that says more. `usually` is what a day of what is left out ran before, empty where that is not known.
    """

    title: str
    happened: str
    noticed: datetime
    since: datetime
    kept: str
    affected: str
    left_out: str
    deadline: str | None
    likely: str
    certainty: str
    steps: tuple[str, ...]
    url: str | None
    next: str
    evidence: tuple[str, ...]
    technical: tuple[tuple[str, str], ...]
    topic: str = "connection-errors"
    first: tuple[str, ...] = ()
    usually: str = ""

    @property
    def then(self) -> tuple[str, ...]:
        """What is left to do after `first`, without saying "then" once more."""
        left = (step.removeprefix("Then ") for step in self.steps[len(self.first) :])
        return tuple(f"{step[:1].upper()}{step[1:]}" for step in left)

    @property
    def affects(self) -> str:
        """What the hole does to the numbers."""
        return say("{affected} leaves out {left_out}.", affected=self.affected, left_out=self.left_out)

    @property
    def effect(self) -> str:
        """What the hole does to the numbers, and what a day of it usually came to, where that is known."""
        return f"{self.affects} {self.usually}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFacts:
    """The permission works, but what it shows does not come to the platform's own total, two nights running."""

    title: str
    text: str
    advice: str
    offers_reconnect: bool
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """`causes` is all that the platform's answer may mean."""

    id: str
    began_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    explanation: Explanation
    snoozed: str | None = None
    causes: frozenset[Cause] = frozenset()
    is_sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationFacts:
    """One row of the page. `sentence` is the one line beside the badge; `label` is the badge's words.

    `is_widespread`: its platform fails for many workspaces, and that is all that is wrong.
    """

    id: str
    platform: str
    platform_name: str
    company: str
    kind: str
    mark: str | None
    account_name: str
    account_id: str
    timezone: str
    health: Health
    label: str
    sentence: str
    complete_through: datetime | None
    checked_at: datetime | None
    login: str | None
    ends_at: datetime | None
    syncing: bool
    progress: Progress | None
    incident: IncidentFacts | None
    receipt: ReceiptFacts | None
    manage_url: str | None
    quiet_note: str | None = None
    lost_note: str | None = None
    warning: WarningFacts | None = None
    strip: StripFacts | None = None
    permission: PermissionFacts | None = None
    is_widespread: bool = False
    is_replaced: bool = False
    waiting: WaitingFacts | None = None
    responsible: str | None = None

    @property
    def badge(self) -> Badge:
        return self.health.badge

    @property
    def permission_is_over(self) -> bool:
        """Whatever date it was to end on: it does not work any more."""
        return self.health is Health.NEEDS_RECONNECT

    @property
    def permission_works(self) -> bool:
        """So that it may be given anew before it ends."""
        return self.health in (
            Health.CONNECTED, Health.EXPIRING, Health.DELAYED, Health.IMPORTING, Health.CATCHING_UP,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One line of an integration's story; `icon` and `tone` come from the same sprite and tokens as badges."""

    at: datetime
    icon: str
    tone: str
    title: str
    text: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAccount:
    """One account a consent reached, as the choice page shows it."""

    id: str
    name: str
    currency: str
    timezone: str
    note: str | None
    already: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationFacts:
    """A round trip that needs the person once more, or ended without a change; `ending` says which.

    `guide_id` is the walk through several that it was a step of, `replaces_id` the integration that it seeks a
    successor for. `asks_who`: the platform can be made to ask which login it is; else one changes that at
    `signed_in_at`. `others` signed in at the same platform in this workspace, and their permission works. `told` is
    what only the person can put right, in words, where the platform said so.
    """

    id: str
    platform: str
    platform_name: str
    company: str
    mark: str | None
    ending: str
    integration_id: str | None
    expected_account: str | None
    expected_name: str | None
    actual_login: str | None
    expected_login: str | None
    accounts: tuple[FoundAccount, ...]
    missing_scopes: tuple[str, ...] = field(default=())
    expires_at: datetime | None = None
    told: tuple[str, ...] = ()
    reason: str | None = None
    guide_id: str | None = None
    replaces_id: str | None = None
    began_at: datetime | None = None
    asks_who: bool = False
    signed_in_at: str = ""
    others: tuple[str, ...] = ()
    manage_url: str | None = None
    is_ads: bool = True
