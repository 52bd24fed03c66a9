"""Owe the operator a mail, in the same commit as what it is about."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind


def tell_operator(
    runtime: Runtime,
    session: Session,
    kind: NoticeKind,
    now: datetime,
    *,
    fault_id: str | None = None,
    breaker_id: str | None = None,
) -> None:
    """One mail to OPERATOR_EMAIL; nothing where that is not set: the ERROR in the log is all there is then."""
    address = runtime.settings.operator_email
    if address is not None:
        session.add(
            Notice(kind=kind, address=address, fault_id=fault_id, breaker_id=breaker_id, created_at=now, due_at=now)
        )
