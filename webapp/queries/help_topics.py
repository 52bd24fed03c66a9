"""What there is help on, and what each topic looks at in a workspace before it explains anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from webapp.queries.board_facts import Board
from webapp.queries.definitions import DEFINITIONS
from webapp.queries.help_checks import completeness, connections, costs, products, recomputed, spend, totals
from webapp.queries.help_checks.check import Check, worst_first
from webapp.words import marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """The workspace a check looks at: its board as it is shown, and its own numbers."""

    session: Session
    workspace_id: str
    board: Board
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`title` and `lead` are messages; the prose is `templates/help/prose/_<slug>.html`. What the figures named in
    `figures` mean stands below it by their definitions, so the prose does not say it again. `counts`: it asks the
    stores themselves, too, which takes a moment."""

    slug: str
    title: str
    lead: str
    about: str
    looks: Callable[[Here], Sequence[Check]]
    counts: bool = False
    figures: tuple[str, ...] = ()

    def checks(self, here: Here) -> list[Check]:
        """How it stands in this workspace; never empty."""
        return worst_first(self.looks(here))


def _know(here: Here) -> Sequence[Check]:
    return connections.problems(here.board.rows)


def _reconnect(here: Here) -> Sequence[Check]:
    return connections.to_reconnect(here.board.rows)


def _ends(here: Here) -> Sequence[Check]:
    return connections.causes(here.board.rows)


def _together(here: Here) -> Sequence[Check]:
    return connections.together(here.board.rows, here.board.outbreak)


def _lasting(here: Here) -> Sequence[Check]:
    return connections.lasting(here.board.rows, here.now)


def _synced(here: Here) -> Sequence[Check]:
    rows = here.board.rows
    return [*completeness.complete(rows, here.now), *completeness.asked(rows, here.now)]


def _store(here: Here) -> Sequence[Check]:
    rows = here.board.rows
    return [
        *completeness.complete(rows, here.now, kind="store"),
        *totals.agreeing(rows, totals.compared(here.session, here.workspace_id), kind="store"),
        *products.read(rows, products.products(here.session, here.workspace_id), here.now),
    ]


def _profit(here: Here) -> Sequence[Check]:
    return [
        *completeness.complete(here.board.rows, here.now, kind="store"),
        *completeness.complete(here.board.rows, here.now, kind="ads"),
        *_costs(here),
        *_recomputed(here),
    ]


def _recomputed(here: Here) -> Sequence[Check]:
    accounts = [(one.platform, one.account_id) for one in here.board.rows]
    last = here.now.date() + timedelta(days=1)
    return recomputed.same(
        here.board.rows, recomputed.recomputed(here.session, here.workspace_id, accounts, last)
    )  # fmt: skip


def _costs(here: Here) -> Sequence[Check]:
    last = here.now.date() + timedelta(days=1)
    found = costs.sold_products(
        here.session, here.workspace_id, first=here.now.date() - timedelta(days=costs.DAYS), last=last
    )
    return costs.costed(here.board.rows, found)


def _spend(here: Here) -> Sequence[Check]:
    rows = here.board.rows
    return [
        *completeness.complete(rows, here.now, kind="ads"),
        *totals.agreeing(rows, totals.compared(here.session, here.workspace_id), kind="ads"),
        *spend.explained(rows, spend.spent(here.session, here.workspace_id, now=here.now)),
    ]


CONNECTIONS, NUMBERS = marked("Connections"), marked("Numbers")
TOPICS = (
    Topic(
        slug="how-to-know",
        title=marked("How to know that something needs you"),
        lead=marked("Where a problem shows, and when you get a mail."),
        about=CONNECTIONS,
        looks=_know,
    ),
    Topic(
        slug="how-to-reconnect",
        title=marked("How to reconnect"),
        lead=marked("Two minutes at the platform, and everything missed comes back by itself."),
        about=CONNECTIONS,
        looks=_reconnect,
    ),
    Topic(
        slug="why-permissions-end",
        title=marked("Why permissions end"),
        lead=marked("The four usual reasons, and how long each platform's permission lasts."),
        about=CONNECTIONS,
        looks=_ends,
    ),
    Topic(
        slug="several-at-once",
        title=marked("Several connections dropped at once"),
        lead=marked("Usually there is one change behind it, and often one sign-in mends more than one."),
        about=CONNECTIONS,
        looks=_together,
    ),
    Topic(
        slug="staying-connected",
        title=marked("Staying connected"),
        lead=marked("What keeps a connection alive, and what to do around a password change."),
        about=CONNECTIONS,
        looks=_lasting,
    ),
    Topic(
        slug="connection-errors",
        title=marked("Connection errors"),
        lead=marked("What each badge means, who has to act, and what helps."),
        about=CONNECTIONS,
        looks=_know,
    ),
    Topic(
        slug="data-not-syncing",
        title=marked("Data is not syncing"),
        lead=marked("Orders or ad spend stopped moving: where they stopped, and why."),
        about=NUMBERS,
        looks=_synced,
    ),
    Topic(
        slug="missing-orders-or-products",
        title=marked("Missing orders or products"),
        lead=marked("What is read from your store, what is left out on purpose, and how to find the rest."),
        about=NUMBERS,
        looks=_store,
        counts=True,
        figures=("sales", "refunds"),
    ),
    Topic(
        slug="incorrect-profit",
        title=marked("Profit looks wrong"),
        lead=marked("The usual reasons why profit is too high or too low."),
        about=NUMBERS,
        looks=_profit,
        figures=tuple(DEFINITIONS),
    ),
    Topic(
        slug="costs-not-appearing",
        title=marked("Product costs (COGS) do not appear"),
        lead=marked("Where a product's cost comes from, and what happens without one."),
        about=NUMBERS,
        looks=_costs,
        figures=("goods", "assumed"),
    ),
    Topic(
        slug="ad-spend-not-matching",
        title=marked("Ad spend does not match the platform"),
        lead=marked("Why our figure and the platform's can differ, and which of them moves."),
        about=NUMBERS,
        looks=_spend,
        figures=("ads", "mer", "roas"),
    ),
)
BY_SLUG = {topic.slug: topic for topic in TOPICS}
