"""Ask the stores that somebody at a page waits for: no page opens a permission, or is cut off while it renews one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import ColumnElement
from sqlmodel import col, select, update

from webapp.lifecycle.call_roll import call_roll
from webapp.lifecycle.count_store import KEY
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.kept_roll import KEPT, KeptRoll
from webapp.queries.help_checks.roll_facts import RollFacts


def count_stores(runtime: Runtime) -> int:
    """Answer everybody who waits; how many questions that were. A page asks anew for what stayed without an answer."""
    asked = 0
    while (wanted := _claim(runtime)) is not None:
        _answer(runtime, wanted)
        asked += 1
    return asked


def _claim(runtime: Runtime) -> KeptRoll | None:
    """What was wanted first and nobody has begun, as nobody else gets it; None where there is nothing, for one read."""
    now = runtime.now()
    waiting = (
        col(KeptRoll.answered_at).is_(None), col(KeptRoll.begun_at).is_(None), col(KeptRoll.asked_at) > now - KEPT,
    )  # fmt: skip
    while True:
        with runtime.database.reading() as session:
            first = session.exec(select(KeptRoll).where(*waiting).order_by(col(KeptRoll.asked_at))).first()
        if first is None:
            return None
        with runtime.database.writing() as session:
            mine = update(KeptRoll).where(*_same(first), *waiting).values(begun_at=now).returning(col(KeptRoll.days))
            if session.execute(mine).first() is not None:
                return first


def _answer(runtime: Runtime, wanted: KeptRoll) -> None:
    facts: RollFacts | None = None
    try:
        with runtime.database.reading() as session:
            one = session.exec(
                select(Integration).where(
                    Integration.workspace_id == wanted.workspace_id, Integration.platform == wanted.platform,
                    Integration.account_id == wanted.account_id,
                )
            ).one()  # fmt: skip
        facts = call_roll(runtime, one, days=wanted.days)
    finally:
        with runtime.database.writing(passing=True) as session:
            session.execute(
                update(KeptRoll)
                .where(*_same(wanted))
                .values(answered_at=runtime.now(), facts=msgspec.to_builtins(facts))
            )


def _same(one: KeptRoll) -> Iterator[ColumnElement[bool]]:
    """That store, and as it was asked for then."""
    return (col(getattr(KeptRoll, name)) == getattr(one, name) for name in (*KEY, "asked_at"))
