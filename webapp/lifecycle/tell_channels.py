"""The outbox of chats and webhooks: what is due is looked at once more, and said; again and again if need be.

Beside the mail and not within it, because whoever does not answer there must not hold up anybody's mail.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import text, update
from sqlmodel import Session, col, select

from webapp import words
from webapp.lifecycle.channel_letter import channel_letter
from webapp.lifecycle.channels import note_spoken, say_in
from webapp.lifecycle.claim_notices import ANY_MESSAGE, is_due
from webapp.lifecycle.runtime import Runtime
from webapp.models.channel import Channel
from webapp.models.notice import Notice, retry_at

log = logging.getLogger(__name__)

# Longer than one message takes at the worst.
LEASE = timedelta(seconds=60)


def tell_channels(runtime: Runtime) -> int:
    """Say everything that is due; how many messages were taken. Needs an app context to render in."""
    taken = 0
    while not runtime.stopping.is_set() and (found := _claim(runtime)):
        channel, notices = found
        taken += _tell(runtime, channel, notices)
    return taken


def _tell(runtime: Runtime, channel: Channel, notices: Sequence[Notice]) -> bool:
    with words.speaking(words.language(words.ENGLISH)):
        letter = channel_letter(runtime, notices)
    if letter is None:
        _mark(runtime, notices, dropped_at=runtime.now())
        return False
    taken = say_in(runtime, channel, title=letter.subject, body=letter.text)
    with runtime.database.writing() as session:
        note_spoken(session, channel.id, runtime, taken=taken)
    if taken:
        _mark(runtime, notices, sent_at=runtime.now())
    else:
        _put_off(runtime, notices)
    log.info("channel told", extra={"kind": str(notices[0].kind), "notices": len(notices), "taken": taken})
    return taken


def _claim(runtime: Runtime) -> tuple[Channel, Sequence[Notice]] | None:
    """All that is due in one channel and of one kind, ours until the lease ends; None when nothing is. Committed."""
    now = runtime.now()
    with runtime.database.reading() as session:
        if session.execute(ANY_MESSAGE, {"now": now}).first() is None:
            return None
    due = (*is_due(now), col(Notice.channel_id).is_not(None))
    with runtime.database.writing() as session:
        if not runtime.database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('shopimize channels'))"))
        first = session.exec(select(Notice).where(*due).order_by(col(Notice.due_at)).limit(1)).first()
        if first is None:
            return None
        together = (col(Notice.channel_id) == first.channel_id, col(Notice.kind) == first.kind)
        claimed = session.exec(select(Notice).where(*due, *together).order_by(col(Notice.id))).all()
        _lease(session, claimed, now + LEASE)
        return session.get_one(Channel, first.channel_id), claimed


def _lease(session: Session, notices: Sequence[Notice], until: object) -> None:
    session.execute(
        update(Notice)
        .where(col(Notice.id).in_([one.id for one in notices]))
        .values(lease_until=until, fence=col(Notice.fence) + 1)
    )


def _mark(runtime: Runtime, notices: Sequence[Notice], **values: object) -> None:
    with runtime.database.writing() as session:
        session.execute(
            update(Notice)
            .where(col(Notice.id).in_([one.id for one in notices]))
            .values(lease_until=None, **values)
        )  # fmt: skip


def _put_off(runtime: Runtime, notices: Sequence[Notice]) -> None:
    now = runtime.now()
    for one in notices:
        again = retry_at(now, tries=one.tries + 1)
        later = {"due_at": again} if again is not None else {"refused_at": now}
        _mark(runtime, [one], tries=one.tries + 1, last_error="not taken", **later)
