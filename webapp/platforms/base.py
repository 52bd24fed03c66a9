"""What a platform is: facts we declare, the dialect it speaks, and what its answers mean.

A platform module says `PLATFORM = MyPlatform()`. It imports no other platform, no Flask and no tables. Everything it
does at the network goes through the `Api` it is handed, so that every answer is diagnosed once, in one place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from webapp.platforms.advice import Advice
from webapp.platforms.answer import Answer
from webapp.platforms.consent import Account, Identity, Renewal, TenantField, TokenSet
from webapp.platforms.diagnosis import Cause, Diagnosis
from webapp.platforms.ends import FIXED, IDLE, End
from webapp.platforms.roll import Roll
from webapp.platforms.signals import Ear, Post, Signal, SignalKind, UnclearSignal
from webapp.platforms.streams import Page, Reading, Stream, Total, Window

if TYPE_CHECKING:
    from webapp.platforms.api import Api


class Platform(ABC):
    """One outside service. Class attributes are facts; methods are its dialect.

    `scopes` must be given; `optional_scopes` are asked for and change only how far back we can read (`reach_days`).
    `deletes_after` is how long after access ended the platform obliges us to delete what we hold.
    `daily_operations` is how many questions a day all our merchants may ask together; None: each account has its own.
    `page_life` is how long after a window was begun its next page may still be asked for: numbered pages shift when
    rows come and go, and then the window starts over.
    `renewal_extends` says whether a renewal moves the end of the refresh token; where it does not, that is the end.
    `trades_old_tokens` says that a permission without a refresh token is from before the platform gave any, and that a
    renewal without one trades it for one that renews itself, once.
    `settles_in` is how long a new access token may still be refused because it is not known everywhere yet.
    `introspect_url` is where a refused refresh token may be asked about (RFC 7662), to tell one end from another.
    `scope_words` is what the scopes let us do, in a merchant's words; those that are not in it are shown as they are.
    `chooser` are the parameters that make its sign-in ask who it is, whoever is signed in there already; none where
    nothing does (docs/logins.md). `signed_in_at` is where a browser shows who is signed in there, and lets them out.
    `in_demo` is whether the demo workspace starts out with it.
    """

    slug: str
    name: str
    company: str
    kind: Literal["store", "ads"]
    mark: str | None = None
    scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...] = ()
    streams: tuple[Stream, ...]
    renewal: Renewal
    pkce: bool = False
    rotates: bool = False
    # Whether a renewal whose answer was lost may be asked for again with the token it was to replace.
    old_token_usable: bool = False
    # Whether a renewal leaves every token there was as good as before, for good.
    keeps_old_tokens: bool = False
    trades_old_tokens: bool = False
    dies_unused_after: timedelta | None = None
    renewal_extends: bool = True
    renew_ahead: timedelta = timedelta(minutes=5)
    settles_in: timedelta = timedelta(0)
    page_life: timedelta = timedelta(minutes=10)
    deletes_after: timedelta | None = None
    daily_operations: int | None = None
    exchange_is_short: bool = False
    needs_developer_token: bool = False
    chooser: tuple[tuple[str, str], ...] = ()
    signed_in_at: str
    in_demo: bool = False
    tenant: TenantField | None = None
    code_param: str = "code"
    token_method: Literal["GET", "POST"] = "POST"
    client_auth: str = "client_secret_post"
    introspect_url: str | None = None
    scope_words: tuple[tuple[str, str], ...] = ()
    lifetimes: str = ""
    depth_note: str = ""
    signals: tuple[SignalKind, ...] = ()
    advice: Mapping[Cause, Advice]

    # -- consent --------------------------------------------------------------------------------------------------

    @abstractmethod
    def authorize_url(self, tenant: str | None) -> str:
        """The platform's consent page, without parameters."""

    def authorize_params(self, *, login_hint: str | None, again: bool) -> dict[str, str]:
        """Parameters beside client id, redirect, scope, state and PKCE. `again` is true on a reconnect."""
        return {}

    scope_separator: str = " "
    asks_scopes: bool = True
    client_id_param: str = "client_id"

    def verify_callback(self, params: Mapping[str, str], *, secret: str, tenant: str | None, now: datetime) -> None:
        """Check what the platform signs on the way; raises ForgedCallback or OtherTenant. Nothing signed: no-op."""
        return

    @abstractmethod
    def token_url(self, tenant: str | None) -> str:
        """The token endpoint."""

    def exchange_params(self) -> dict[str, str]:
        """Parameters of the code exchange beside the standard ones."""
        return {}

    def renewal_url(self, tenant: str | None) -> str:
        return self.token_url(tenant)

    def renewal_params(self, *, access_token: str, refresh_token: str | None) -> dict[str, str]:
        """What a renewal sends, `grant_type` included."""
        return {"grant_type": "refresh_token", "refresh_token": refresh_token or ""}

    @abstractmethod
    def tokens(self, answer: Answer, *, now: datetime) -> TokenSet:
        """Read a token endpoint's good answer. Raises Trouble when it holds no token."""

    def revoke(self, api: Api, *, refresh_token: str | None) -> None:
        """End the permission at the platform; only when the last integration of a login leaves. Default: nothing."""
        return

    # -- who and what ---------------------------------------------------------------------------------------------

    @abstractmethod
    def identity(self, api: Api) -> Identity:
        """Who consented."""

    @abstractmethod
    def accounts(self, api: Api) -> tuple[Account, ...]:
        """Every account this permission reaches, named; empty when it reaches none."""

    @abstractmethod
    def granted_scopes(self, api: Api, tokens: TokenSet) -> frozenset[str]:
        """What was really granted, in the words of `scopes`."""

    def consent_ends_at(self, api: Api) -> datetime | None:
        """Until when this consent lets us read, however often it is renewed; None where none is named. Raises Trouble.

        Asked once, right after a consent.
        """
        return None

    def reach_days(self, scopes: frozenset[str]) -> int | None:
        """How many days back, today included, these scopes let us read; None: further than anybody asks."""
        return None

    @abstractmethod
    def probe(self, api: Api, account: Account) -> Account:
        """One cheap positive check that this account is reachable and open.

        Returns the account as the platform describes it now; raises Trouble with its diagnosis otherwise.
        """

    # -- data -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def read(self, api: Api, account: Account, stream: Stream, window: Window, *, resume: str | None) -> Iterator[Page]:
        """The pages of one window, starting at `resume`. The last page has `resume=None`. Raises Trouble.

        A resume hint the platform no longer knows raises DeadCursor: the window starts over.
        """

    @abstractmethod
    def totals(self, api: Api, account: Account, stream: Stream, window: Window) -> Mapping[date, Total]:
        """The platform's own figure for every day of the window, asked for without the breakdown that `read` uses.

        A day on which nothing happened is there, with zero; one that the platform itself calls not final yet is left
        out. Never called for a SNAPSHOT stream, nor with a window
        longer than `stream.window_days`. Raises Trouble.
        """

    def listed(self, api: Api, account: Account, stream: Stream, window: Window) -> frozenset[str] | None:
        """The ids of every record booked in the window: what we hold beside them was deleted there. Raises Trouble.

        None where a window that was read anew says as much by itself.
        """
        return None

    def roll(self, api: Api, account: Account, window: Window, *, before: datetime) -> Roll | None:
        """A store's own list of the window's orders, and how many it has from before an instant. Raises Trouble.

        None where there is no such list.
        """
        return None

    # -- told by the platform -------------------------------------------------------------------------------------

    def hear(self, kind: SignalKind, post: Post, ear: Ear) -> tuple[Signal, ...]:
        """What a delivery says, once it is proven to be the platform's own.

        Raises ForgedSignal, UnclearSignal, and KeysOutOfReach where its keys cannot be fetched now.
        """
        raise UnclearSignal

    def subscribe(self, api: Api, addresses: Mapping[str, str]) -> None:
        """Have signals of this account sent to `addresses` (by kind's name), once however often asked. Raises Trouble.

        Called where a kind of `signals` has no `register` of its own, or a key for it is set.
        """
        return

    # -- meaning --------------------------------------------------------------------------------------------------

    @abstractmethod
    def diagnose(self, answer: Answer) -> Diagnosis | None:
        """What this answer means; None when it is a good one."""

    def introspect(self, api: Api) -> Diagnosis | None:
        """What the platform says became of a token it has refused without saying why; None where it cannot be asked.

        One question, at most; never raises. A renewal's refusal is asked about elsewhere (`introspect_url`).
        """
        return None

    def ends(
        self, *, access: datetime | None, refresh: datetime | None, consent: datetime | None = None
    ) -> tuple[End, ...]:
        """Every date this platform gives for the end of such a permission; `consent` is `consent_ends_at`."""
        if consent is not None:
            return (End(at=consent, moves=False, why=FIXED),)
        if self.renewal is Renewal.NONE or not self.renewal_extends:
            fixed = access if self.renewal is Renewal.NONE else refresh or access
            return (End(at=fixed, moves=False, why=FIXED),) if fixed is not None else ()
        if refresh is None:
            return ()
        # Where each renewal brings a token with an end of its own, only disuse lets the last one's pass.
        return (End(at=refresh, moves=self.rotates, why=IDLE if self.rotates else FIXED),)

    def manage_url(self, account_id: str) -> str | None:
        """The platform's own page about this account, for a merchant who has to act there."""
        return None

    @property
    def may_be_shared(self) -> bool:
        """Whether several workspaces may each hold the same permission: none's renewal ends what another holds."""
        return not self.rotates or self.keeps_old_tokens

    @property
    def dated_streams(self) -> tuple[Stream, ...]:
        """Those that have days, and so coverage and totals."""
        return tuple(stream for stream in self.streams if stream.reading is not Reading.SNAPSHOT)

    def stream(self, name: str) -> Stream:
        return next(stream for stream in self.streams if stream.name == name)
