"""A platform tells us something: prove that it is the platform, note what it means, and leave the rest to the clock."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from webapp.database import insert_of
from webapp.lifecycle.runtime import Runtime, UnknownPlatform
from webapp.models.columns import opaque_id
from webapp.models.signal import HeardSignal
from webapp.platforms.base import Platform
from webapp.platforms.signals import Ear, Meaning, Post, Signal, SignalKind


def kind_of(runtime: Runtime, slug: str, path: str) -> tuple[Platform, SignalKind]:
    """What is listened for at this address. Raises UnknownPlatform when nothing is."""
    platform = runtime.platform(slug)
    for kind in platform.signals:
        if kind.path == path:
            return platform, kind
    raise UnknownPlatform(slug)


def hear(runtime: Runtime, platform: Platform, kind: SignalKind, post: Post) -> str | None:
    """Verify, store once, committed. The code under which a deletion can be followed comes back, if it is one.

    Raises ForgedSignal, UnclearSignal and KeysOutOfReach; nothing is stored then.
    """
    ours = runtime.credentials(platform.slug)
    ear = Ear(client_id=ours.client_id, client_secret=ours.client_secret, keys=runtime.public_keys(platform.slug))
    heard, now, code = platform.hear(kind, post, ear), runtime.now(), None
    with runtime.database.writing() as session:
        for signal in heard:
            code = _note(session, platform.slug, signal, now) or code
    return code


def _note(session: Session, slug: str, signal: Signal, now: datetime) -> str | None:
    waiting = _still_waiting(session, slug, signal)
    if waiting is not None:
        # The same thing said again while it is not seen to: one row, and one more look from the beginning.
        waiting.due_at, waiting.tries = min(waiting.due_at, now), 0
        waiting.received_at, waiting.happened_at = now, signal.happened_at
        return waiting.code
    stream, record = signal.record or (None, None)
    session.execute(
        insert_of(session)(HeardSignal)
        .values(
            platform=slug, name=signal.name, delivery=signal.delivery, meaning=signal.meaning,
            account_id=signal.account_id, tenant=signal.tenant, subject=signal.subject,
            stream=stream, record_id=record, cause=signal.cause, words=signal.words, happened_at=signal.happened_at,
            received_at=now, due_at=now, tries=0, fence=0,
            code=opaque_id() if signal.meaning is Meaning.PERSON_ERASED else None,
        )
        .on_conflict_do_nothing(index_elements=["platform", "delivery"])
    )  # fmt: skip
    return session.exec(
        select(HeardSignal.code).where(HeardSignal.platform == slug, HeardSignal.delivery == signal.delivery)
    ).one()


def _still_waiting(session: Session, slug: str, signal: Signal) -> HeardSignal | None:
    """An open row that says the same of the same; so that nobody can fill the table with what was signed once."""
    stream, record = signal.record or (None, None)
    return session.exec(
        select(HeardSignal).where(
            HeardSignal.platform == slug,
            HeardSignal.name == signal.name,
            HeardSignal.account_id == signal.account_id,
            HeardSignal.tenant == signal.tenant,
            HeardSignal.subject == signal.subject,
            HeardSignal.stream == stream,
            HeardSignal.record_id == record,
            col(HeardSignal.done_at).is_(None),
        )
    ).first()
