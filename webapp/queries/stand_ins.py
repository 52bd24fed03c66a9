"""What stands in for ad spend that is not here: counted while it is away, and told against the platform's own figure
once that is back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from webapp.models.stand_in import StandIn, StandInKind
from webapp.queries import wording
from webapp.queries.money_of import Exchange
from webapp.queries.profit import Tally

Key = tuple[str, str, date]
Money = Callable[[int], str]
ENTERED = {StandInKind.HAND: "entered by you", StandInKind.ESTIMATE: "your estimate"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in for one account's day, micros of the shop's currency."""

    kind: StandInKind
    micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """Days of one account whose spend is not the platform's word. `micros` is all of them together."""

    platform: str
    company: str
    account_id: str
    kind: StandInKind
    days: tuple[date, ...]
    micros: int

    @property
    def subject(self) -> str:
        return f"{self.company} spend is {ENTERED[self.kind]}"

    def words_in(self, money: Money) -> str:
        """ "12 Nov to 14 Nov: Meta spend is your estimate, $630, until Meta's own figures are back."."""
        until = f"until {self.company}'s own figures are back"
        return f"{wording.days_listed(self.days)}: {self.subject}, {money(self.micros)}, {until}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A day whose own figures are back; what stood in for it is kept beside them."""

    platform: str
    company: str
    account_id: str
    kind: StandInKind
    day: date
    stood_micros: int
    own_micros: int

    @property
    def off(self) -> int:
        return self.own_micros - self.stood_micros


def standing_of(session: Session, workspace_id: str, first: date, last: date, money: Exchange) -> dict[Key, Standing]:
    """What was entered or accepted for these days, as far as it can be converted."""
    found = {}
    for one in session.exec(
        select(StandIn).where(StandIn.workspace_id == workspace_id, col(StandIn.day).between(first, last))
    ):
        micros = money.worth(one.spend_micros, one.currency, one.day)
        if micros is not None:
            found[one.platform, one.account_id, one.day] = Standing(one.kind, micros)
    return found


def count_in(tallied: Tally, standing: Mapping[Key, Standing], stood: Iterable[Stood]) -> None:
    """Let it be spend of its day. Where part of the day is here, only what is beyond that."""
    for one in stood:
        account = (one.platform, one.account_id)
        for day in one.days:
            sums = tallied.on(day)
            beyond = max(0, standing[(*account, day)].micros - sums.spend[account])
            sums.spend[account] += beyond
            sums.stood_in[account] += beyond


def back_words(back: Sequence[Back], money: Money) -> tuple[str, ...]:
    """ "Meta's own figures are back for 12 Nov to 14 Nov: $655, where $630 stood in ($25 more)."."""
    said = []
    for company, account in dict.fromkeys((one.company, one.account_id) for one in back):
        mine = [one for one in back if (one.company, one.account_id) == (company, account)]
        own, stood = sum(one.own_micros for one in mine), sum(one.stood_micros for one in mine)
        off = f"{money(abs(own - stood))} {'more' if own > stood else 'less'}" if own != stood else "the same"
        days = wording.days_listed(sorted(one.day for one in mine))
        said.append(
            f"{company}'s own figures are back for {days}: {money(own)}, where {money(stood)} stood in ({off})."
        )
    return tuple(said)
