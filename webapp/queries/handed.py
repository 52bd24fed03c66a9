"""The links a workspace has handed out and that still open something, and what a link's page says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from webapp.models.link import Link, LinkKind
from webapp.models.notice import Notice
from webapp.models.people import Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """`refused`: the mail that carried it came back."""

    id: str
    kind: LinkKind
    by: str
    email: str | None
    role: Role | None
    expires_at: datetime
    refused: bool


def is_open_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Link.used_at).is_(None), col(Link.revoked_at).is_(None), col(Link.expires_at) > now


def links_of(
    session: Session,
    workspace_id: str,
    *kinds: LinkKind,
    now: datetime,
    integration_id: str | None = None,
    platform: str | None = None,
) -> list[LinkFacts]:
    """Those of the workspace, newest first; of one integration or platform where that is given."""
    wanted = (
        select(Link, Person.name, Notice.refused_at)
        .join(Person, col(Person.id) == col(Link.person_id))
        .join(Notice, (col(Notice.link_id) == col(Link.id)) & (col(Notice.address) == col(Link.email)), isouter=True)
        .where(Link.workspace_id == workspace_id, col(Link.kind).in_(kinds), *is_open_at(now))
        .order_by(col(Link.created_at).desc(), col(Link.id))
    )
    if integration_id is not None:
        wanted = wanted.where(Link.integration_id == integration_id)
    if platform is not None:
        wanted = wanted.where(Link.platform == platform)
    return [
        LinkFacts(
            id=link.id, kind=link.kind, by=name, email=link.email, role=link.role, expires_at=link.expires_at,
            refused=refused_at is not None,
        )
        for link, name, refused_at in session.exec(wanted)
    ]  # fmt: skip
