"""Where a workspace's problems are said besides in mail, as its page shows it; never the addresses themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.models.channel import Channel
from webapp.queries import wording
from webapp.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """`is_failing`: what we said last was not taken."""

    id: str
    name: str
    host: str
    state: str
    is_failing: bool


def channels_of(session: Session, workspace_id: str, zone: ZoneInfo) -> list[ChannelFacts]:
    """Oldest first."""
    found = session.execute(
        select(
            col(Channel.id), col(Channel.name), col(Channel.host), col(Channel.spoken_at), col(Channel.failing_since)
        )
        .where(col(Channel.workspace_id) == workspace_id, col(Channel.ended_at).is_(None))
        .order_by(col(Channel.created_at), col(Channel.id))
    )
    return [
        ChannelFacts(id=one, name=name, host=host, state=_state(spoken, failing, zone), is_failing=failing is not None)
        for one, name, host, spoken, failing in found
    ]


def _state(spoken: datetime | None, failing: datetime | None, zone: ZoneInfo) -> str:
    if failing is not None:
        return say("Not taken since {when}", when=wording.moment(failing, zone.key))
    if spoken is None:
        return say("Nothing said yet")
    return say("Last said {when}", when=wording.moment(spoken, zone.key))
