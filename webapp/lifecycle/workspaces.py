"""One more workspace for somebody who has one."""

from __future__ import annotations

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import clean_name, open_workspace


def add_workspace(runtime: Runtime, *, person_id: str, name: str) -> str:
    """One more workspace for the person, who owns it; its id. Raises BadEntry."""
    name = clean_name(name, "workspace")
    with runtime.database.writing() as session:
        return open_workspace(session, person_id=person_id, name=name, now=runtime.now())
