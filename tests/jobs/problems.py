"""Problems by the hundred, written straight into the database, with the notices they owe in the same commit."""

from __future__ import annotations

from sqlmodel import Session

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import open_workspace
from webapp.lifecycle.tell import owe_notices
from webapp.models.integration import Integration
from webapp.models.people import Member, Person, Role
from webapp.models.trouble import Incident
from webapp.platforms.diagnosis import Cause, Certainty, Fault, Remedy


def signs_up(runtime: Runtime, name: str) -> str:
    now = runtime.now()
    with runtime.database.writing() as session:
        person = Person(email=f"{name}@test.test", name=name, password_hash="-", confirmed_at=now, created_at=now)
        session.add(person)
        session.flush()
        return person.id


def opens(runtime: Runtime, person_id: str, name: str, *, with_admin: str | None = None) -> str:
    """A workspace; its id."""
    with runtime.database.writing() as session:
        workspace_id = open_workspace(session, person_id=person_id, name=name, now=runtime.now())
        if with_admin is not None:
            now = runtime.now()
            session.add(Member(workspace_id=workspace_id, person_id=with_admin, role=Role.ADMIN, created_at=now))
        return workspace_id


def breaks(runtime: Runtime, workspace_id: str, account: str) -> str:
    """One more connection of Meta that somebody removed just now; the incident's id."""
    now = runtime.now()
    with runtime.database.writing() as session:
        integration = Integration(
            workspace_id=workspace_id, platform="meta_ads", account_id=account, account_name=f"Account {account}",
            currency="USD", timezone="UTC", created_at=now, first_day=now.date(), granted_at=now, imported_at=now,
            last_attempt_at=now, last_success_at=now,
        )  # fmt: skip
        session.add(integration)
        session.flush()
        return _incident(runtime, session, integration)


def _incident(runtime: Runtime, session: Session, integration: Integration) -> str:
    now = runtime.now()
    incident = Incident(
        integration_id=integration.id, workspace_id=integration.workspace_id, opened_at=now, began_at=now,
        cause=Cause.ACCESS_REVOKED, remedy=Remedy.RECONNECT, fault=Fault.MERCHANT, certainty=Certainty.SURE,
        stage="api", http_status=400, code="190/458", message="",
    )  # fmt: skip
    session.add(incident)
    session.flush()
    owe_notices(runtime, session, incident, now)
    return incident.id
