"""What a store answered when it was counted, for whoever looks; where it is not known, `count_stores` is to ask."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlmodel import col, delete

from webapp.database import insert_of, table_of
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.kept_roll import AGAIN_AFTER, KEPT, KeptRoll
from webapp.queries.help_checks.roll_facts import RollFacts

KEY = ["workspace_id", "platform", "account_id", "days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`facts` None: it could not be counted, or `waits`, because it is being asked right now."""

    facts: RollFacts | None
    waits: bool = False


def count_store(runtime: Runtime, *, workspace_id: str, integration_id: str, days: int) -> Counted:
    """What was answered within the last minute, however many look; else it is asked for, and whoever looks waits."""
    now = runtime.now()
    with runtime.database.reading() as session:
        one = session.get(Integration, integration_id)
        if one is None or one.workspace_id != workspace_id:
            return Counted(facts=None)
        key = {"workspace_id": workspace_id, "platform": one.platform, "account_id": one.account_id, "days": days}
        kept = session.get(KeptRoll, tuple(key.values()))
    if kept is not None and kept.asked_at > now - KEPT:
        if kept.answered_at is None:
            return Counted(facts=None, waits=True)
        return Counted(facts=msgspec.convert(kept.facts, RollFacts | None))
    with runtime.database.writing(passing=True) as session:
        wanted = insert_of(session)(table_of(KeptRoll)).values(**key, asked_at=now)
        session.execute(
            wanted.on_conflict_do_update(
                index_elements=KEY,
                set_={"asked_at": now, "begun_at": None, "answered_at": None, "facts": None},
                where=table_of(KeptRoll).c.asked_at <= now - KEPT,
            )
        )  # fmt: skip
    return Counted(facts=None, waits=True)


def count_again(runtime: Runtime, *, workspace_id: str, days: int) -> None:
    """Whoever looks next asks anew; an answer of the last seconds stays."""
    with runtime.database.writing(passing=True) as session:
        session.execute(
            delete(KeptRoll).where(
                col(KeptRoll.workspace_id) == workspace_id, col(KeptRoll.days) == days,
                col(KeptRoll.answered_at) < runtime.now() - AGAIN_AFTER,
            )
        )  # fmt: skip
