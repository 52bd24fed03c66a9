"""The cheapest honest answer to "has anything I show changed?": one row, one round trip, no ORM."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from webapp.database import Database

_REVISION = text(
    "SELECT w.revision FROM workspace w JOIN member m ON m.workspace_id = w.id JOIN person p ON p.id = m.person_id "
    "WHERE w.id = :workspace AND p.id = :person AND p.session_epoch = :epoch"
)


def unchanged_since(database: Database, identity: tuple[str, str, str], *, seen: str, now: datetime) -> bool:
    """Whether the page that was rendered with digest `seen` would come out the same now.

    False also when the session is over or the person left the workspace: then the full path decides what to answer.
    """
    shown, revision, turn, *_ = *seen.split(".", 3), "", "", ""
    person, epoch, workspace = identity
    if shown != workspace or not turn.isdecimal() or len(turn) > 11 or now.timestamp() >= int(turn):
        return False
    with database.reader.connect() as connection:
        found = connection.execute(_REVISION, {"workspace": workspace, "person": person, "epoch": epoch}).scalar()
    return found is not None and str(found) == revision
