"""Count a store for whoever looks: it is asked once a minute, and all others see that answer or wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlmodel import Session, col, delete, update

from webapp.database import insert_of, table_of
from webapp.lifecycle.call_roll import call_roll
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.kept_roll import AGAIN_AFTER, KEPT, KeptRoll
from webapp.queries.help_checks.roll_facts import RollFacts

KEY = ["workspace_id", "platform", "account_id", "days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`facts` None: it could not be counted, or `waits`, because somebody is asking right now."""

    facts: RollFacts | None
    waits: bool = False


def count_store(runtime: Runtime, *, workspace_id: str, integration_id: str, days: int) -> Counted:
    """Asks the store where no answer of the last minute is kept; one asks, whoever comes meanwhile is told to wait."""
    now = runtime.now()
    with runtime.database.reading() as session:
        one = session.get(Integration, integration_id)
        if one is None or one.workspace_id != workspace_id:
            return Counted(facts=None)
        key = (workspace_id, one.platform, one.account_id, days)
        kept = session.get(KeptRoll, key)
    if kept is not None and kept.asked_at > now - KEPT:
        return _of(kept)
    with runtime.database.writing(passing=True) as session:
        if not _claim(session, key, now):
            return _of(session.get(KeptRoll, key))
    facts = call_roll(runtime, workspace_id=workspace_id, integration_id=integration_id, days=days)
    with runtime.database.writing(passing=True) as session:
        session.execute(
            update(KeptRoll)
            .where(*(col(getattr(KeptRoll, name)) == value for name, value in zip(KEY, key, strict=True)),
                   col(KeptRoll.asked_at) == now)
            .values(answered_at=runtime.now(), facts=msgspec.to_builtins(facts))
        )  # fmt: skip
    return Counted(facts=facts)


def count_again(runtime: Runtime, *, workspace_id: str, days: int) -> None:
    """Whoever looks next asks anew; an answer of the last seconds stays."""
    with runtime.database.writing(passing=True) as session:
        session.execute(
            delete(KeptRoll).where(
                col(KeptRoll.workspace_id) == workspace_id, col(KeptRoll.days) == days,
                col(KeptRoll.answered_at) < runtime.now() - AGAIN_AFTER,
            )
        )  # fmt: skip


def _claim(session: Session, key: tuple[str, str, str, int], now: datetime) -> bool:
    """Whether it is ours to ask; whoever died while asking is succeeded after a minute."""
    mine = insert_of(session)(table_of(KeptRoll)).values(**dict(zip(KEY, key, strict=True)), asked_at=now)
    claimed = session.execute(
        mine.on_conflict_do_update(
            index_elements=KEY,
            set_={"asked_at": now, "answered_at": None, "facts": None},
            where=table_of(KeptRoll).c.asked_at <= now - KEPT,
        ).returning(table_of(KeptRoll).c.days)
    )  # fmt: skip
    return claimed.first() is not None


def _of(kept: KeptRoll | None) -> Counted:
    # Gone: somebody wants it counted again this very moment.
    if kept is None or kept.answered_at is None:
        return Counted(facts=None, waits=True)
    return Counted(facts=msgspec.convert(kept.facts, RollFacts | None))
