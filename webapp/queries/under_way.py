"""Who is at a platform's consent page right now: every open page of the workspace sees the same round trip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.models.access import Authorization
from webapp.models.people import Person
from webapp.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFacts:
    """`name` is who left for the platform at `since`; it is over by itself at `until`. `is_mine`: the one who looks."""

    authorization_id: str
    person_id: str
    name: str
    platform: str
    integration_id: str | None
    since: datetime
    until: datetime
    is_mine: bool = False


def under_way(session: Session, workspace_id: str, now: datetime) -> list[WaitingFacts]:
    """The latest of each connection, and each person's latest for a platform that is connected for the first time."""
    found = session.execute(
        select(
            col(Authorization.id),
            col(Authorization.person_id),
            col(Person.name),
            col(Authorization.platform),
            col(Authorization.integration_id),
            col(Authorization.created_at),
            col(Authorization.expires_at),
        )
        .join(Person, col(Person.id) == col(Authorization.person_id))
        .where(
            col(Authorization.workspace_id) == workspace_id,
            col(Authorization.consumed_at).is_(None),
            col(Authorization.ending).is_(None),
            col(Authorization.expires_at) > now,
        )
        .order_by(col(Authorization.created_at))
    )
    latest: dict[object, WaitingFacts] = {}
    for flow_id, person_id, name, platform, integration_id, since, until in found:
        latest[integration_id or (platform, person_id)] = WaitingFacts(
            authorization_id=flow_id, person_id=person_id, name=name, platform=platform,
            integration_id=integration_id, since=since, until=until,
        )  # fmt: skip
    return list(latest.values())


def told_to(one: WaitingFacts | None, viewer_id: str) -> WaitingFacts | None:
    """The same to whoever left: "you", and theirs to cancel."""
    if one is None or one.person_id != viewer_id:
        return one
    return replace(one, name=say("you"), is_mine=True)


def all_told_to(found: Iterable[WaitingFacts], viewer_id: str) -> tuple[WaitingFacts, ...]:
    return tuple(told for one in found if (told := told_to(one, viewer_id)) is not None)
