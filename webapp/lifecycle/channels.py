"""Channels of a workspace: added, tried and taken away again by whoever may change it."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.throttle import note_try, throttle
from webapp.models.channel import Channel, address_place
from webapp.models.columns import opaque_id
from webapp.models.notice import Notice
from webapp.models.people import Workspace
from webapp.speak import BadAddress, checked, speak
from webapp.words import say

MOST = 10
LONGEST_NAME = 60
# Within the throttle's window; of all channels, because one that is removed and added again is another one.
MOST_TESTS, MOST_TESTS_OF_ALL = 5, 20


def add_channel(runtime: Runtime, *, workspace_id: str, person_id: str, name: str, address: str) -> str:
    """Its id. Raises BadAddress, with words for whoever typed it."""
    name, now, channel_id = " ".join(name.split()), runtime.now(), opaque_id()
    if not name or len(name) > LONGEST_NAME:
        raise BadAddress(say("Give it a name, of {most} characters at the most.", most=LONGEST_NAME))
    address = checked(address, allow_inside=not runtime.settings.is_production)
    with runtime.database.writing() as session:
        if session.exec(select(func.count()).where(*_open(workspace_id))).one() >= MOST:
            raise BadAddress(say("{most} are the most. Remove one first.", most=MOST))
        session.add(
            Channel(
                id=channel_id, workspace_id=workspace_id, name=name, host=urlsplit(address).hostname or "",
                address_sealed=runtime.vault.seal(address, place=address_place(channel_id)), person_id=person_id,
                created_at=now,
            )
        )  # fmt: skip
    return channel_id


def try_channel(runtime: Runtime, *, workspace_id: str, channel_id: str) -> bool | None:
    """Say something there now; whether it was taken. None when the workspace has no such channel.

    Raises TooManyTries: it is somebody else's server that we knock at.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        # Held, so that many at once count each other.
        session.exec(select(Workspace.id).where(Workspace.id == workspace_id).with_for_update()).one()
        channel = session.exec(select(Channel).where(*_open(workspace_id), Channel.id == channel_id)).one_or_none()
        if channel is None:
            return None
        throttle(session, f"channel {channel_id}", most=MOST_TESTS, now=now)
        throttle(session, f"channels of {workspace_id}", most=MOST_TESTS_OF_ALL, now=now)
        note_try(session, f"channel {channel_id}", now)
        note_try(session, f"channels of {workspace_id}", now)
    taken = say_in(
        runtime, channel, title=say("Shopimize can write here"),
        body=say("Problems with your connections are said here from now on: what broke, why, and the way to mend it."),
    )  # fmt: skip
    with runtime.database.writing() as session:
        note_spoken(session, channel.id, runtime, taken=taken)
    return taken


def drop_channel(runtime: Runtime, *, workspace_id: str, channel_id: str) -> bool:
    """Nothing more is said there, and its address is forgotten. False when there is none."""
    now = runtime.now()
    with runtime.database.writing() as session:
        ended = session.execute(
            update(Channel)
            .where(*_open(workspace_id), col(Channel.id) == channel_id)
            .values(ended_at=now, address_sealed=None)
            .returning(col(Channel.id))
        ).all()
        session.execute(
            update(Notice)
            .where(col(Notice.channel_id).in_([one.id for one in ended]), col(Notice.sent_at).is_(None))
            .values(dropped_at=now)
        )
    return bool(ended)


def say_in(runtime: Runtime, channel: Channel, *, title: str, body: str) -> bool:
    """Whether the other side took it."""
    if channel.address_sealed is None:
        return False
    address = runtime.vault.open(channel.address_sealed, place=address_place(channel.id))
    return speak(address, title=title, body=body, allow_inside=not runtime.settings.is_production)


def note_spoken(session: Session, channel_id: str, runtime: Runtime, *, taken: bool) -> None:
    now = runtime.now()
    told = {"spoken_at": now, "failing_since": None} if taken else {
        "failing_since": func.coalesce(col(Channel.failing_since), now)
    }  # fmt: skip
    session.execute(update(Channel).where(col(Channel.id) == channel_id).values(**told))


def _open(workspace_id: str) -> tuple[ColumnElement[bool], ...]:
    return col(Channel.workspace_id) == workspace_id, col(Channel.ended_at).is_(None)
