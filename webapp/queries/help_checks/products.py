"""Whether the store's products have been read, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from webapp.models.data import VariantRow
from webapp.queries import wording
from webapp.queries.facts import IntegrationFacts
from webapp.queries.help_checks.check import Check, State, at, fine
from webapp.words import say, say_number


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    number: int
    seen_at: datetime


def products(session: Session, workspace_id: str) -> dict[tuple[str, str], ProductFacts]:
    """By platform and account, how many products are here and when one of them was last seen."""
    rows = session.exec(
        select(
            VariantRow.platform,
            VariantRow.account_id,
            func.count(func.distinct(VariantRow.product_id)),
            func.max(VariantRow.seen_at),
        )
        .where(VariantRow.workspace_id == workspace_id)
        .group_by(col(VariantRow.platform), col(VariantRow.account_id))
    )
    return {
        (platform, account): ProductFacts(number=number, seen_at=seen_at) for platform, account, number, seen_at in rows
    }


def read(rows: Sequence[IntegrationFacts], found: dict[tuple[str, str], ProductFacts], now: datetime) -> list[Check]:
    """One check for each store."""
    return [_check(one, found.get((one.platform, one.account_id)), now) for one in rows if one.kind == "store"]


def _check(store: IntegrationFacts, facts: ProductFacts | None, now: datetime) -> Check:
    if facts is None:
        sentence = say("The products of {account} have not been read yet.", account=store.account_name)
        return at(store, State.UNKNOWN, sentence)
    return fine(say_number(
        "{count} product of {account} is here, last read {ago}.",
        "{count} products of {account} are here, last read {ago}.", facts.number,
        account=store.account_name, ago=wording.ago(facts.seen_at, now),
    ))  # fmt: skip
