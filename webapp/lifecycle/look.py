"""Somebody has seen what changed: from now on only what is newer is shown to them."""

from __future__ import annotations

from webapp.lifecycle.runtime import Runtime
from webapp.models.restated import Look


def note_look(runtime: Runtime, *, workspace_id: str, person_id: str) -> None:
    with runtime.database.writing() as session:
        session.merge(Look(workspace_id=workspace_id, person_id=person_id, at=runtime.now()))
