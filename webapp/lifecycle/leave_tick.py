"""The clock says that it is running: one row, written every few seconds through the same engine as every other job."""

from __future__ import annotations

from webapp.lifecycle.runtime import Runtime
from webapp.models.tick import CLOCK, Tick


def leave_tick(runtime: Runtime) -> None:
    with runtime.database.writing() as session:
        session.merge(Tick(name=CLOCK, at=runtime.now()))
