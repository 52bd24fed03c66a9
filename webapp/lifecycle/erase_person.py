"""Somebody asks, at the platform, that we delete what we know of them: the login and everything that names it.

What was spent on ads belongs to the business that holds the account and names nobody; it stays.
"""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime, bump
from webapp.models.access import Authorization, Grant, Login
from webapp.models.integration import Event, Integration
from webapp.models.signal import HeardSignal


def erase_person(runtime: Runtime, signal: HeardSignal) -> int:
    """Forget who consented, wherever they did; committed; how many logins that were. Their permission is dead."""
    with runtime.database.writing() as session:
        logins = session.exec(
            select(Login)
            .where(Login.platform == signal.platform, Login.subject == signal.subject)
            .order_by(col(Login.workspace_id))
        ).all()
        for login in logins:
            _forget(session, login)
        session.execute(
            update(HeardSignal)
            .where(col(HeardSignal.platform) == signal.platform, col(HeardSignal.subject) == signal.subject)
            .values(subject=None)
        )
        return len(logins)


def _forget(session: Session, login: Login) -> None:
    known_as = {name for name in (login.email, login.name) if name}
    integrations = session.exec(select(Integration.id).where(Integration.login_id == login.id)).all()
    for event in session.exec(select(Event).where(col(Event.integration_id).in_(integrations))):
        if event.details.get("login") in known_as:
            event.details = {**event.details, "login": ""}
    for flow in session.exec(
        select(Authorization).where(
            Authorization.workspace_id == login.workspace_id, Authorization.platform == login.platform
        )
    ):
        if flow.found.get("login") in known_as:
            flow.found = {**flow.found, "login": ""}
    session.execute(delete(Grant).where(col(Grant.login_id) == login.id))
    # The number keeps it apart from others who were forgotten; it says nothing about anybody.
    login.subject, login.name, login.email = f"deleted:{login.id}", "", None
    bump(session, login.workspace_id)
