"""What we were told and have not seen to: claimed row by row, acted on, and done, put off or asked about once more."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.sql.sqltypes import UTCDateTime

from webapp.lifecycle.ask_again import ask_again
from webapp.lifecycle.ask_at_once import Said, ask_at_once, is_over
from webapp.lifecycle.corroborate import corroborate_incident
from webapp.lifecycle.erase_account import erase_account
from webapp.lifecycle.erase_person import erase_person
from webapp.lifecycle.recover import open_incident
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.signal import ASK_AGAIN, GIVE_UP, PUT_OFF, HeardSignal, SignalOutcome
from webapp.platforms.signals import Meaning
from webapp.queries.signals import concerned

log = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
# Longer than the slowest platform lets us wait: a renewal, and a question.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a row: done with an outcome, or to be seen to again at `again_at`."""

    outcome: SignalOutcome | None = None
    again_at: datetime | None = None


def act_on_signals(runtime: Runtime) -> int:
    """See to everything due, for ten seconds at most; how many rows were seen to.

    A platform that does not answer is left alone for the rest of the round, so that it holds no other.
    """
    began, seen_to, slow = time.monotonic(), 0, set[str]()
    while time.monotonic() - began < ROUND_SECONDS and not runtime.stopping.is_set():
        signal = _claim(runtime, slow)
        if signal is None:
            break
        fate = _act(runtime, signal)
        if fate.outcome is None and time.monotonic() - began > 1:
            slow.add(signal.platform)
        _settle(runtime, signal, fate)
        seen_to += 1
    return seen_to


# Asked every second, so made once.
_ANY = (
    select(col(HeardSignal.id))
    .where(col(HeardSignal.done_at).is_(None), col(HeardSignal.due_at) <= bindparam("now", type_=UTCDateTime()))
    .limit(1)
)


def _claim(runtime: Runtime, slow: Collection[str]) -> HeardSignal | None:
    now = runtime.now()
    with runtime.database.reading() as session:
        if session.execute(_ANY, {"now": now}).first() is None:
            return None
    due = (
        col(HeardSignal.done_at).is_(None),
        col(HeardSignal.due_at) <= now,
        or_(col(HeardSignal.lease_until).is_(None), col(HeardSignal.lease_until) < now),
        col(HeardSignal.platform).not_in(list(slow)),
        col(HeardSignal.platform).in_([platform.slug for platform in runtime.platforms()]),
    )
    first = select(HeardSignal.id).where(*due).order_by(col(HeardSignal.due_at)).limit(1)
    with runtime.database.reading() as session:
        if session.exec(first).first() is None:
            return None
    if not runtime.database.is_sqlite:
        first = first.with_for_update(skip_locked=True)
    with runtime.database.writing() as session:
        claimed = session.execute(
            update(HeardSignal)
            .where(col(HeardSignal.id) == first.scalar_subquery())
            .values(lease_until=now + LEASE, fence=col(HeardSignal.fence) + 1)
            .returning(col(HeardSignal.id))
        ).scalar_one_or_none()
        return session.get(HeardSignal, claimed) if claimed is not None else None


def _act(runtime: Runtime, signal: HeardSignal) -> Fate:
    if signal.meaning is Meaning.TEST:
        return Fate(SignalOutcome.CHECKED)
    if signal.meaning is Meaning.CUSTOMER:
        # No row of ours holds anything of a store's customer (docs/signals.md), so there is nothing to give or delete.
        return Fate(SignalOutcome.NOTHING_HELD)
    with runtime.database.reading() as session:
        about = concerned(session, signal)
    if not about and signal.meaning is not Meaning.PERSON_ERASED:
        return Fate(SignalOutcome.NOT_OURS)
    if signal.meaning is Meaning.RECORD_DELETED:
        return Fate(ask_again(runtime, signal, about))
    said = _ask_each(runtime, signal, about)
    if signal.meaning in (Meaning.ACCESS_ENDED, Meaning.PERSON_ERASED, Meaning.ACCOUNT_ERASED):
        return _after_the_end(runtime, signal, about, said)
    return _put_off(runtime, signal) if Said.LATER in said else Fate(SignalOutcome.CHECKED)


def _ask_each(runtime: Runtime, signal: HeardSignal, about: list[Integration]) -> set[Said]:
    scopes = signal.meaning is Meaning.SCOPES_CHANGED
    said = {ask_at_once(runtime, integration.id, scopes=scopes) for integration in about}
    for integration in about:
        # One workspace a commit: whoever has written in one waits for nobody in another.
        with runtime.database.writing() as session:
            incident = open_incident(session, integration.id)
            if incident is not None:
                corroborate_incident(runtime, session, session.get_one(Integration, integration.id), incident)
    return said


def _after_the_end(runtime: Runtime, signal: HeardSignal, about: list[Integration], said: set[Said]) -> Fate:
    if Said.LATER in said:
        return _put_off(runtime, signal)
    if Said.WORKS in said:
        # Not so, or not yet so at every one of their machines.
        if signal.tries < len(ASK_AGAIN):
            return Fate(again_at=runtime.now() + ASK_AGAIN[signal.tries])
        return Fate(SignalOutcome.NOT_SO)
    if signal.meaning is Meaning.ACCOUNT_ERASED:
        wait = erase_account(runtime, signal, about)
        return Fate(SignalOutcome.ERASED) if wait is None else Fate(again_at=wait)
    if signal.meaning is Meaning.PERSON_ERASED:
        if not all(is_over(runtime, integration) for integration in about):
            return _put_off(runtime, signal)
        return Fate(SignalOutcome.ERASED if erase_person(runtime, signal) else SignalOutcome.NOTHING_HELD)
    return Fate(SignalOutcome.CONFIRMED)


def _put_off(runtime: Runtime, signal: HeardSignal) -> Fate:
    now = runtime.now()
    # What must be deleted is not forgotten because a platform was away for long.
    forget = signal.meaning not in (Meaning.ACCOUNT_ERASED, Meaning.PERSON_ERASED)
    if forget and now - signal.received_at > GIVE_UP:
        return Fate(SignalOutcome.GIVEN_UP)
    return Fate(again_at=now + PUT_OFF[min(signal.tries, len(PUT_OFF) - 1)])


def _settle(runtime: Runtime, signal: HeardSignal, fate: Fate) -> None:
    now = runtime.now()
    done: dict[str, object] = {"due_at": fate.again_at}
    if fate.outcome is not None:
        done = {"done_at": now, "outcome": fate.outcome}
    if fate.outcome is SignalOutcome.NOT_OURS:
        # Somebody we do not know stays somebody we do not know.
        done["subject"] = None
    with runtime.database.writing() as session:
        session.execute(
            update(HeardSignal)
            .where(col(HeardSignal.id) == signal.id, col(HeardSignal.fence) == signal.fence)
            .values(lease_until=None, tries=signal.tries + 1, **done)
        )
    about = {"platform": signal.platform, "signal": signal.name, "outcome": fate.outcome and str(fate.outcome)}
    log.info("signal acted on", extra=about)
