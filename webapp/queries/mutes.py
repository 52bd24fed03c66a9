"""Whether alerts are muted in a workspace, by whom and until when."""

from __future__ import annotations

from sqlmodel import Session, col, select

from webapp.models.mute import Mute
from webapp.models.people import Person
from webapp.queries.board_facts import MuteFacts


def mute_of(session: Session, workspace_id: str, timezone: str) -> MuteFacts | None:
    """The mute that runs, its end told in that time zone; None where alerts go out."""
    found = session.exec(
        select(Mute.until, Person.name)
        .join(Person, col(Person.id) == col(Mute.person_id))
        .where(Mute.workspace_id == workspace_id, col(Mute.ended_at).is_(None))
    ).first()
    return MuteFacts(until=found[0], by=found[1], timezone=timezone) if found else None
