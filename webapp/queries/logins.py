"""What hangs on one login at a platform: the connections of a workspace that would fall together, and what is near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.models.access import Login
from webapp.models.integration import Integration
from webapp.queries.board import Situation, integrations_of
from webapp.queries.facts import IntegrationFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFacts:
    """`hanging` fall with it for certain; `alike` are signed in elsewhere with the same address, and may."""

    integration_id: str
    label: str
    name: str
    email: str | None
    company: str
    hanging: tuple[IntegrationFacts, ...]
    alike: tuple[IntegrationFacts, ...]


def login_of(session: Session, situation: Situation, *, workspace_id: str, integration_id: str) -> LoginFacts | None:
    """The login an integration of this workspace is read with; None when it has no such, or nobody signed in for it."""
    login = session.exec(
        select(Login)
        .join(Integration, col(Integration.login_id) == col(Login.id))
        .where(Integration.id == integration_id, Integration.workspace_id == workspace_id)
    ).one_or_none()
    if login is None:
        return None
    tied = session.exec(
        select(Integration.id, Login.id, Login.email)
        .join(Login, col(Login.id) == col(Integration.login_id))
        .where(Integration.workspace_id == workspace_id, col(Integration.disconnected_at).is_(None))
    ).all()
    hanging = [one for one, login_id, _ in tied if login_id == login.id]
    alike = [one for one, login_id, email in tied if login_id != login.id and _is_same(email, login.email)]
    facts = {
        one.id: one for one in integrations_of(session, situation, workspace_id=workspace_id, ids=[*hanging, *alike])
    }
    return LoginFacts(
        integration_id=integration_id,
        label=login.email or login.name,
        name=login.name,
        email=login.email,
        company=situation.platform(login.platform).company,
        hanging=_in_order(facts[one] for one in hanging),
        alike=_in_order(facts[one] for one in alike),
    )


def _is_same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and (one or "").casefold() == (other or "").casefold()


def _in_order(rows: Iterable[IntegrationFacts]) -> tuple[IntegrationFacts, ...]:
    return tuple(sorted(rows, key=lambda one: (one.platform_name, one.account_name)))
