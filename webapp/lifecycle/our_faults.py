"""The queue of what only we can mend: noted as it is met, told once, and over when nobody meets it any more."""

from __future__ import annotations

import logging

from sqlalchemy import select, update
from sqlmodel import Session, col

from webapp.database import insert_of, table_of
from webapp.lifecycle.in_turn import in_order
from webapp.lifecycle.kept_answer import kept_answer
from webapp.lifecycle.runtime import Runtime, bump
from webapp.lifecycle.tell_operator import tell_operator
from webapp.models.columns import opaque_id
from webapp.models.integration import Integration
from webapp.models.notice import NoticeKind
from webapp.models.our_fault import QUIET, OurFault
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Remedy, Trouble

log = logging.getLogger(__name__)

# Said of our app before anybody is connected. Other words for a refused one-time code may be the person's own doing.
APP_REFUSED = frozenset(
    {
        "invalid_client", "unauthorized_client", "deleted_client", "disabled_client", "redirect_uri_mismatch",
        "invalid_redirect_uri",
    }
)  # fmt: skip
_fault = table_of(OurFault)


def note_fault(runtime: Runtime, session: Session, platform: str, trouble: Trouble) -> None:
    """Note one more meeting with a fault of ours; the first one owes the operator a mail in the same commit."""
    diagnosis, now = trouble.diagnosis, runtime.now()
    said = {"message": diagnosis.message, "last_at": now, "answer": kept_answer(trouble.answer, at=now)}
    same = (_fault.c.platform == platform, _fault.c.cause == diagnosis.cause, _fault.c.code == diagnosis.code)
    known = update(_fault).where(*same, _fault.c.resolved_at.is_(None)).values(**said).returning(_fault.c.id)
    if session.execute(known).first() is not None:
        return
    fault_id = opaque_id()
    made = session.execute(
        insert_of(session)(_fault)
        .values(id=fault_id, platform=platform, cause=diagnosis.cause, code=diagnosis.code, opened_at=now, **said)
        .on_conflict_do_nothing()
        .returning(_fault.c.id)
    ).one_or_none()
    if made is not None:
        about = {"platform": platform, "cause": str(diagnosis.cause), "code": diagnosis.code}
        log.error("a fault of ours needs the operator", extra=about)
        tell_operator(runtime, session, NoticeKind.OUR_FAULT, now, fault_id=fault_id)


def ask_affected(runtime: Runtime, fault_id: str) -> int | None:
    """Ask at once everything that waits for this fault to be mended; how many, or None when there is no such fault."""
    now = runtime.now()
    with runtime.database.writing() as session:
        fault = session.get(OurFault, fault_id)
        if fault is None or fault.resolved_at is not None:
            return None
        waiting = (
            select(col(Incident.integration_id))
            .where(
                col(Incident.closed_at).is_(None), col(Incident.remedy) == Remedy.OPERATOR,
                col(Incident.cause) == fault.cause, col(Incident.code) == fault.code,
            )
        )  # fmt: skip
        later = in_order(
            col(Integration.id).in_(waiting), col(Integration.platform) == fault.platform,
            col(Integration.paused_at).is_(None), col(Integration.disconnected_at).is_(None),
            # What is due is asked anyway; whoever reads it now must not wait for us, nor we for them.
            col(Integration.next_sync_at) > now,
        )  # fmt: skip
        asked = session.execute(
            update(Integration)
            .where(col(Integration.id).in_(later))
            .values(next_sync_at=now)
            .returning(col(Integration.workspace_id))
            .execution_options(synchronize_session=False)
        ).scalars().all()  # fmt: skip
        if asked:
            bump(session, *set(asked))
    return len(asked)


def resolve_faults(runtime: Runtime) -> None:
    """What nobody waits for and nobody has met for a while is over; if it comes back it is told again."""
    now = runtime.now()
    waited_for = (
        select(col(Incident.id))
        .join(Integration, col(Integration.id) == col(Incident.integration_id))
        .where(
            col(Incident.closed_at).is_(None), col(Incident.remedy) == Remedy.OPERATOR,
            col(Integration.platform) == _fault.c.platform, col(Incident.cause) == _fault.c.cause,
            col(Incident.code) == _fault.c.code,
        )
        .exists()
    )  # fmt: skip
    over = _fault.c.resolved_at.is_(None) & (_fault.c.last_at < now - QUIET) & ~waited_for
    with runtime.database.reading() as session:
        if session.execute(select(_fault.c.id).where(over).limit(1)).first() is None:
            return
    with runtime.database.writing() as session:
        session.execute(update(_fault).where(over).values(resolved_at=now))
