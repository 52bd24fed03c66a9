"""Which engine runs the timetable here, and what it needs in the database."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Protocol

from flask import Flask

from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.shape import is_current

# By name: the fleet's module needs a package that an installation on one machine does not have.
HOMES = {"inprocess": "jobs.inprocess", "procrastinate": "jobs.fleet"}


class Engine(Protocol):
    """`start()` begins ticking; `stop()` lets what runs end."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def engine_of(app: Flask) -> Engine:
    """The engine that JOBS_ENGINE names, not started yet."""
    runtime: Runtime = app.extensions["runtime"]
    engine: Engine = _home(runtime).make_engine(app)
    return engine


def prepare_database(runtime: Runtime) -> None:
    """Bring the database to the shape that this version and its engine expect."""
    if not is_current(runtime.database):
        migrations().migrate(runtime.database)
    _home(runtime).prepare(runtime.database)


def migrations() -> ModuleType:
    """By name: they bring Alembic, a tenth of a worker's memory, and are needed only when a new version starts."""
    return importlib.import_module("webapp.lifecycle.migrate")


def _home(runtime: Runtime) -> ModuleType:
    return importlib.import_module(HOMES[runtime.settings.jobs_engine])
