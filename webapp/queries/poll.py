"""The cheapest honest answer to "has anything I show changed?": one row, one round trip, no ORM."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from webapp.database import Database

_REVISION = "SELECT revision FROM workspace WHERE id = :workspace"
_REVISION_FOR_A_MEMBER = (
    "SELECT w.revision FROM workspace w JOIN member m ON m.workspace_id = w.id JOIN person p ON p.id = m.person_id "
    "WHERE w.id = :workspace AND p.id = :person AND p.session_epoch = :epoch"
)


_REVISIONS = (
    "SELECT count(*), sum(w.revision), sum(m.id) FROM workspace w JOIN member m ON m.workspace_id = w.id "
    "JOIN person p ON p.id = m.person_id WHERE p.id = :person AND p.session_epoch = :epoch"
)


class _Seen(NamedTuple):
    """A digest taken apart: whose board (a workspace's, or a person's over all), at which revision, and its turn.

    That is when the clock alone makes it another.
    """

    workspace: str
    revision: str
    turn: int


def unchanged_since(database: Database, identity: tuple[str, str, str], *, seen: str, now: datetime) -> bool:
    """Whether the page that was rendered with digest `seen` would come out the same now.

    False also when the session is over or the person left the workspace: then the full path decides what to answer.
    """
    shown, (person, epoch, workspace) = _taken_apart(seen), identity
    if shown is None or shown.workspace != workspace or now.timestamp() >= shown.turn:
        return False
    found = database.rows(_REVISION_FOR_A_MEMBER, workspace=workspace, person=person, epoch=epoch)
    return [str(revision) for (revision,) in found] == [shown.revision]


def all_unchanged_since(database: Database, identity: tuple[str, str, str], *, seen: str, now: datetime) -> bool:
    """The same of the page over all workspaces of a person. False also when they are in others than they were."""
    shown, (person, epoch, _) = _taken_apart(seen), identity
    if shown is None or shown.workspace != person or now.timestamp() >= shown.turn:
        return False
    return revisions_of(database, person, epoch) == shown.revision


def revisions_of(database: Database, person_id: str, epoch: str) -> str:
    """Letters that are others as soon as any workspace of the person changes, or they come into one or go.

    Revisions only grow, and no membership comes back under its old number: sums cannot be the same by chance.
    """
    return "-".join(str(one or 0) for one in database.rows(_REVISIONS, person=person_id, epoch=epoch)[0])


def still_holds(database: Database, digest: str, now: datetime) -> bool:
    """Whether a board with this digest, put together a while ago, would come out the same now."""
    shown = _taken_apart(digest)
    if shown is None or now.timestamp() >= shown.turn:
        return False
    found = database.rows(_REVISION, workspace=shown.workspace)
    return [str(revision) for (revision,) in found] == [shown.revision]


def _taken_apart(digest: str) -> _Seen | None:
    workspace, revision, turn, *_ = *digest.split(".", 3), "", "", ""
    return _Seen(workspace, revision, int(turn)) if turn.isdecimal() and len(turn) <= 11 else None
