"""The stand-ins, found by listing this folder; adding one is adding one module that says `STANDIN = …`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from sandbox.standins.base import Standin

SHARED = frozenset({"base", "ads"})


@cache
def standins() -> dict[str, Standin]:
    """Every stand-in by slug."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name not in SHARED:
            standin = importlib.import_module(f"{__name__}.{module.name}").STANDIN
            found[standin.slug] = standin
    return found
