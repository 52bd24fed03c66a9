"""One thing looked at in a workspace: how it stands, in a sentence, and where to go if something is to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from webapp.queries.facts import IntegrationFacts
from webapp.words import say

INTEGRATIONS, OVERVIEW = "/integrations", "/"


class State(StrEnum):
    """UNKNOWN: nobody can say yet, and that is said, too."""

    GOOD = "good"
    ATTENTION = "attention"
    UNKNOWN = "unknown"

    @property
    def tone(self) -> str:
        return {State.GOOD: "green", State.ATTENTION: "amber", State.UNKNOWN: "grey"}[self]

    @property
    def icon(self) -> str:
        return {State.GOOD: "circle-check", State.ATTENTION: "triangle-alert", State.UNKNOWN: "info"}[self]

    @property
    def label(self) -> str:
        return {State.GOOD: say("Fine"), State.ATTENTION: say("Look here"), State.UNKNOWN: say("Not known yet")}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`link` is what is to be found at `href`; both empty where there is nothing to do."""

    state: State
    sentence: str
    href: str = ""
    link: str = ""


def worst_first(checks: Iterable[Check]) -> list[Check]:
    order = (State.ATTENTION, State.UNKNOWN, State.GOOD)
    return sorted(checks, key=lambda one: order.index(one.state))


def fine(sentence: str) -> Check:
    return Check(state=State.GOOD, sentence=sentence)


def unknown(sentence: str) -> Check:
    return Check(state=State.UNKNOWN, sentence=sentence)


def at_integrations(state: State, sentence: str) -> Check:
    return Check(state=state, sentence=sentence, href=INTEGRATIONS, link=say("To your integrations"))


def at(one: IntegrationFacts, state: State, sentence: str) -> Check:
    """A check whose way on is one integration's panel."""
    link = say("Open {name}", name=one.platform_name)
    return Check(state=state, sentence=sentence, href=f"{INTEGRATIONS}/{one.id}", link=link)


def at_days(one: IntegrationFacts, state: State, sentence: str) -> Check:
    """A check whose way on is an integration's calendar."""
    link = say("Day by day: {name}", name=one.platform_name)
    return Check(state=state, sentence=sentence, href=f"{INTEGRATIONS}/{one.id}/history#coverage", link=link)


def what_of(one: IntegrationFacts, rows: Sequence[IntegrationFacts]) -> str:
    """ "Meta spend", "orders from Aurora"; with the account where a company is there more than once."""
    if one.kind == "store":
        return say("orders from {account}", account=one.account_name)
    if sum(other.company == one.company for other in rows) > 1:
        return say("{company} spend of {account}", company=one.company, account=one.account_name)
    return say("{company} spend", company=one.company)
