"""Whom a signal concerns, and which signal explains why an integration's permission is dead."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from webapp.models.access import Grant, Login
from webapp.models.integration import Integration
from webapp.models.signal import HeardSignal, SignalOutcome

# A page that was asked for before may be stored after.
PROOF_LAG = timedelta(minutes=1)
# Meta and Google give whole seconds, cut off.
CUT_OFF = timedelta(seconds=1)


def concerned(session: Session, signal: HeardSignal) -> list[Integration]:
    """Every integration that it is about, in every workspace; whatever it names must agree."""
    wanted = select(Integration).where(Integration.platform == signal.platform)
    if signal.account_id is not None:
        wanted = wanted.where(Integration.account_id == signal.account_id)
    if signal.tenant is not None:
        wanted = wanted.where(Integration.route == signal.tenant)
    if signal.subject is not None:
        wanted = wanted.join(Login, col(Login.id) == col(Integration.login_id)).where(Login.subject == signal.subject)
    if signal.account_id is signal.tenant is signal.subject is None:
        return []
    return list(session.exec(wanted.order_by(col(Integration.id))))


def explaining(session: Session, integration: Integration) -> HeardSignal | None:
    """The first thing we heard, under the permission there is, that would explain its end.

    Not what was heard before that permission was given, nor what is said to have happened before it, nor what the
    platform has disproved since by taking it.
    """
    login = session.get(Login, integration.login_id) if integration.login_id is not None else None
    if login is None:
        return None
    since, proved = permitted_at(session, integration), integration.proved_at
    named = [and_(col(HeardSignal.account_id) == integration.account_id, col(HeardSignal.subject).is_(None))]
    named.append(col(HeardSignal.subject) == login.subject)
    return session.exec(
        select(HeardSignal)
        .where(
            HeardSignal.platform == integration.platform,
            or_(*named),
            col(HeardSignal.cause).is_not(None),
            or_(col(HeardSignal.outcome).is_(None), col(HeardSignal.outcome) != SignalOutcome.NOT_SO),
            col(HeardSignal.received_at) >= (max(since, proved - PROOF_LAG) if proved is not None else since),
            or_(col(HeardSignal.happened_at).is_(None), col(HeardSignal.happened_at) > since - CUT_OFF),
        )
        .order_by(col(HeardSignal.received_at))
        .limit(1)
    ).first()


def permitted_at(session: Session, integration: Integration) -> datetime:
    """When the permission it uses was given."""
    live = session.exec(
        select(Grant.live_at).where(
            Grant.login_id == integration.login_id, col(Grant.live_at).is_not(None), col(Grant.ended_at).is_(None)
        )
    ).first()
    return max(integration.granted_at, live) if live is not None else integration.granted_at
