"""Who somebody is and where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.database import Database
from webapp.models.access import Authorization
from webapp.models.guide import Guide
from webapp.models.integration import Integration
from webapp.models.people import Member, Person, Role
from webapp.queries.facts import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    person_id: str
    name: str
    email: str
    role: Role
    mail_refused: bool
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person and the workspaces they belong to, oldest first."""

    person_id: str
    name: str
    email: str
    session_epoch: str
    confirmed: bool
    is_operator: bool
    mail_refused: bool
    places: tuple[tuple[str, str, Role], ...]


_KNOWN = (
    "SELECT p.name, p.email, p.session_epoch, p.confirmed_at, p.operator_since, p.mail_refused_at, "
    "w.id, w.name, m.role FROM person p "
    "LEFT JOIN member m ON m.person_id = p.id LEFT JOIN workspace w ON w.id = m.workspace_id "
    "WHERE p.id = :person ORDER BY w.created_at, w.id"
)


def known_person(database: Database, person_id: str) -> Known | None:
    """What every page asks first, so it costs as little as the poll does."""
    rows = database.rows(_KNOWN, person=person_id)
    if not rows:
        return None
    name, email, epoch, confirmed_at, operator_since, refused_at, *_ = rows[0]
    return Known(
        person_id=person_id, name=name, email=email, session_epoch=epoch, confirmed=confirmed_at is not None,
        is_operator=operator_since is not None,
        mail_refused=refused_at is not None,
        places=tuple((one[6], one[7], Role(one[8])) for one in rows if one[6] is not None),
    )  # fmt: skip


def viewer_of(known: Known, workspace_id: str | None) -> Viewer | None:
    """The person in the workspace asked for, or in their first one; None when they belong to none."""
    if not known.places:
        return None
    here, name, role = next((one for one in known.places if one[0] == workspace_id), known.places[0])
    return Viewer(
        person_id=known.person_id,
        name=known.name,
        email=known.email,
        workspace_id=here,
        workspace_name=name,
        role=role,
        workspaces=tuple((one, called) for one, called, _ in known.places),
        confirmed=known.confirmed,
        is_operator=known.is_operator,
        mail_refused=known.mail_refused,
    )


def workspace_of(
    session: Session,
    *,
    person_id: str,
    integration_id: str | None = None,
    authorization_id: str | None = None,
    guide_id: str | None = None,
    **_rest: str,
) -> str | None:
    """The workspace an integration, a walk or the person's own round trip is of; None unless the person is in it."""
    if integration_id is not None:
        home = select(Integration.workspace_id).where(Integration.id == integration_id)
    elif guide_id is not None:
        home = select(Guide.workspace_id).where(Guide.id == guide_id)
    else:
        home = select(Authorization.workspace_id).where(
            Authorization.id == authorization_id, Authorization.person_id == person_id
        )
    return session.exec(
        select(Member.workspace_id).where(
            Member.person_id == person_id, col(Member.workspace_id).in_(home.scalar_subquery())
        )
    ).one_or_none()


def members_of(session: Session, workspace_id: str) -> list[MemberFacts]:
    """Everybody in the workspace, owners first."""
    rows = session.exec(
        select(Person, Member)
        .join(Member, col(Member.person_id) == col(Person.id))
        .where(Member.workspace_id == workspace_id)
        .order_by(col(Person.name))
    ).all()
    found = [
        MemberFacts(
            person_id=person.id, name=person.name, email=person.email, role=member.role,
            mail_refused=person.mail_refused_at is not None, confirmed=person.confirmed_at is not None,
        )
        for person, member in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: list(Role).index(one.role))
